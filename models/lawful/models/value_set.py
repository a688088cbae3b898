"""A set whose operations tell whether they changed it (Herlihy and Shavit, chapter 9; SADD and SREM of Redis)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, argument, unknown_call
from lawful.models.sources import Shown, given_value, shown_value
from lawful.models.values import Json, canonical


@dataclass(frozen=True, slots=True)
class ValueSet:
    """Functions: `insert(value)`, `remove(value)` → whether the set changed; `contains(value)` → whether it is in.

    >>> values = ValueSet(initial_values=(1,))
    >>> [t.reply for f in ("insert", "remove") for t in values.step(values.initial(), Call(f, {"value": 1}))]
    [False, True]
    """

    initial_values: tuple[Json, ...] = ()
    name: str = "set"

    def initial(self) -> frozenset[str]:
        return frozenset(map(canonical, self.initial_values))

    def supplied_at_first(self) -> Iterable[str]:
        return map(canonical, self.initial_values)

    def supplied(self, operation: Operation) -> Iterable[str]:
        return given_value(operation) if operation.function == "insert" else ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        found = operation.result is (operation.function != "insert")
        return (shown_value(operation.arguments["value"]),) if found and "value" in operation.arguments else ()

    def step(self, state: frozenset[str], call: Call) -> tuple[Transition[frozenset[str]], ...]:
        if call.function not in ("insert", "remove", "contains"):
            raise unknown_call("a set", call, ("insert", "remove", "contains"))
        element = canonical(argument(call, "value"))
        present = element in state
        because = "the value is in the set" if present else "the value is not in the set"
        match call.function:
            case "insert":
                return (Transition(not present, state | {element}, because),)
            case "remove":
                return (Transition(present, state - {element}, because),)
        return (Transition(present, state, because),)
