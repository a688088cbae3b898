"""A list that only grows and is read as a whole, as Elle's list-append histories use it (Kingsbury and Alvaro 2020)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, argument, unknown_call
from lawful.models.sources import Shown, given_value, shown_values
from lawful.models.value_queue import ValueQueue
from lawful.models.values import Json, canonical


@dataclass(frozen=True, slots=True)
class AppendList:
    """Functions: `append(value)` → null; `read` → the array of all values, oldest first.

    >>> values = AppendList(initial_values=("a",))
    >>> [t.reply for t in values.step(values.initial(), Call("read", {}))]
    [('a',)]
    """

    initial_values: tuple[Json, ...] = ()
    name: str = "append-list"

    def initial(self) -> ValueQueue:
        return ValueQueue.of(self.initial_values)

    def supplied_at_first(self) -> Iterable[str]:
        return map(canonical, self.initial_values)

    def supplied(self, operation: Operation) -> Iterable[str]:
        return given_value(operation) if operation.function == "append" else ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        return shown_values(operation.result) if operation.function == "read" else ()

    def step(self, state: ValueQueue, call: Call) -> tuple[Transition[ValueQueue], ...]:
        match call.function:
            case "read":
                return (Transition(tuple(state), state, "a read answers all that was appended, in order"),)
            case "append":
                return (Transition(None, state.append(argument(call, "value")), "an append always succeeds"),)
        raise unknown_call("an append-only list", call, ("append", "read"))
