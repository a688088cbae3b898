"""An operation whose client died: it took effect before the crash, or never.

A recorder cannot know this much, since a command may still be on its way when the client dies. Here a client dies
between two commands, and all that it sent was carried out. Said to the checker as it stands, it finds shorter losing
schedules: an effect that may come at any later time would excuse a job that is held for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, ExplainsRefusals, Refusal, Transition, Window, transitions
from lawful.models.values import Json

_PREFIX = "crashed "
CRASHED = "crashed"
"""The answer that nobody saw."""


def crashed(operation: Operation, crash_ns: int) -> Operation:
    """`operation`, whose client died at that instant."""
    return replace(
        operation,
        function=_PREFIX + operation.function,
        outcome=Outcome.OK,
        result=CRASHED,
        return_ns=crash_ns,
        error=None,
    )


def has_crashed(operation: Operation) -> bool:
    """Whether it is one of a client that died."""
    return operation.function.startswith(_PREFIX)


def as_called(operation: Operation) -> Operation:
    """`operation` under the name that its client called it by."""
    return replace(operation, function=operation.function.removeprefix(_PREFIX))


@dataclass(frozen=True)
class WithCrashes:
    """`model` for histories with crashed operations."""

    model: AnyModel[Any]

    @property
    def name(self) -> str:
        return self.model.name

    def initial(self) -> Any:
        return self.model.initial()

    def timed_step(self, state: Any, call: Call, window: Window) -> Sequence[Transition[Any]]:
        if not call.function.startswith(_PREFIX):
            return transitions(self.model, state, call, window)
        original = Call(call.function.removeprefix(_PREFIX), call.arguments)
        steps = transitions(self.model, state, original, window)
        because = "the client died: the effect came before, or never"
        return tuple(
            Transition(CRASHED, after, because) for after in dict.fromkeys((state, *(one.state for one in steps)))
        )

    def refusal(self, state: Any, call: Call, reply: Json, window: Window) -> Refusal | None:
        return self.model.refusal(state, call, reply, window) if isinstance(self.model, ExplainsRefusals) else None
