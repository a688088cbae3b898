"""The reference checker agrees with the definition of linearizability, spelled out over all orders."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest

from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, Window, state_after, transitions
from lawful.models.register import Register
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

ALWAYS = Window(0, 0)


def operation(
    index: int,
    function: str,
    arguments: dict[str, Json],
    result: Json,
    call_ns: int,
    return_ns: int | None,
    outcome: Outcome = Outcome.OK,
) -> Operation:
    return Operation(index, index, "register", function, arguments, outcome, call_ns, return_ns, result=result)


def write(index: int, value: Json, call_ns: int, return_ns: int) -> Operation:
    return operation(index, "write", {"value": value}, None, call_ns, return_ns)


def lost_write(index: int, value: Json, call_ns: int) -> Operation:
    return operation(index, "write", {"value": value}, None, call_ns, None, Outcome.UNKNOWN)


def read(index: int, value: Json, call_ns: int, return_ns: int) -> Operation:
    return operation(index, "read", {}, value, call_ns, return_ns)


def verdict_of(*operations: Operation, model: AnyModel[Any] | None = None) -> Verdict:
    return check_object(operations, model or Register()).verdict


def test_a_read_after_a_write_sees_it() -> None:
    assert verdict_of(write(0, 1, 0, 1), read(1, 1, 2, 3)) is Verdict.LAWFUL
    assert verdict_of(write(0, 1, 0, 1), read(1, None, 2, 3)) is Verdict.VIOLATION


def test_a_read_that_overlaps_a_write_may_see_either() -> None:
    assert verdict_of(write(0, 1, 0, 5), read(1, 1, 2, 3)) is Verdict.LAWFUL
    assert verdict_of(write(0, 1, 0, 5), read(1, None, 2, 3)) is Verdict.LAWFUL


def test_a_call_at_the_instant_of_a_return_is_concurrent_with_it() -> None:
    assert verdict_of(write(0, 1, 0, 2), read(1, None, 2, 3)) is Verdict.LAWFUL


def test_an_unknown_write_may_take_effect_late_early_or_never() -> None:
    lost = lost_write(0, 1, 0)
    assert verdict_of(lost, read(1, None, 2, 3)) is Verdict.LAWFUL
    assert verdict_of(lost, read(1, 1, 2, 3)) is Verdict.LAWFUL
    assert verdict_of(lost, read(1, None, 2, 3), read(2, 1, 8, 9)) is Verdict.LAWFUL


def test_an_unknown_write_takes_effect_once_and_not_before_its_call() -> None:
    assert verdict_of(read(0, 1, 0, 1), lost_write(1, 1, 2)) is Verdict.VIOLATION
    again = (lost_write(0, 1, 0), read(1, 1, 2, 3), write(2, 2, 4, 5), read(3, 1, 6, 7))
    assert verdict_of(*again) is Verdict.VIOLATION


def test_a_failed_write_is_seen_by_nobody() -> None:
    failed = operation(0, "write", {"value": 1}, None, 0, 1, Outcome.FAIL)
    assert verdict_of(failed, read(1, None, 2, 3)) is Verdict.LAWFUL
    assert verdict_of(failed, read(1, 1, 2, 3)) is Verdict.VIOLATION


def test_one_and_true_are_different_values() -> None:
    assert verdict_of(write(0, 1, 0, 1), read(1, True, 2, 3)) is Verdict.VIOLATION


@pytest.mark.parametrize(
    "operations",
    [(), (lost_write(0, 1, 0),), (operation(0, "read", {}, None, 0, 1, Outcome.FAIL),)],
    ids=["empty", "only unknown", "only failed"],
)
def test_nothing_checked_is_no_pass(operations: Sequence[Operation]) -> None:
    assert check_object(operations, Register()).verdict is Verdict.NOTHING_CHECKED


def test_a_violation_names_the_operation_it_stops_at_and_what_was_allowed() -> None:
    found = check_object([write(0, 1, 0, 1), write(1, 2, 2, 3), read(2, 1, 4, 5)], Register())
    assert found.blocked_at == 2
    assert [(refused.answered, refused.allowed) for refused in found.refusals] == [(1, ("2",))]
    assert [placed.index for placed in found.refusals[0].linearization] == [0, 1]


def test_a_used_up_budget_is_inconclusive_and_says_how_far_it_got() -> None:
    concurrent = [write(i, i, 0, 100) for i in range(14)]
    impossible = [*concurrent, read(14, 99, 101, 102)]
    found = check_object(impossible, Register(), Budget(seconds=0.05))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.progress == "the time budget of 0.05 s is used up; the first 14 of 15 returns are explained"


def test_a_lease_is_refused_or_granted_while_its_expiry_is_uncertain() -> None:
    def lease(index: int, result: Json, call_ns: int, return_ns: int, holder: str) -> Operation:
        arguments: dict[str, Json] = {"holder": holder, "ttl_ms": 10}
        return operation(index, "acquire", arguments, result, call_ns * 1_000_000, return_ns * 1_000_000)

    first = lease(0, 1, 0, 2, "a")  # ends between 10 and 12 ms
    model = model_of(TABLES["leader_lease"])
    assert verdict_of(first, lease(1, 2, 11, 12, "b"), model=model) is Verdict.LAWFUL
    assert verdict_of(first, lease(1, None, 11, 12, "b"), model=model) is Verdict.LAWFUL
    assert verdict_of(first, lease(1, 2, 7, 8, "b"), model=model) is Verdict.VIOLATION
    assert verdict_of(first, lease(1, None, 13, 14, "b"), model=model) is Verdict.VIOLATION
    seen_held = lease(1, None, 11, 12, "b")
    assert verdict_of(first, seen_held, lease(2, None, 12, 13, "c"), model=model) is Verdict.LAWFUL
    assert verdict_of(first, lease(1, 2, 11, 11, "b"), lease(2, 3, 11, 12, "c"), model=model) is Verdict.VIOLATION


def by_definition(operations: Sequence[Operation], model: AnyModel[Any]) -> bool:
    """Linearizability spelled out: some order of the completed and some of the unknown operations."""
    completed = [one for one in operations if one.outcome is Outcome.OK]
    unknown = [one for one in operations if one.outcome is Outcome.UNKNOWN]
    for count in range(len(unknown) + 1):
        for chosen in itertools.combinations(unknown, count):
            for order in itertools.permutations([*completed, *chosen]):
                if _respects_real_time(order) and _is_run_of(model, order):
                    return True
    return False


def _respects_real_time(order: Sequence[Operation]) -> bool:
    return not any(
        later.return_ns is not None and later.return_ns < earlier.call_ns
        for earlier, later in itertools.combinations(order, 2)
    )


def _is_run_of(model: AnyModel[Any], order: Sequence[Operation]) -> bool:
    states = {model.initial()}
    for one in order:
        steps = [
            step for state in states for step in transitions(model, state, Call(one.function, one.arguments), ALWAYS)
        ]
        if one.outcome is Outcome.OK:
            states = {state for step in steps if (state := state_after(step, one.result)) is not None}
        else:
            states = {step.state for step in steps}
    return bool(states)


def random_history(random_: random.Random) -> list[Operation]:
    operations = []
    for index in range(random_.randint(2, 6)):
        call_ns = random_.randint(0, 8)
        outcome = random_.choices((Outcome.OK, Outcome.UNKNOWN, Outcome.FAIL), (6, 2, 1))[0]
        return_ns = None if outcome is Outcome.UNKNOWN else call_ns + random_.randint(0, 5)
        function = random_.choice(("read", "read", "write", "cas"))
        value, other = random_.randint(0, 2), random_.randint(0, 2)
        arguments: dict[str, Json] = {}
        result: Json = None
        if function == "read":
            result = value if outcome is Outcome.OK else None
        elif function == "write":
            arguments = {"value": value}
        else:
            arguments, result = {"old": value, "new": other}, random_.random() < 0.5
        operations.append(operation(index, function, arguments, result, call_ns, return_ns, outcome))
    return sorted(operations, key=lambda one: one.call_ns)


@pytest.mark.parametrize("seed", range(8))
def test_it_agrees_with_the_definition_on_random_histories(seed: int) -> None:
    random_ = random.Random(seed)
    seen = {Verdict.LAWFUL: 0, Verdict.VIOLATION: 0}
    for _ in range(60):
        operations = random_history(random_)
        if not any(one.outcome is Outcome.OK for one in operations):
            continue
        found = check_object(operations, CasRegister(0))
        seen[found.verdict] += 1
        assert (found.verdict is Verdict.LAWFUL) == by_definition(operations, CasRegister(0)), operations
        if found.verdict is Verdict.LAWFUL:
            assert_is_linearization(found, operations)
    assert min(seen.values()) > 5, "random histories of one verdict only test nothing"


def assert_is_linearization(found: ObjectVerdict, operations: Sequence[Operation]) -> None:
    assert found.linearization is not None
    by_index = {one.index: one for one in operations}
    order = [by_index[placed.index] for placed in found.linearization]
    assert {one.index for one in operations if one.outcome is Outcome.OK} <= {one.index for one in order}
    assert _respects_real_time(order)
    assert _is_run_of(CasRegister(0), order)
