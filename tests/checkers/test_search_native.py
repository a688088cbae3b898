"""The native search agrees with the definition, compiled as well as interpreted, and each of its rules is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

pytest.importorskip("numpy")

from benchmarks.histories import WORKLOADS, Workload, corrupt, generate

from lawful.checkers.linearizability import reference, search
from lawful.checkers.linearizability.evidence import refused, replay
from lawful.checkers.linearizability.native import handover, layers
from lawful.checkers.linearizability.native.closed import ClosedTable
from lawful.checkers.linearizability.native.covered import placements
from lawful.checkers.linearizability.native.search import COMPILED, Explored, layered_search
from lawful.checkers.linearizability.schedule import schedule
from lawful.checkers.linearizability.table import TransitionTable
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation
from lawful.models.model import AnyModel, Call, Transition
from lawful.models.semaphore import Semaphore
from lawful.models.value_set import ValueSet

INTERPRETED = 0


@dataclass(frozen=True)
class Bag:
    """Holds up to two of three values; `take` answers any of them. Not deterministic, also where nobody saw it."""

    name: str = "bag"

    def initial(self) -> frozenset[int]:
        return frozenset()

    def step(self, state: frozenset[int], call: Call) -> tuple[Transition[frozenset[int]], ...]:
        if call.function == "put":
            value = call.arguments["value"]
            assert isinstance(value, int)
            if len(state) < 2:
                return (Transition(True, state | {value}, "there is room"),)
            return (Transition(False, state, "it is full"),)
        if call.function == "clear":
            return (Transition(None, frozenset(), "it is emptied"),)
        if not state:
            return (Transition(None, state, "it is empty"),)
        return tuple(Transition(value, state - {value}, "any will do") for value in sorted(state))


def _draw_bag(random: Random, number: int, state: Any) -> Call:
    return random.choice((Call("put", {"value": random.randint(1, 3)}), Call("take", {}), Call("clear", {})))


def _draw_set(random: Random, number: int, state: Any) -> Call:
    return Call(random.choice(("insert", "remove", "contains")), {"value": random.randint(1, 2)})


def _draw_semaphore(random: Random, number: int, state: Any) -> Call:
    return Call(random.choice(("acquire", "release")), {})


def _draw_three_values(random: Random, number: int, state: Any) -> Call:
    value, other = random.randint(0, 2), random.randint(0, 2)
    calls = (Call("read", {}), Call("read", {}), Call("write", {"value": value}))
    return random.choice((*calls, Call("cas", {"old": value, "new": other})))


CLOSED = {
    "register": WORKLOADS["register"],
    "cas-register": WORKLOADS["cas-register"],
    "cas-register of three values": Workload(CasRegister(0), _draw_three_values),
    "bag": Workload(Bag(), _draw_bag),
    "set": Workload(ValueSet(), _draw_set),
    "semaphore": Workload(Semaphore(2), _draw_semaphore),
}
"""Objects with few states."""


def _histories(name: str, first: int, last: int, operations: int = 14) -> Iterator[tuple[Operation, ...]]:
    for seed in range(first, last):
        clients = 2 + seed % 4
        history = generate(
            CLOSED[name], operations=operations, clients=clients, seed=seed, unknown=0.12, failed=0.05, pause=0.1
        )
        yield corrupt(history, seed) if seed % 2 else history


def _explored(history: tuple[Operation, ...], model: AnyModel[Any], turns: int) -> Explored | None:
    """What the native search finds, its evidence replayed; None where nothing is to be searched."""
    meter = Meter(Budget())
    table: TransitionTable = TransitionTable(model, meter)  # type: ignore[arg-type]
    plan = schedule(history, table.kinds.of)
    if not plan.positions:
        return None
    native = layered_search(plan, table, meter)
    assert native is not None
    explored = native.run(turns)
    assert explored.routes
    for route in explored.routes:
        if explored.linearizable:
            replay(model, plan, placements(plan, table, route))
        else:
            refused(model, plan, explored.deepest, placements(plan, table, route))
    return explored


def _disagreements(name: str, first: int, last: int, turns: int = INTERPRETED) -> list[str]:
    model = CLOSED[name].model
    found = []
    for number, history in enumerate(_histories(name, first, last), first):
        try:
            explored = _explored(history, model, turns)
        except AssertionError as error:
            found.append(f"{number}: {error}")
            continue
        if explored is not None:
            expected = reference.check_object(history, model)
            if explored.linearizable is not (expected.verdict is Verdict.LAWFUL):
                found.append(f"{number}: {expected.verdict}")
    return found


@pytest.mark.parametrize("name", CLOSED)
def test_agrees_with_the_definition(name: str) -> None:
    assert _disagreements(name, 0, 60) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CLOSED)
def test_compiled_agrees_with_the_definition_on_many(name: str) -> None:
    pytest.importorskip("numba")
    assert _disagreements(name, 1_000, 4_000, COMPILED) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CLOSED)
def test_compiled_is_the_same_as_interpreted(name: str) -> None:
    pytest.importorskip("numba")
    model = CLOSED[name].model
    for history in _histories(name, 0, 60, operations=30):
        assert _explored(history, model, COMPILED) == _explored(history, model, INTERPRETED)


def _any_is_as_good(used: int, covered: int, other_used: int, other_covered: int) -> bool:
    return True


def _less_used_is_better(used: int, covered: int, other_used: int, other_covered: int) -> bool:
    """Forgets that what is not used may still have to be."""
    return used & ~other_used == 0


def _later_copies_first(t: Any, position: int, place: int, used: int, covered: int) -> bool:
    copies = range(place + 1, t.window_from[position + 1])
    return any(
        t.window_kind[later] == t.window_kind[place] and not used & 1 << t.window_slot[later] for later in copies
    )


def _everything_is_covered(t: Any, position: int, state: int, used: int, covered: int) -> int:
    for place in range(t.window_from[position], t.window_from[position + 1]):
        covered |= 1 << t.window_slot[place]
    return covered & ~used


def _nothing_is_covered(t: Any, position: int, state: int, used: int, covered: int) -> int:
    return covered


@pytest.mark.parametrize(
    ("rule", "wrong", "name"),
    [
        ("covers", _any_is_as_good, "set"),
        ("covers", _less_used_is_better, "set"),
        ("out_of_order", _later_copies_first, "cas-register of three values"),
        ("covered_in", _everything_is_covered, "cas-register of three values"),
        ("covered_in", _nothing_is_covered, "cas-register of three values"),
    ],
)
def test_a_wrong_rule_is_noticed(
    rule: str, wrong: Callable[..., Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, rule, wrong)
    assert _disagreements(name, 0, 160)


@pytest.mark.parametrize("property_of_kinds", ["is_blind", "is_total"])
def test_a_wrong_property_of_kinds_is_noticed(property_of_kinds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClosedTable, property_of_kinds, lambda self, kind: True)
    assert _disagreements("cas-register of three values", 0, 150)


def test_trails_can_be_compacted_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search with hardly any room for trails finds the same."""
    model = CLOSED["cas-register"].model
    history = generate(CLOSED["cas-register"], operations=200, clients=4, seed=3)
    roomy = _explored(history, model, INTERPRETED)
    monkeypatch.setattr("lawful.checkers.linearizability.native.search.FIRST_TRAILS", 1_200)
    assert _explored(history, model, INTERPRETED) == roomy


def test_a_search_without_end_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(handover, "PATIENCE", 20)
    workload = CLOSED["cas-register"]
    for seed in range(6):
        history = generate(workload, operations=40, clients=4, seed=seed, unknown=0.1)
        history = corrupt(history, seed) if seed % 2 else history
        expected = reference.check_object(history, workload.model)
        assert search.check_object(history, workload.model).verdict is expected.verdict


def test_where_the_native_search_does_not_apply_the_other_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "PATIENCE", 20)
    monkeypatch.setattr("lawful.checkers.linearizability.native.search.layered_search", lambda *given: None)
    workload = CLOSED["cas-register"]
    history = generate(workload, operations=60, clients=4, seed=1)
    assert search.check_object(history, workload.model).verdict is Verdict.LAWFUL
