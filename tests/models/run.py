"""Calls a model one at a time, as a client would that is alone."""

from __future__ import annotations

from typing import Any

from lawful.models.model import AnyModel, Call, ExplainsRefusals, OpenReply, Window, state_after, transitions
from lawful.models.values import Json

MS = 1_000_000


class Run:
    """A model that is run one call at a time, with one answer expected for each."""

    def __init__(self, model: AnyModel[Any]) -> None:
        self.model = model
        self.state = model.initial()
        self.now_ms = 0

    def __call__(self, function: str, *, at_ms: tuple[int, int] | None = None, **arguments: Any) -> Json:
        """The one answer that is allowed; it is taken."""
        steps = self.steps(function, at_ms, arguments)
        assert len(steps) == 1, f"{function} may answer {[step.reply for step in steps]}"
        self.state = steps[0].state
        reply = steps[0].reply
        return reply.allowed if isinstance(reply, OpenReply) else reply

    def take(self, answer: Json, function: str, *, at_ms: tuple[int, int] | None = None, **arguments: Any) -> None:
        """Take this one of several allowed answers."""
        states = [state_after(step, answer) for step in self.steps(function, at_ms, arguments)]
        (self.state,) = [state for state in states if state is not None]

    def answers(self, function: str, *, at_ms: tuple[int, int] | None = None, **arguments: Any) -> list[Any]:
        return [step.reply for step in self.steps(function, at_ms, arguments)]

    def steps(self, function: str, at_ms: tuple[int, int] | None, arguments: dict[str, Json]) -> Any:
        earliest, latest = at_ms or (self.now_ms, self.now_ms)
        return transitions(self.model, self.state, Call(function, arguments), Window(earliest * MS, latest * MS))

    def refused(self, reply: Json, function: str, **arguments: Json) -> str | None:
        """The clause that a wrong answer breaks."""
        assert isinstance(self.model, ExplainsRefusals)
        refusal = self.model.refusal(self.state, Call(function, arguments), reply, Window(0, 0))
        return None if refusal is None else refusal.clause
