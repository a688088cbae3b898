"""Operations that nobody disturbs: what set the stage, and what an auditor finds at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lawful.checkers.schedules.position import Move, MoveKind
from lawful.checkers.schedules.scenario import AUDITOR, Scenario, arguments_of
from lawful.models.primitives.command import Answer, Command, Done, Failed
from lawful.models.protocols.protocol import Invocation, Pause
from lawful.models.values import Json


class Call(NamedTuple):
    """An operation that was carried out alone."""

    function: str
    arguments: Mapping[str, Json]
    result: Json | Failed
    call_ms: int


class Alone(NamedTuple):
    """What was done, and the store after it."""

    calls: tuple[Call, ...]
    moves: tuple[Move, ...]
    store: Any
    now_ms: int

    @property
    def results(self) -> tuple[Any, ...]:
        return tuple(call.result for call in self.calls)


def run_alone(scenario: Scenario, store: Any, now_ms: int, steps: Sequence[Invocation | Pause]) -> Alone:
    """The steps one after the other, by the auditor."""
    calls: list[Call] = []
    moves: list[Move] = []
    for step in steps:
        if isinstance(step, Pause):
            now_ms += scenario.protocol.pause_ms
            store = scenario.variant.store.later(store, now_ms)
            moves.append(Move(MoveKind.PAUSE))
            continue
        arguments = arguments_of(step, ())
        assert arguments is not None
        own, store = _operation(scenario, store, step.function, arguments)
        moves += own
        returned = own[-1].returned
        assert returned is not None
        calls.append(Call(step.function, arguments, returned.result, now_ms))
    return Alone(tuple(calls), tuple(moves), store, now_ms)


def _operation(scenario: Scenario, store: Any, function: str, arguments: Mapping[str, Json]) -> tuple[list[Move], Any]:
    moves: list[Move] = []
    answers: tuple[Answer, ...] = ()
    following = scenario.next(function, arguments, answers)
    while isinstance(following, Command):
        command, is_first = following, not answers
        reply = scenario.variant.store.step(store, AUDITOR, command)
        assert reply is not None, f"{function} of {scenario.variant.name} waits although nobody else is there"
        store = reply.state
        answers = (*answers, reply.answer)
        following = scenario.next(function, arguments, answers)
        returned = following if isinstance(following, Done) else None
        moves.append(Move(MoveKind.COMMAND, AUDITOR, command, reply.answer, function, is_first, returned))
    return moves, store
