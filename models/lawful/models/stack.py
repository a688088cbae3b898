"""A stack: a pop answers the value pushed last, or that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, argument, unknown_call
from lawful.models.sources import Shown, given_value, shown_value
from lawful.models.values import Frozen, Json, canonical


class Pile:
    """The values of a stack as an immutable value: a linked list whose links share what lies below them."""

    __slots__ = ("_hash", "_height", "below", "top")

    def __init__(self, top: Frozen | None = None, below: Pile | None = None) -> None:
        self.top = top
        """The value on top; None for the empty pile."""
        self.below = below
        self._height: int = 0 if below is None else below._height + 1
        self._hash: int = 0 if below is None else hash((top, below._hash))

    def _from_top(self) -> Iterator[Frozen]:
        pile: Pile | None = self
        while pile is not None and pile.top is not None:
            yield pile.top
            pile = pile.below

    def __len__(self) -> int:
        return self._height

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Pile)
            and (self._height, self._hash) == (other._height, other._hash)
            and all(mine == theirs for mine, theirs in zip(self._from_top(), other._from_top(), strict=True))
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, reversed(list(self._from_top()))))}]"


@dataclass(frozen=True, slots=True)
class Stack:
    """Functions: `push(value)` → null; `pop` → the value pushed last, or null where the stack is empty.

    >>> stack = Stack(initial_values=(1, 2))
    >>> [(t.reply, t.state) for t in stack.step(stack.initial(), Call("pop", {}))]
    [(2, [1])]
    """

    initial_values: tuple[Json, ...] = ()
    """From the bottom to the top."""
    name: str = "stack"

    def initial(self) -> Pile:
        pile = Pile()
        for value in self.initial_values:
            pile = Pile(Frozen(value), pile)
        return pile

    def supplied_at_first(self) -> Iterable[str]:
        return map(canonical, self.initial_values)

    def supplied(self, operation: Operation) -> Iterable[str]:
        return given_value(operation) if operation.function == "push" else ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        taken = operation.function == "pop" and operation.result is not None
        return (shown_value(operation.result),) if taken else ()

    def step(self, state: Pile, call: Call) -> tuple[Transition[Pile], ...]:
        match call.function:
            case "push":
                pushed = Pile(Frozen(argument(call, "value")), state)
                return (Transition(None, pushed, "a push always succeeds"),)
            case "pop":
                if state.top is None or state.below is None:
                    return (Transition(None, state, "the stack is empty"),)
                return (Transition(state.top.value, state.below, "this value was pushed last"),)
        raise unknown_call("a stack", call, ("push", "pop"))
