"""One object of a growing history: the online verdict is that of the reference checker on each beginning."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from lawful.checkers.linearizability import check, search
from lawful.checkers.linearizability.online import crossing
from lawful.checkers.linearizability.online.object_watch import ObjectWatch
from lawful.checkers.linearizability.online.unanswered import Unanswered
from lawful.checkers.linearizability.reference import check_object as reference_check
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.fifo_queue import FifoQueue
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel
from lawful.models.register import Register
from lawful.models.resumed import resumed
from lawful.models.stack import Stack
from lawful.models.task_store.declared import model_of
from lawful.models.value_set import ValueSet
from lawful.models.values import Frozen, Json
from lawful.specs.task_store import TABLES

from .online_histories import (
    Calls,
    cas_call,
    drawn_history,
    events_of,
    expected,
    lease_call,
    queue_call,
    register_call,
    set_call,
    so_far,
    stack_call,
    watched,
)

UNTIMED: list[tuple[AnyModel[Any], Calls]] = [
    (Register(0), register_call),
    (CasRegister(0), cas_call),
    (FifoQueue(), queue_call),
    (Stack(), stack_call),
    (ValueSet(), set_call),
]
HISTORIES = 500
"""Of each data type; a third or so are in violation."""


def found(watch: ObjectWatch) -> tuple[Verdict, int | None]:
    return watch.verdict, watch.violation.index if watch.violation is not None else None


@pytest.mark.parametrize(("model", "calls"), UNTIMED, ids=lambda value: getattr(value, "name", None))
@pytest.mark.parametrize("late", [False, True], ids=["in order", "late returns"])
def test_verdict_and_operation_are_those_of_the_reference(model: AnyModel[Any], calls: Calls, late: bool) -> None:
    verdicts = set()
    for seed in range(HISTORIES):
        draw = random.Random(seed)
        history = drawn_history(draw, model, calls)
        events = events_of(history, draw if late else None)
        watch = watched(events, model)
        assert found(watch) == expected(events, model), seed
        assert watch.verdict is search.check_object(so_far(events), model).verdict, seed
        verdicts.add(watch.verdict)
    assert {Verdict.LAWFUL, Verdict.VIOLATION} <= verdicts


@pytest.mark.slow
@pytest.mark.parametrize(("model", "calls"), UNTIMED, ids=lambda value: getattr(value, "name", None))
def test_larger_histories_agree_as_well(model: AnyModel[Any], calls: Calls) -> None:
    for seed in range(1_500):
        draw = random.Random(10_000 + seed)
        events = events_of(drawn_history(draw, model, calls, operations=12, clients=4), draw)
        assert found(watched(events, model)) == expected(events, model), seed


def test_a_model_with_time_is_judged_between_the_widest_and_the_narrowest_windows() -> None:
    """`check` lets an unknown operation take effect until the end of the recording; here, until the next return."""
    model = model_of(TABLES["leader_lease"])
    verdicts = {}
    for seed in range(HISTORIES):
        draw = random.Random(seed)
        events = events_of(drawn_history(draw, model, lease_call), draw if seed % 2 else None)
        history = so_far(events)
        verdict = watched(events, model).verdict
        if check.check_object(history, model).verdict is Verdict.VIOLATION:
            assert verdict is Verdict.VIOLATION, seed
        if search.check_object(history, model).verdict is not Verdict.VIOLATION:
            assert verdict is not Verdict.VIOLATION, seed
        verdicts[verdict] = seed
    assert {Verdict.LAWFUL, Verdict.VIOLATION} <= verdicts.keys()


@pytest.mark.parametrize(("model", "calls"), UNTIMED, ids=lambda value: getattr(value, "name", None))
def test_what_is_shown_of_a_violation_is_one_by_itself(model: AnyModel[Any], calls: Calls) -> None:
    shown = 0
    length = 80 if model.name == "fifo-queue" else 100  # the reference checker takes long for queues
    for seed in range(40):
        draw = random.Random(seed)
        events = events_of(
            drawn_history(draw, model, calls, operations=length, clients=2, unknown=0.01, lost=0.01), draw
        )
        watch = watched(events, model)
        if watch.violation is None:
            continue
        assert watch.recent.pasts, seed
        for past in watch.recent.pasts:
            operations = sorted([*watch.recent.operations, *past.optional], key=lambda one: one.index)
            assert reference_check(operations, resumed(model, past.state)).verdict is Verdict.VIOLATION, seed
        shown += len(watch.recent.operations) < watch.operations
    assert shown, "none began later than its history"


def operation(
    index: int,
    function: str,
    value: Json = None,
    *,
    at: tuple[int, int | None],
    result: Json = None,
    outcome: Outcome = Outcome.OK,
) -> Operation:
    """An operation of a client of its own. `at`: call and return; `value`: what is written."""
    arguments: dict[str, Json] = {} if value is None else {"value": value}
    return Operation(index, index, "register", function, arguments, outcome, at[0], at[1], result=result)


LOST_WRITE_IS_READ = [
    operation(0, "write", 1, at=(0, None), outcome=Outcome.UNKNOWN),
    operation(1, "write", 2, at=(10, 20)),
    operation(2, "read", at=(30, 40), result=1),
]
"""Lawful: the unknown write may take effect after the one that returned."""

READ_SPANS_TWO_WRITES = [
    operation(0, "read", at=(0, 50), result=1),
    operation(1, "write", 1, at=(10, 20)),
    operation(2, "write", 2, at=(30, 40)),
]
"""Lawful: the read, open all the time, saw the first write."""

LOST_WRITE_IS_READ_LATE = [
    operation(0, "write", 1, at=(0, None), outcome=Outcome.UNKNOWN),
    operation(1, "write", 2, at=(10, 12)),
    operation(2, "cas", at=(13, 16), result=True),
    operation(3, "write", 3, at=(14, 20)),
    operation(4, "read", at=(30, 40), result=1),
]


def with_cas(operations: list[Operation]) -> list[Operation]:
    return [replace(one, arguments={"old": 2, "new": 2}) if one.function == "cas" else one for one in operations]


LAWFUL = {
    "an unknown operation takes effect late": LOST_WRITE_IS_READ,
    "an open operation saw an earlier state": READ_SPANS_TWO_WRITES,
    "an unknown operation is not used up by an order that need not have been": with_cas(LOST_WRITE_IS_READ_LATE),
}


@pytest.mark.parametrize("name", LAWFUL)
def test_what_the_broken_twins_refuse_is_lawful(name: str) -> None:
    assert watched(events_of(LAWFUL[name]), CasRegister(0)).verdict is Verdict.LAWFUL
    assert reference_check(LAWFUL[name], CasRegister(0)).verdict is Verdict.LAWFUL


class ForgetsTheUnknown(ObjectWatch):
    """Takes an operation whose outcome is unknown for one that did not happen."""

    def returned(self, operation: Operation) -> None:
        if operation.outcome is Outcome.UNKNOWN:
            operation = replace(operation, outcome=Outcome.FAIL)
        super().returned(operation)


class SettlesTooEarly(ObjectWatch):
    """Collapses what went before while operations are open."""

    def _settle(self) -> None:
        held, self.open = self.open, {}
        super()._settle()
        self.open = held


def settled_watch(twin: type[ObjectWatch]) -> ObjectWatch:
    return twin(CasRegister(0), Meter(Budget(None, None)))


def test_a_watch_that_forgets_an_unknown_operation_is_found_out() -> None:
    history = [replace(LOST_WRITE_IS_READ[0], return_ns=5), *LOST_WRITE_IS_READ[1:]]
    assert watched(events_of(history), CasRegister(0)).verdict is Verdict.LAWFUL
    assert settled(ForgetsTheUnknown, history) is Verdict.VIOLATION


def settled(twin: type[ObjectWatch], history: list[Operation]) -> Verdict:
    return watched(events_of(history), CasRegister(0), settled_watch(twin)).verdict


def test_a_watch_that_settles_while_an_operation_is_open_is_found_out() -> None:
    assert settled(SettlesTooEarly, READ_SPANS_TWO_WRITES) is Verdict.VIOLATION


def test_a_watch_with_dominance_the_wrong_way_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = crossing.as_good
    monkeypatch.setattr(crossing, "as_good", lambda used, other: right(other, used))
    assert settled(ObjectWatch, with_cas(LOST_WRITE_IS_READ_LATE)) is Verdict.VIOLATION


def test_a_watch_that_never_takes_back_what_it_thought_of_open_operations_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An operation that was used without its answer has to be placed again once the answer is there."""
    stale = [
        operation(0, "write", 1, at=(0, 30)),
        operation(1, "read", at=(10, 20), result=1),
        operation(2, "read", at=(40, 50), result=0),
    ]
    assert settled(ObjectWatch, stale) is Verdict.VIOLATION
    monkeypatch.setattr(Unanswered, "remove", lambda self, tracked: None)
    assert settled(ObjectWatch, [*stale[:2], replace(stale[2], result=1)]) is Verdict.LAWFUL


