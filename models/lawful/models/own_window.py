"""A model with time as one without: each operation takes effect at some instant of its own interval.

The windows of a timed model are narrowest where they also follow from the operations placed before and after (see
`model.Window`). Then what a call may do depends on the whole order so far, an operation without an answer is worth
placing at every point since its call, and a search through a run with a few of them may not end. Here a window is the
operation's own interval, from its call to its return, or to the end of the recording where its outcome is unknown.

That is wider, so every linearization with the narrow windows is one with these: a violation that is found is one by
either. What is given up is small: an expiry may be taken to lie too early or too late by as much as an operation
takes, which is milliseconds but for operations that a fault delayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic

from lawful.models.history import Operation, Outcome
from lawful.models.model import Call, ExplainsRefusals, Refusal, S, TimedModel, Transition, Window
from lawful.models.values import Json


def with_own_windows(operations: Sequence[Operation]) -> list[Operation]:
    """The same operations, each with its window among its arguments."""
    end_ns = max((max(one.call_ns, one.return_ns or 0) for one in operations), default=0)
    return [
        replace(one, arguments={"arguments": one.arguments, "window_ns": (one.call_ns, _latest_ns(one, end_ns))})
        for one in operations
    ]


def without_own_window(operation: Operation) -> Operation:
    """The operation that `with_own_windows` made `operation` of."""
    arguments: Any = operation.arguments
    return replace(operation, arguments=arguments["arguments"])


def _latest_ns(operation: Operation, end_ns: int) -> int:
    """When the effect came at the latest. That a client gave up waiting says nothing about it."""
    if operation.outcome is Outcome.UNKNOWN or operation.return_ns is None:
        return end_ns
    return operation.return_ns


@dataclass(frozen=True, slots=True)
class OwnWindows(Generic[S]):
    """`model` for operations that went through `with_own_windows`."""

    model: TimedModel[S]

    @property
    def name(self) -> str:
        return self.model.name

    def initial(self) -> S:
        return self.model.initial()

    def step(self, state: S, call: Call) -> Sequence[Transition[S]]:
        original, window = _taken_apart(call)
        return self.model.timed_step(state, original, window)

    def refusal(self, state: S, call: Call, reply: Json, window: Window) -> Refusal | None:
        original, own = _taken_apart(call)
        return self.model.refusal(state, original, reply, own) if isinstance(self.model, ExplainsRefusals) else None


def _taken_apart(call: Call) -> tuple[Call, Window]:
    arguments: Any = call.arguments
    return Call(call.function, arguments["arguments"]), Window(*arguments["window_ns"])
