"""Evidence: the sentences say what the argument says, and a violation stays one however little time there is."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from benchmarks.histories import WORKLOADS, corrupt, generate

from lawful.checkers.linearizability import argument, check, reference
from lawful.checkers.linearizability.argument import Order
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.conformance.evidence import Evidence, gather
from lawful.conformance.report.evidence_text import evidence_lines
from lawful.models.cas_register import CasRegister
from lawful.models.history import History, Operation, Outcome

STALE = History(
    (
        Operation(0, 0, "r", "write", {"value": 1}, Outcome.OK, 0, 5),
        Operation(1, 1, "r", "read", {}, Outcome.OK, 6, 8, result=1),
        Operation(2, 1, "r", "write", {"value": 2}, Outcome.OK, 10, 15),
        Operation(3, 2, "r", "write", {"value": 3}, Outcome.UNKNOWN, 7, None),
        Operation(4, 2, "r", "read", {}, Outcome.OK, 40, 45, result=1),
    )
)


def verdict_on(history: History) -> ObjectVerdict:
    return reference.check_object(history.operations, CasRegister())


def lines(evidence: Evidence, history: History) -> str:
    return "\n".join(evidence_lines(evidence, history))


def test_each_fact_is_in_a_sentence_and_all_end_in_the_refused_answer() -> None:
    found = gather(STALE, verdict_on(STALE), CasRegister(), Budget())
    assert [sentence.text for sentence in found.sentences] == [
        "#0 write(value=1) answered null",
        "#0 had returned before #2 was called",
        "#2 write(value=2) answered null",
        "#2 had returned before #4 was called",
        "#4 read() answered 1",
    ]
    text = lines(found, STALE)
    assert "No order of effects has all of these; without any one of them, there is one." in text
    assert text.endswith("because   a read answers the value last written")
    assert "#1" not in text
    assert "#3" not in text


def test_what_began_too_late_is_named_with_its_call() -> None:
    # The later write explains the read only if it came first, and it began when the read was over.
    late = History(
        (
            Operation(0, 0, "r", "read", {}, Outcome.OK, 0, 5, result=2),
            Operation(1, 1, "r", "cas", {"old": 2, "new": 1}, Outcome.OK, 6, 50, result=True),
            Operation(2, 2, "r", "write", {"value": 2}, Outcome.UNKNOWN, 10, None),
        )
    )
    found = gather(late, verdict_on(late), CasRegister(), Budget())
    assert [one.index for one in found.core.operations] == [0]
    assert [sentence.text for sentence in found.sentences] == ["#0 read() answered 2"]


@pytest.mark.parametrize("name", ["cas-register", "key-value", "leader_lease", "jobs", "tasks"])
def test_without_time_a_violation_is_shown_by_what_surrounds_it(name: str) -> None:
    workload = WORKLOADS[name]
    shown = 0
    for seed in range(8):
        operations = corrupt(generate(workload, operations=40, clients=4, seed=seed, unknown=0.1), seed)
        history = History(operations)
        part = check.check_object(operations, workload.model)
        if part.verdict is not Verdict.VIOLATION:
            continue
        shown += 1
        started_s = time.monotonic()
        found = gather(history, part, workload.model, Budget(seconds=0.0))
        assert time.monotonic() - started_s < 5
        assert found.part.verdict is Verdict.VIOLATION
        assert found.shown
        assert not found.core.is_minimal
        assert lines(found, history)
    assert shown


def test_an_argument_that_was_not_found_leaves_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gather(STALE, verdict_on(STALE), CasRegister(), Budget())
    monkeypatch.setattr("lawful.conformance.evidence.argument", lambda *_: None)
    found = gather(STALE, verdict_on(STALE), CasRegister(), Budget())
    assert found.core.operations == whole.core.operations
    assert found.sentences == ()
    assert "no order explains 3 of its 4 operations" in lines(found, STALE)


def test_an_argument_that_may_be_shorter_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = (Order(0, 2), Order(0, 4), Order(2, 4))
    unfinished = argument.Argument(facts, is_minimal=False)
    monkeypatch.setattr("lawful.conformance.evidence.argument", lambda *_: unfinished)
    found = gather(STALE, verdict_on(STALE), CasRegister(), Budget())
    assert "#0 had returned before #2 and #4 were called" in lines(found, STALE)
    assert "whether each is needed was not found out in the time given" in lines(found, STALE)


def test_a_core_that_may_be_smaller_is_said_to_be() -> None:
    found = gather(STALE, verdict_on(STALE), CasRegister(), Budget())
    unfinished = replace(found, core=replace(found.core, is_minimal=False), shown=found.constrained)
    assert "not all smaller sets were tried in the time given" in lines(unfinished, STALE)
