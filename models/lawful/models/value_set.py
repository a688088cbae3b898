"""A set whose operations tell whether they changed it (Herlihy and Shavit, chapter 9; SADD and SREM of Redis)."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.models.model import Call, Transition, argument, unknown_call
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
