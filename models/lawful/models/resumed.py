"""A model that starts where something else left off: the sequential object with another initial state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from lawful.models.model import (
    AnyModel,
    Call,
    ExplainsRefusals,
    Model,
    Refusal,
    S,
    TimedModel,
    Transition,
    Window,
)
from lawful.models.values import Json


def resumed(model: AnyModel[S], state: S) -> AnyModel[S]:
    """`model` with `state` as its initial state."""
    if isinstance(model, TimedModel):
        return _ResumedTimed(model, state)
    return _Resumed(model, state)


@dataclass(frozen=True, slots=True)
class _Resumed(Generic[S]):
    model: Model[S]
    state: S

    @property
    def name(self) -> str:
        return self.model.name

    def initial(self) -> S:
        return self.state

    def step(self, state: S, call: Call) -> Sequence[Transition[S]]:
        return self.model.step(state, call)

    def refusal(self, state: S, call: Call, reply: Json, window: Window) -> Refusal | None:
        return _refusal(self.model, state, call, reply, window)


@dataclass(frozen=True, slots=True)
class _ResumedTimed(Generic[S]):
    model: TimedModel[S]
    state: S

    @property
    def name(self) -> str:
        return self.model.name

    def initial(self) -> S:
        return self.state

    def timed_step(self, state: S, call: Call, window: Window) -> Sequence[Transition[S]]:
        return self.model.timed_step(state, call, window)

    def refusal(self, state: S, call: Call, reply: Json, window: Window) -> Refusal | None:
        return _refusal(self.model, state, call, reply, window)


def _refusal(model: AnyModel[S], state: S, call: Call, reply: Json, window: Window) -> Refusal | None:
    return model.refusal(state, call, reply, window) if isinstance(model, ExplainsRefusals) else None
