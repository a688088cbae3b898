"""What a model with time does, per state, kind of operation and window; worked out once, and states are numbered."""

from __future__ import annotations

from typing import Any

from lawful.checkers.linearizability.kinds import Kinds
from lawful.checkers.meter import Meter
from lawful.models.history import Operation
from lawful.models.model import KnowsEffects, TimedModel, Window, state_after

_SECONDS_BETWEEN_LOOKS = 0.05


class TimedTable:
    """The states of a model and what follows them; any number of searches on histories of the model may share it."""

    def __init__(self, model: TimedModel[Any], meter: Meter) -> None:
        self._model = model
        self._meter = meter
        self._next_look_s = 0.0
        self._numbers: dict[Any, int] = {}
        self._entries: dict[tuple[int, int, int, int], tuple[int, ...]] = {}
        self._effects = model if isinstance(model, KnowsEffects) else None
        self.kinds = Kinds()
        self.states: list[Any] = []
        self.initial = self._number_of(model.initial())

    def only_looks(self, operation: Operation) -> bool:
        """Whether the model says that the answer of a completed operation tells of no effect."""
        return self._effects is not None and self._effects.had_no_effect(operation)

    def after(self, state: int, kind: int, earliest_ns: int, latest_ns: int) -> tuple[int, ...]:
        """The states that may follow where an operation takes effect in the window."""
        key = (state, kind, earliest_ns, latest_ns)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = self._entry(state, kind, Window(earliest_ns, latest_ns))
        return entry

    def _entry(self, state: int, kind: int, window: Window) -> tuple[int, ...]:
        known = self.kinds.kinds[kind]
        found: list[int] = []
        transitions = tuple(self._model.timed_step(self.states[state], self.kinds.calls[known.call], window))
        self._meter.worked(len(transitions))
        for transition in transitions:
            after = state_after(transition, known.result) if known.known else transition.state
            if after is not None:
                number = self._number_of(after)
                if number not in found:
                    found.append(number)
        # A model may be slow: look at the clock after every call of it, though not more often than useful.
        if self._meter.seconds > self._next_look_s:
            self._meter.look()
            self._next_look_s = self._meter.seconds + _SECONDS_BETWEEN_LOOKS
        return tuple(found)

    def _number_of(self, state: Any) -> int:
        number = self._numbers.get(state)
        if number is None:
            number = self._numbers[state] = len(self.states)
            self.states.append(state)
        return number
