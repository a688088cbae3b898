"""Schedules on real stores: what loses on the model loses there, and what is safe answers as the model says."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import pytest

from lawful.checkers.schedules.alone import run_alone
from lawful.checkers.schedules.explorer import Exploration, Schedule, explore
from lawful.checkers.schedules.position import Move, MoveKind, start, successors
from lawful.checkers.schedules.scenario import Scenario, scenario_of
from lawful.checkers.verdict import Verdict
from lawful.conformance.errors import BackendUnavailable, UsageError
from lawful.conformance.protocol_replay import Disagreement, Replayer, carry_out
from lawful.models.primitives.command import Command
from lawful.models.protocols.catalogue import PROTOCOLS
from lawful.models.protocols.protocol import Protocol, Variant

WAYS = [(protocol, variant) for protocol in PROTOCOLS.values() for variant in protocol.variants]
LOSING = [(protocol, variant) for protocol, variant in WAYS if variant.loses is not None]
QUICK = {
    "jobs-claim get-set",
    "alias-flip multi",
    "cursor-advance autocommit",
    "tasks-update-node deferred-retry-write",
}
SCHEDULES_PER_WAY = 3


@pytest.fixture(scope="module")
def replayers() -> Iterator[Mapping[str, Replayer]]:
    try:
        with Replayer("redis") as redis, Replayer("sqlite") as sqlite:
            yield {"redis": redis, "sqlite": sqlite}
    except BackendUnavailable as missing:
        pytest.skip(str(missing))


def name(way: tuple[Protocol, Variant]) -> str:
    return f"{way[0].name} {way[1].name}"


def way_called(wanted: str) -> tuple[Protocol, Variant]:
    return next(way for way in WAYS if name(way) == wanted)


def loses_on(replayers: Mapping[str, Replayer], protocol: Protocol, variant: Variant) -> None:
    found = explore(scenario_of(protocol, variant))
    replayed = replayers[variant.store.name].replay(found)
    assert replayed.verdict is Verdict.VIOLATION
    assert found.loss is not None
    moves = (*found.loss.schedule.setup, *found.loss.schedule.moves, *found.loss.schedule.audit)
    assert replayed.commands == sum(move.kind is MoveKind.COMMAND for move in moves)


@pytest.mark.parametrize("way", sorted(QUICK))
def test_a_losing_schedule_loses_on_the_real_store(replayers: Mapping[str, Replayer], way: str) -> None:
    loses_on(replayers, *way_called(way))


@pytest.mark.slow
@pytest.mark.parametrize("way", [way for way in LOSING if name(way) not in QUICK], ids=name)
def test_every_losing_schedule_loses_on_the_real_store(
    replayers: Mapping[str, Replayer], way: tuple[Protocol, Variant]
) -> None:
    loses_on(replayers, *way)


def random_schedule(scenario: Scenario, choice: random.Random) -> Schedule:
    """Some schedule from the start to an end."""
    empty = scenario.variant.store.initial(scenario.protocol.schema)
    setup = run_alone(scenario, empty, 0, scenario.protocol.setup)
    position = start(scenario, setup.store, setup.now_ms)
    moves: list[Move] = []
    while ahead := list(successors(scenario, position)):
        move, position = choice.choice(ahead)
        moves.append(move)
    audit = run_alone(scenario, position.store, position.now_ms, scenario.protocol.audit)
    return Schedule(setup.moves, tuple(moves), audit.moves)


def agrees_on(replayers: Mapping[str, Replayer], protocol: Protocol, variant: Variant, schedules: int) -> None:
    """Random schedules, with pauses only where they take part in the promise, have the answers of the model."""
    scenario = scenario_of(protocol, variant)
    choice = random.Random(name((protocol, variant)))
    for _ in range(schedules):
        schedule = random_schedule(scenario, choice)
        store = replayers[variant.store.name].empty_store(scenario)
        replayed = carry_out(scenario, schedule, store, "")
        if variant.loses is None:
            assert replayed.verdict is Verdict.LAWFUL, schedule


@pytest.mark.parametrize("way", ["tasks-update-node deferred", "cursor-advance watch", "tasks-insert lua"])
def test_any_schedule_has_the_answers_of_the_model(replayers: Mapping[str, Replayer], way: str) -> None:
    agrees_on(replayers, *way_called(way), schedules=2)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=name)
def test_any_schedule_of_any_way_has_the_answers_of_the_model(
    replayers: Mapping[str, Replayer], way: tuple[Protocol, Variant]
) -> None:
    agrees_on(replayers, *way, schedules=SCHEDULES_PER_WAY)


def changed(found: Exploration, place: int, **parts: object) -> Schedule:
    assert found.loss is not None
    moves = list(found.loss.schedule.moves)
    moves[place] = moves[place]._replace(**parts)  # type: ignore[arg-type]
    return found.loss.schedule._replace(moves=tuple(moves))


def test_an_answer_that_the_model_did_not_give_is_a_disagreement(replayers: Mapping[str, Replayer]) -> None:
    found = explore(scenario_of(*way_called("cursor-advance get-set")))
    store = replayers["redis"].empty_store(found.scenario)
    with pytest.raises(Disagreement, match="answers GET cdc_cursor:sink:index otherwise"):
        carry_out(found.scenario, changed(found, 0, answer="6"), store, "")


def test_another_command_than_the_schedule_has_is_a_disagreement(replayers: Mapping[str, Replayer]) -> None:
    found = explore(scenario_of(*way_called("cursor-advance get-set")))
    store = replayers["redis"].empty_store(found.scenario)
    with pytest.raises(Disagreement, match="another way"):
        carry_out(found.scenario, changed(found, 0, command=Command("DEL")), store, "")


def test_a_store_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(UsageError, match="unknown store to replay on 'sqlit'"):
        Replayer("sqlit")


def test_on_a_server_of_others_every_key_has_a_prefix_and_is_removed(replayers: Mapping[str, Replayer]) -> None:
    """The server of the fixture plays the foreign one."""
    own = replayers["redis"]._redis
    assert own is not None
    own.clear()
    foreign = own.connect()
    foreign.raw("SET", "cdc_cursor:sink:index", "not ours")
    with Replayer(str(own._connection["url"])) as replayer:
        loses_on({"redis": replayer}, *way_called("cursor-advance get-set"))
        assert len(foreign.raw("KEYS", "*")) == 2
    assert foreign.raw("KEYS", "*") == ["cdc_cursor:sink:index"]
    assert foreign.raw("GET", "cdc_cursor:sink:index") == "not ours"
    foreign.close()