def test_a_failed_operation_that_was_read_makes_a_violation_at_its_return() -> None:
    history = [
        operation(0, "write", 1, at=(0, 30), outcome=Outcome.FAIL),
        operation(1, "read", at=(10, 20), result=1),
    ]
    watch = watched(events_of(history), Register(0))
    assert found(watch) == (Verdict.VIOLATION, 0)


def test_unknown_operations_that_every_order_has_used_are_forgotten() -> None:
    watch = ObjectWatch(Register(0), Meter(Budget(None, None)))
    for index in range(0, 400, 2):
        lost = operation(index, "write", index + 1, at=(10 * index, None), outcome=Outcome.UNKNOWN)
        read = operation(index + 1, "read", at=(10 * index + 5, 10 * index + 8), result=index + 1)
        watched([("call", lost), ("return", lost), *events_of([read])], Register(0), watch)
    assert watch.verdict is Verdict.LAWFUL
    assert watch.unanswered.kinds == {}
    assert watch.settled.keys() == {(Frozen(399), 0)}


def test_an_operation_that_stays_open_for_ever_is_given_up() -> None:
    watch = ObjectWatch(Register(0), Meter(Budget(None, None)), most_waiting=50)
    stuck = operation(0, "read", at=(0, None), outcome=Outcome.UNKNOWN)
    watch.called(stuck)
    for index in range(1, 200):
        written = operation(index, "write", index, at=(10 * index, 10 * index + 5))
        watched(events_of([written]), Register(0), watch)
    assert len(watch.waiting) <= 50
    assert watch.verdict is Verdict.LAWFUL
    watch.returned(replace(stuck, outcome=Outcome.OK, return_ns=5_000, result=199))
    assert (watch.verdict, watch.unchecked) == (Verdict.INCONCLUSIVE, 0)


