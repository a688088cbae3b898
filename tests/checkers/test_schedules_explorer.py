"""The explorer on protocols made for it: it is breadth first, leaves nothing out, and knows when it has to stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from lawful.checkers.schedules.alone import run_alone
from lawful.checkers.schedules.counting import paths
from lawful.checkers.schedules.explorer import explore
from lawful.checkers.schedules.judge import Judge
from lawful.checkers.schedules.position import Move, MoveKind, Position, start, successors
from lawful.checkers.schedules.scenario import Scenario, scenario_of
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.counter import Counter
from lawful.models.model import Call, Transition
from lawful.models.primitives.command import Failed, Program
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import GET, INCR, SET
from lawful.models.primitives.sqlite import SqliteModel
from lawful.models.primitives.sqlite_statements import BEGIN_IMMEDIATE, SELECT
from lawful.models.protocols.catalogue import PROTOCOLS
from lawful.models.protocols.protocol import Invocation, Protocol, Variant

REDIS = RedisModel()


def read(*_: object) -> Program:
    return int((yield GET("n")) or 0)


def add_at_once(delta: int) -> Program:
    yield INCR("n")
    return None


def add_in_steps(delta: int) -> Program:
    value = int((yield GET("n")) or 0)
    yield SET("n", value + 1)
    return None


def add_twice(delta: int) -> Program:
    yield INCR("n")
    yield INCR("n")
    return None


def add_and_fail(delta: int) -> Program:
    yield INCR("n")
    return Failed("no answer")


def one_adds(client: str) -> Sequence[Invocation]:
    return (Invocation("add", {"delta": 1}),)


def variant(name: str, add: Any, **parts: Any) -> Variant:
    return Variant(name, "adds one", REDIS, {"add": add, "read": read}, **parts)


COUNTER = Protocol(
    name="jobs-claim",
    title="add to a counter",
    object="counter",
    model=lambda clock_error_ns: Counter(),
    variants=(),
    roles=(one_adds,),
    audit=(Invocation("read", {}),),
)


def scenario(add: Any, clients: int = 2, crashes: int = 0, pauses: int = 0) -> Scenario:
    return scenario_of(COUNTER, variant("way", add), clients, crashes, pauses)


def test_a_lost_update_is_found_by_its_shortest_schedule() -> None:
    found = explore(scenario(add_in_steps))
    assert found.verdict is Verdict.VIOLATION
    assert found.loss is not None
    steps = [(move.client, str(move.command)) for move in found.loss.schedule.moves]
    assert steps == [(1, "GET n"), (2, "GET n"), (1, "SET n 1"), (2, "SET n 1")]


def test_positions_moves_and_schedules_are_exact() -> None:
    """Two clients with one command each, the lower number first: one schedule, three positions, two moves."""
    found = explore(scenario(add_at_once))
    assert (found.positions, found.moves, found.schedules, found.longest) == (3, 2, 1, 2)


def test_three_clients_in_steps_are_counted() -> None:
    """Three programs of two commands interleave in 6!/(2!2!2!) = 90 ways; starting in order leaves 90 / 3! of them."""
    unjudged = replace(COUNTER, audit=(), model=lambda clock_error_ns: AnyAnswer())
    found = explore(scenario_of(unjudged, variant("way", two_reads), clients=3, crashes=0))
    assert found.schedules == 15


def two_reads(delta: int) -> Program:
    yield GET("n")
    yield GET("n")
    return None


class AnyAnswer(Counter):
    """Judges nothing."""

    def step(self, state: int, call: Call) -> tuple[Transition[int], ...]:
        return (Transition(None, state, "anything goes"),)


def test_a_crash_between_commands_is_found() -> None:
    found = explore(scenario(add_twice, clients=1, crashes=1))
    assert found.loss is not None
    assert [move.kind for move in found.loss.schedule.moves] == [MoveKind.COMMAND, MoveKind.COMMAND]
    half = scenario(add_at_once, clients=1, crashes=1)
    assert explore(half).verdict is Verdict.LAWFUL, "a single command has no middle to die in"


def test_an_operation_of_a_dead_client_took_effect_before_or_never() -> None:
    def add_after_reading(delta: int) -> Program:
        yield GET("n")
        yield INCR("n")
        return None

    assert explore(scenario(add_after_reading, clients=2, crashes=2)).verdict is Verdict.LAWFUL


def test_an_operation_that_failed_must_not_take_effect() -> None:
    found = explore(scenario(add_and_fail))
    assert found.loss is not None
    assert len(found.loss.schedule.moves) == 1


def keep_the_lock(delta: int) -> Program:
    yield BEGIN_IMMEDIATE()
    return None


def read_and_keep_the_lock(delta: int) -> Program:
    yield SELECT("t", "r")
    yield BEGIN_IMMEDIATE()
    return None


@pytest.mark.parametrize(("add", "steps"), [(keep_the_lock, 1), (read_and_keep_the_lock, 3)])
def test_clients_that_wait_for_ever_are_a_loss(add: Any, steps: int) -> None:
    way = Variant("way", "never gives the lock back", SqliteModel(), {"add": add})
    found = explore(scenario_of(replace(COUNTER, schema={"t": ("n",)}, audit=()), way, 2, 0))
    assert found.loss is not None
    assert found.loss.verdict is None
    assert len(found.loss.schedule.moves) == steps


@pytest.mark.parametrize("budget", [Budget(seconds=1e-9), Budget(memory_mb=1e-9)])
def test_a_budget_that_is_used_up_is_inconclusive_and_says_how_far_it_got(budget: Budget) -> None:
    protocol = PROTOCOLS["jobs-claim"]
    watch = protocol.variant("watch")
    assert watch is not None
    found = explore(scenario_of(protocol, watch, 3), budget)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.progress is not None
    assert "positions within" in found.progress
    assert found.schedules is None


def every_schedule(chosen: Scenario, position: Position, moves: tuple[Move, ...] = ()) -> Any:
    """By brute force: no position is remembered, and every prefix is given too."""
    yield position, moves
    for move, after in successors(chosen, position):
        yield from every_schedule(chosen, after, (*moves, move))


BRUTE = [
    ("jobs-claim", "get-set"),
    ("jobs-claim", "setnx-expire"),
    ("jobs-claim", "set-nx"),
    ("jobs-claim", "blpop-record"),
    ("lease-acquire", "set-nx-token"),
    ("lease-release", "get-del"),
    ("tasks-insert", "row-then-index"),
    ("alias-flip", "get-set"),
    ("cursor-advance", "conditional"),
    ("rate-limit", "incr-expire"),
    ("tasks-update-node", "deferred"),
    ("admin-session-revoke", "rewrite-row"),
]


@pytest.mark.parametrize(("name", "way"), BRUTE)
def test_brute_force_finds_the_same(name: str, way: str) -> None:
    """Same verdict and same length, without remembering positions."""
    protocol = PROTOCOLS[name]
    chosen_variant = protocol.variant(way)
    assert chosen_variant is not None
    chosen = scenario_of(protocol, chosen_variant)
    setup = run_alone(chosen, chosen.variant.store.initial(protocol.schema), 0, protocol.setup)
    judge = Judge(chosen, setup, Budget())
    first = start(chosen, setup.store, setup.now_ms)
    lengths = []
    schedules = 0
    for position, moves in every_schedule(chosen, first):
        schedules += next(successors(chosen, position), None) is None
        if moves and judge.violation(position) is not None:
            lengths.append(len(moves))
    found = explore(chosen)
    if found.loss is None:
        assert lengths == []
        assert found.schedules == schedules
    else:
        assert len(found.loss.schedule.moves) == min(lengths)


def test_clients_of_one_role_may_be_renamed() -> None:
    """What makes it enough to look at schedules in which they start in order of their numbers."""
    for protocol in PROTOCOLS.values():
        for role in protocol.roles:
            for result in (None, "k1", True):
                one, other = (str(script_of(role(client), result)) for client in ("w7", "w8"))
                assert one.replace("w7", "w8") == other, protocol.name


def script_of(script: Sequence[Invocation], result: Any) -> list[object]:
    return [(one.function, one.arguments([result] * 3) if callable(one.arguments) else one.arguments) for one in script]


def test_schedules_are_counted_along_all_ways() -> None:
    assert paths([[]]) == 1
    assert paths([[1], [2, 2], []]) == 2
    layers = [[3 * layer + 1, 3 * layer + 2, 3 * layer + 3] for layer in range(4)]
    edges = [layers[0], *(following for following in layers[1:] for _ in range(3)), [], [], []]
    assert paths(edges) == 3**4
