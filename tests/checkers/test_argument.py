"""Arguments: the facts contradict the answers, each of them is needed, and a search by brute force says the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from benchmarks.histories import WORKLOADS, corrupt, generate

from lawful.checkers.linearizability import reference
from lawful.checkers.linearizability.argument import Argument, Contradiction, Fact, Order, Timing, all_facts, argument
from lawful.checkers.linearizability.core import Core, minimal_core
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, Window, state_after, transitions

BUDGET = Budget(seconds=10.0)
NAMES = ["register", "cas-register", "key-value", "leader_lease", "jobs", "tasks"]


def cores(name: str, seeds: int, operations: int) -> Iterator[tuple[Core, Argument]]:
    workload = WORKLOADS[name]
    for seed in range(seeds):
        history = corrupt(generate(workload, operations=operations, clients=3, seed=seed, unknown=0.1), seed)
        core = minimal_core(history, workload.model, budget=BUDGET)
        if core is not None:
            found = argument(core, workload.model, BUDGET)
            assert found is not None
            assert found.is_minimal
            yield core, found


def explained(core: Core, model: AnyModel[Any], facts: Sequence[Fact], forgotten: int | None = None) -> bool:
    """Whether some order of effects has all answers but the forgotten one, and all facts: every order is tried."""
    known = [one for one in core.constrained if one.index != forgotten]
    rest = [one for one in core.operations if one not in known]
    return any(
        runs(model, order, {one.index for one in known}, facts, core)
        for count in range(len(rest) + 1)
        for chosen in itertools.combinations(rest, count)
        for order in itertools.permutations([*known, *chosen])
    )


def runs(model: AnyModel[Any], order: Sequence[Operation], known: set[int], facts: Sequence[Fact], core: Core) -> bool:
    place = {operation.index: position for position, operation in enumerate(order)}
    for fact in facts:
        if isinstance(fact, Timing) or fact.first not in known or fact.then not in place:
            continue
        if place[fact.first] > place[fact.then]:
            return False
    timed = {fact.ran for fact in facts if isinstance(fact, Timing)}
    end_ns = max(one.return_ns or one.call_ns for one in core.operations)
    states = {model.initial()}
    for operation in order:
        until_ns = operation.return_ns if operation.index in known and operation.return_ns else end_ns
        window = Window(operation.call_ns, until_ns) if operation.index in timed else Window(0, 2**62)
        steps = [
            step
            for state in states
            for step in transitions(model, state, Call(operation.function, operation.arguments), window)
        ]
        if operation.index in known:
            states = {after for step in steps if (after := state_after(step, operation.result)) is not None}
        else:
            states = {step.state for step in steps}
    return bool(states)


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_contradict_the_answers_and_each_is_needed(name: str) -> None:
    model = WORKLOADS[name].model
    tried = 0
    for core, found in cores(name, 40, 6):
        if len(core.operations) > 5:
            continue
        tried += 1
        assert not explained(core, model, found.facts)
        for fact in found.facts:
            assert explained(core, model, [other for other in found.facts if other != fact]), fact
        for operation in core.constrained:
            assert explained(core, model, found.facts, operation.index), operation
    assert tried >= 3


@pytest.mark.parametrize("name", NAMES)
def test_each_fact_of_a_larger_core_is_needed(name: str) -> None:
    model = WORKLOADS[name].model
    tried = 0
    for core, found in cores(name, 12, 10):
        tried += 1
        contradiction = Contradiction(core, model, Meter(BUDGET))
        assert contradiction.holds(found.facts)
        assert set(found.facts) <= set(all_facts(core, model))
        for fact in found.facts:
            assert not contradiction.holds([other for other in found.facts if other != fact])
        for operation in core.constrained:
            assert not contradiction.holds(found.facts, operation.index)
    assert tried >= 3


def test_a_write_that_began_too_late_is_part_of_the_argument() -> None:
    history = (
        Operation(0, 0, "r", "read", {}, Outcome.OK, 0, 5, result=1),
        Operation(1, 1, "r", "write", {"value": 1}, Outcome.OK, 10, 15),
        Operation(2, 2, "r", "read", {}, Outcome.OK, 0, 30, result=1),
    )
    assert reference.check_object(history, CasRegister()).verdict is Verdict.VIOLATION
    core = minimal_core(history, CasRegister())
    assert core is not None
    # The prefix ends with the first read: by then the write had not begun, which is all there is to say.
    assert [one.index for one in core.operations] == [0]
    assert argument(core, CasRegister(), BUDGET) == Argument((), True)


def test_an_order_that_follows_from_others_is_no_fact() -> None:
    history = (
        Operation(0, 0, "r", "write", {"value": 1}, Outcome.OK, 0, 5),
        Operation(1, 1, "r", "write", {"value": 2}, Outcome.OK, 10, 15),
        Operation(2, 2, "r", "read", {}, Outcome.OK, 20, 25, result=1),
    )
    core = minimal_core(history, CasRegister())
    assert core is not None
    assert argument(core, CasRegister(), BUDGET) == Argument((Order(0, 1), Order(1, 2)), True)


def test_without_time_there_is_no_argument_or_one_that_may_be_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    model = WORKLOADS["cas-register"].model
    core, whole = max(cores("cas-register", 12, 14), key=lambda found: len(found[1].facts))
    left = 0

    def stops(self: Meter) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise BudgetExhausted("no time left")

    monkeypatch.setattr(Meter, "step", stops)
    outcomes = []
    for steps in (0, *range(1, 500, 5), 100_000):
        left = steps
        outcomes.append(argument(core, model, BUDGET))
    assert outcomes[0] is None
    assert outcomes[-1] == whole
    unfinished = [found for found in outcomes if found is not None and not found.is_minimal]
    assert unfinished
    assert all(len(found.facts) >= len(whole.facts) for found in unfinished)