def test_a_budget_that_is_used_up_ends_in_an_inconclusive_verdict() -> None:
    """Unknown enqueues can take effect in any order: nothing bounds the configurations but the budget."""
    watch = ObjectWatch(FifoQueue(), Meter(Budget(0.05, None)))
    for index in range(12):
        lost = operation(index, "enqueue", index + 1, at=(index, None), outcome=Outcome.UNKNOWN)
        watched([("call", lost), ("return", lost)], FifoQueue(), watch)
    watched(events_of([operation(12, "dequeue", at=(20, 30), result=None)]), FifoQueue(), watch)
    assert watch.verdict is Verdict.INCONCLUSIVE
    assert watch.exhausted == "the time budget of 0.05 s is used up at the return of operation 12"
    watch.called(operation(13, "dequeue", at=(40, None), outcome=Outcome.UNKNOWN))
    assert watch.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("model", "calls"), UNTIMED, ids=lambda value: getattr(value, "name", None))
def test_a_watch_that_follows_few_orders_asks_before_it_calls_anything_a_violation(
    model: AnyModel[Any], calls: Calls
) -> None:
    outcomes: Counter[Verdict] = Counter()
    for seed in range(HISTORIES):
        draw = random.Random(seed)
        events = events_of(drawn_history(draw, model, calls, operations=9, unknown=0.4))
        asked: list[int] = []

        def confirm(operation: Operation, events: Any = events, asked: Any = asked) -> Verdict:
            asked.append(operation.index)
            place = next(at for at, (kind, one) in enumerate(events) if kind == "return" and one is operation)
            return reference_check(so_far(events[: place + 1]), model).verdict

        watch = ObjectWatch(model, Meter(Budget(None, None)), confirm=confirm, patience=(1, 1))
        watched(events, model, watch)
        if watch.exhausted is None:
            assert found(watch) == expected(events, model), seed
        else:
            assert asked, seed
        outcomes[watch.verdict] += 1
    assert outcomes[Verdict.LAWFUL] and outcomes[Verdict.VIOLATION]
    assert outcomes[Verdict.INCONCLUSIVE] < HISTORIES / 5


def test_claims_that_nobody_heard_of_are_followed_by_few_orders() -> None:
    """Each of eight claims may have taken any of twelve jobs: more configurations than can be followed."""
    jobs = [replace(operation(index, "enqueue", at=(10 * index, 10 * index + 5), result=True), object="jobs",
                    arguments={"id": f"job-{index}", "type": "t", "params": None}) for index in range(12)]  # fmt: skip
    claims = [replace(operation(12 + index, "claim", at=(200 + index, None), outcome=Outcome.UNKNOWN), object="jobs",
                      arguments={"worker": f"w{index}", "ttl_ms": 10**9}) for index in range(8)]  # fmt: skip
    depth = replace(operation(20, "queue_depth", at=(300, 310), result=11), object="jobs")
    model = model_of(TABLES["jobs"])
    watch = ObjectWatch(model, Meter(Budget(20.0, None)), confirm=lambda one: Verdict.INCONCLUSIVE, patience=(20, 200))
    watched(events_of([*jobs, *claims, depth]), model, watch)
    assert watch.verdict is Verdict.LAWFUL
    assert not all(one.complete for one in watch.waiting)
