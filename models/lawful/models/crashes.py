"""A model whose state falls back at a crash: what took effect last may be lost, and nothing else.

This is buffered durable linearizability (Izraelevitz, Mendes, Scott, DISC 2016, section 4): at a crash the store falls
back to the state after some prefix of what took effect, and goes on from there. Two operations that no client called
are added for each crash. `saved` is the instant up to which everything survives; `crash` makes the state at that
instant the one that counts. How early `saved` may lie is how much may be lost, and is told by its interval: it cannot
come before an operation that had returned when the interval begins (`checkers.durability`).

The state carries the live one and the one that was saved, and no other: each order of effects is one search path as
without crashes, and orders that lead to the same two states are still searched once.

Assumption: one store behind the object, whose death is the death of all of it. That the objects of a store fall back to
the same instant is not said here: each is checked on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, cast

from lawful.models.history import Operation
from lawful.models.model import (
    AnyModel,
    Call,
    ExplainsRefusals,
    KnowsEffects,
    KnowsRows,
    Model,
    OpenReply,
    Refusal,
    S,
    TimedModel,
    Transition,
    Window,
    integer_argument,
    is_timed,
)
from lawful.models.values import Json

SAVED = "saved"
"""What took effect before survives the crash of the number given."""
CRASH = "crash"
"""The server dies; what was not saved is lost."""
NUMBER = "crash"
"""The argument of both: which crash of the history it is, from 0."""

MARKS = frozenset({SAVED, CRASH})
"""The operations that no client called."""


@dataclass(frozen=True, slots=True)
class Survivor(Generic[S]):
    """What a store holds, and what of it would be there after the next crash."""

    live: S
    saved: S | None = None
    """None: the instant at which the next crash falls back to is still to come."""
    crash: int | None = None
    """The crash for which `saved` is meant."""

    def __str__(self) -> str:
        return str(self.live)


@dataclass(frozen=True, slots=True)
class _WithCrashes(Generic[S]):
    model: AnyModel[S]

    @property
    def name(self) -> str:
        return self.model.name

    def initial(self) -> Survivor[S]:
        return Survivor(self.model.initial())

    def refusal(self, state: Survivor[S], call: Call, reply: Json, window: Window) -> Refusal | None:
        if call.function in MARKS or not isinstance(self.model, ExplainsRefusals):
            return None
        return self.model.refusal(state.live, call, reply, window)

    def had_no_effect(self, operation: Operation) -> bool:
        if operation.function in MARKS or not hasattr(self.model, "had_no_effect"):
            return False
        return cast(KnowsEffects, self.model).had_no_effect(operation)

    def rows(self, operation: Operation) -> frozenset[str]:
        if operation.function in MARKS or not isinstance(self.model, KnowsRows):
            return frozenset()
        return self.model.rows(operation)

    def projected(self, operation: Operation, row: str) -> Operation | None:
        """A crash concerns every row, and a row of a prefix is a prefix of what happened to the row."""
        if operation.function in MARKS or not isinstance(self.model, KnowsRows):
            return operation
        return self.model.projected(operation, row)


class WithCrashes(_WithCrashes[S]):
    """A model without time."""

    def step(self, state: Survivor[S], call: Call) -> Sequence[Transition[Survivor[S]]]:
        if call.function in MARKS:
            return (_marked(state, call),)
        return _lifted(state, cast(Model[S], self.model).step(state.live, call))


class TimedWithCrashes(_WithCrashes[S]):
    """A model with time."""

    def timed_step(self, state: Survivor[S], call: Call, window: Window) -> Sequence[Transition[Survivor[S]]]:
        if call.function in MARKS:
            return (_marked(state, call),)
        return _lifted(state, cast(TimedModel[S], self.model).timed_step(state.live, call, window))


def with_crashes(model: AnyModel[Any]) -> AnyModel[Any]:
    """`model` with the operations `saved` and `crash`, both of which answer true."""
    return TimedWithCrashes(model) if is_timed(model) else WithCrashes(model)


def without_crashes(model: AnyModel[Any]) -> AnyModel[Any]:
    """The model that `with_crashes` made `model` of; `model` itself where it did not."""
    return model.model if isinstance(model, _WithCrashes) else model


def _marked(state: Survivor[S], call: Call) -> Transition[Survivor[S]]:
    number = integer_argument(call, NUMBER)
    if call.function == SAVED:
        return Transition(True, Survivor(state.live, state.live, number), "what took effect before survives")
    if state.crash == number and state.saved is not None:
        return Transition(True, Survivor(state.saved), "what took effect since the last save is lost")
    return Transition(False, state, "there is nothing saved to go back to")


def _lifted(state: Survivor[S], steps: Sequence[Transition[S]]) -> tuple[Transition[Survivor[S]], ...]:
    return tuple(
        Transition(_lifted_reply(state, step.reply), _after(state, step.state), step.because, step.clause)
        for step in steps
    )


def _after(state: Survivor[S], live: S) -> Survivor[S]:
    return Survivor(live, state.saved, state.crash)


def _lifted_reply(state: Survivor[S], reply: Json | OpenReply[S]) -> Json | OpenReply[Survivor[S]]:
    if not isinstance(reply, OpenReply):
        return reply
    open_reply = reply

    def state_after(answer: Json) -> Survivor[S] | None:
        live = open_reply.state_after(answer)
        return None if live is None else _after(state, live)

    return OpenReply(open_reply.allowed, state_after)
