"""One operation as an online search follows it, from its call until no configuration depends on it any more."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from lawful.models.history import Operation
from lawful.models.model import AnyModel, Call, KnowsEffects, Window, is_timed, state_after, transitions
from lawful.models.values import canonical

State = Hashable

_MOST_REMEMBERED = 1_000
"""States for which an operation remembers what it does; one with an unknown outcome may meet any number of them."""


class Tracked:
    """An operation, and what the model says of it in the states that were met.

    What is remembered is remembered here, so that it goes when the operation goes: a table of the whole model would
    grow with the history.
    """

    __slots__ = ("_after", "_call", "bit", "face", "kind", "looks", "operation")

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        """As far as it is known: its outcome is unknown while it is open."""
        self.kind = canonical([operation.function, operation.arguments])
        """The call. Operations of one kind whose outcome is unknown are interchangeable but for their calls' times."""
        self.face = ""
        """The answer, once it is known; operations of one kind and face are interchangeable."""
        self.bit = 0
        """Stands for it in the masks of configurations, once its answer is known."""
        self.looks = False
        """Whether its answer says that it changed nothing."""
        self._call = Call(operation.function, operation.arguments)
        self._after: dict[Any, tuple[State, ...]] = {}

    @property
    def call_ns(self) -> int:
        return self.operation.call_ns

    @property
    def order(self) -> tuple[int, int]:
        """Its place in order of call."""
        return self.operation.call_ns, self.operation.index

    @property
    def return_ns(self) -> int:
        """When it returned; it must have."""
        assert self.operation.return_ns is not None
        return self.operation.return_ns

    def completed(self, operation: Operation, bit: int, effects: KnowsEffects | None) -> None:
        """Its answer is known now. `effects`: the model, if it can tell who only looks."""
        self.operation = operation
        self.face = canonical(operation.result)
        self.bit = bit
        self.looks = effects is not None and effects.had_no_effect(operation)
        self._after.clear()

    def answered(self, model: AnyModel[Any], state: State) -> tuple[State, ...]:
        """The states that may follow where it takes effect in `state` and gives the answer that its client saw."""
        after = self._after.get(state)
        if after is None:
            window = Window(self.operation.call_ns, self.return_ns)
            found: dict[State, None] = {}
            for transition in transitions(model, state, self._call, window):
                following = state_after(transition, self.operation.result)
                if following is not None:
                    found[following] = None
            after = self._after[state] = tuple(found)
        return after

    def unanswered(self, model: AnyModel[Any], state: State, until_ns: int) -> tuple[State, ...]:
        """The other states that may follow where it takes effect in `state` by `until_ns`, whatever its answer.

        Staying in `state` is not among them: leaving the operation out explains as much.
        """
        key = (state, until_ns) if is_timed(model) else state
        after = self._after.get(key)
        if after is None:
            window = Window(self.operation.call_ns, until_ns)
            following = (transition.state for transition in transitions(model, state, self._call, window))
            if len(self._after) >= _MOST_REMEMBERED:
                self._after.clear()
            after = self._after[key] = tuple(dict.fromkeys(one for one in following if one != state))
        return after
