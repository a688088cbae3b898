"""Each monitor says in a sentence why a history is no linearizable one, and names the operations that show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lawful.checkers.linearizability import reference
from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict, overall
from lawful.conformance.history.formats import load
from lawful.models.append_list import AppendList
from lawful.models.counter import Counter
from lawful.models.fifo_queue import FifoQueue
from lawful.models.history import Operation, Outcome
from lawful.models.key_value import KeyValue
from lawful.models.priority_queue import PriorityQueue
from lawful.models.semaphore import Semaphore
from lawful.models.stack import Stack
from lawful.models.value_set import ValueSet
from lawful.models.values import Json

PARAMETERS = {"add": "delta", "add_and_get": "delta"}


def history(*lines: tuple[str, Json, Json, int, int | None]) -> list[Operation]:
    """Operations from function, argument (null: none), answer, call and return (none: the outcome is unknown)."""
    return [
        Operation(
            index,
            index,
            "object",
            function,
            {} if argument is None else {PARAMETERS.get(function, "value"): argument},
            Outcome.UNKNOWN if return_ns is None else Outcome.OK,
            call_ns,
            return_ns,
            result=result,
        )
        for index, (function, argument, result, call_ns, return_ns) in enumerate(lines)
    ]


def verdict_on(model: Any, operations: list[Operation]) -> ObjectVerdict:
    """What the monitor says, which must be what the reference says."""
    monitor = monitor_for(model)
    assert monitor is not None
    verdict = monitor.check_object(operations, model)
    assert verdict.verdict is reference.check_object(operations, model).verdict
    return verdict


class Case(NamedTuple):
    """A violation, where it shows and why."""

    model: Any
    operations: list[Operation]
    blocked_at: int
    because: str


CASES = {
    "queue, overtaking": Case(
        FifoQueue(),
        history(
            ("enqueue", 1, None, 0, 1),
            ("enqueue", 2, None, 2, 3),
            ("dequeue", None, 2, 4, 5),
            ("dequeue", None, 1, 6, 7),
        ),
        2,
        "2 was taken before a value that was put earlier",
    ),
    "queue, one unknown dequeue and two values left behind": Case(
        FifoQueue(),
        history(
            ("enqueue", 1, None, 0, 1),
            ("enqueue", 2, None, 2, 3),
            ("dequeue", None, None, 2, None),
            ("enqueue", 3, None, 4, 5),
            ("dequeue", None, 3, 6, 7),
        ),
        4,
        "3 was taken before a value that was put earlier",
    ),
    "queue, found empty": Case(
        FifoQueue(),
        history(
            ("enqueue", 1, None, 0, 1),
            ("dequeue", None, None, 2, 7),
            ("enqueue", 2, None, 3, 4),
            ("dequeue", None, 1, 5, 6),
            ("dequeue", None, 2, 8, 9),
        ),
        1,
        "something was there all the time while an operation found nothing",
    ),
    "stack, crossing": Case(
        Stack(),
        history(("push", 1, None, 0, 1), ("push", 2, None, 2, 3), ("pop", None, 1, 4, 5), ("pop", None, 2, 6, 7)),
        2,
        "the stack was never empty meanwhile, and none of these values can have been there all the time",
    ),
    "priority queue, larger first": Case(
        PriorityQueue(),
        history(("insert", 1, None, 0, 1), ("insert", 2, None, 0, 1), ("delete_min", None, 2, 2, 3)),
        2,
        "something smaller was there all the time while 2 was taken",
    ),
    "set, removed twice": Case(
        ValueSet(),
        history(("insert", 1, True, 0, 1), ("remove", 1, True, 2, 3), ("remove", 1, True, 4, 5)),
        2,
        "1 was removed although it was not in the set and nothing can have inserted it",
    ),
    "lock, held by two": Case(
        Semaphore(),
        history(("acquire", None, True, 0, 1), ("acquire", None, True, 2, 3)),
        1,
        "a permit was taken although none can have been free",
    ),
    "list, two orders": Case(
        AppendList(),
        history(
            ("append", 1, None, 0, 9),
            ("append", 2, None, 0, 9),
            ("read", None, [1, 2], 1, 2),
            ("read", None, [2], 1, 2),
        ),
        3,
        "two reads do not agree about the order",
    ),
    "key-value, lost append": Case(
        KeyValue(),
        history(
            ("put", "a", None, 0, 1),
            ("append", "b", None, 2, 3),
            ("append", "c", None, 4, 5),
            ("get", None, "ac", 6, 7),
        ),
        3,
        '"b" came and went while "a" was there all the time',
    ),
    "counter, going back": Case(
        Counter(),
        history(("add", 1, None, 0, 1), ("add", 1, None, 0, 9), ("read", None, 2, 2, 3), ("read", None, 1, 4, 5)),
        3,
        "the counter went back",
    ),
    "counter, lost update": Case(
        Counter(),
        history(("add_and_get", 1, 1, 0, 1), ("add_and_get", 1, 1, 0, 1)),
        1,
        "two additions made the same step",
    ),
    "counter, too many": Case(
        Counter(),
        history(("add", 1, None, 0, 1), ("add", 1, None, 0, 1), ("read", None, 1, 2, 3)),
        2,
        "no sum of the additions that were called before the answer comes to this value",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_violation_is_explained(case: Case) -> None:
    verdict = verdict_on(case.model, case.operations)
    assert verdict.verdict is Verdict.VIOLATION
    assert verdict.blocked_at == case.blocked_at
    assert verdict.refusals[0].because.startswith(case.because)


def test_an_unknown_pop_explains_a_value_that_was_left_behind() -> None:
    lines = (
        ("push", 1, None, 0, 1),
        ("push", 2, None, 2, 3),
        ("pop", None, None, 2, None),
        ("pop", None, 1, 4, 5),
        ("pop", None, None, 6, 7),
    )
    verdict = verdict_on(Stack(), history(*lines))
    assert verdict.verdict is Verdict.LAWFUL
    assert verdict.linearization is not None
    assert [placed.index for placed in verdict.linearization] == [0, 1, 2, 3, 4]
    assert verdict_on(Stack(), history(*lines[:2], *lines[3:])).verdict is Verdict.VIOLATION


@pytest.mark.parametrize(
    ("model", "operations", "reason"),
    [
        (FifoQueue(), history(("enqueue", 1, None, 0, 1), ("enqueue", 1, None, 0, 1), ("dequeue", None, 1, 2, 3)),
         "the value 1 is put 2 times, and taken"),
        (KeyValue(), history(("put", "a", None, 0, 1), ("append", "ab", None, 0, 1)), '"a" is the beginning of "ab"'),
        (Counter(), history(("add", 1, None, 0, 1), ("add", 2, None, 0, 1)),
         "several amounts are added, such as 1 and 2"),
        (PriorityQueue(), history(("insert", "a", None, 0, 1)), "not all inserted values are integers"),
    ],
)  # fmt: skip
def test_what_a_monitor_cannot_decide_is_told(model: Any, operations: list[Operation], reason: str) -> None:
    monitor = monitor_for(model)
    assert monitor is not None
    assert monitor.applies(operations, model) == reason
    verdict = monitor.check_object(operations, model)
    assert (verdict.verdict, verdict.progress) == (Verdict.INCONCLUSIVE, reason)


RECORDED = Path(__file__).resolve().parents[4] / "shared" / "histories" / "kv"


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded histories are not here")
@pytest.mark.parametrize(("folder", "expected"), [("ok", Verdict.LAWFUL), ("bad", Verdict.VIOLATION)])
def test_recorded_key_value_histories_get_their_known_verdict(folder: str, expected: Verdict) -> None:
    paths = sorted((RECORDED / folder).iterdir())
    assert paths
    monitor = monitor_for(KeyValue())
    assert monitor is not None
    for path in paths:
        parts = load(path).by_object().values()
        verdicts = [monitor.check_object(part, KeyValue(), Budget(seconds=5)).verdict for part in parts]
        assert overall(verdicts) is expected, path.name
