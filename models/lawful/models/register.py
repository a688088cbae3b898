"""A read/write register: a read answers the value last written (Herlihy and Wing 1990, section 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, argument, unknown_call
from lawful.models.sources import Shown, given_value, shown_value
from lawful.models.values import Frozen, Json, canonical


@dataclass(frozen=True, slots=True)
class Register:
    """Functions: `read` → value; `write(value)` → null.

    >>> register = Register(initial_value=0)
    >>> [(t.reply, t.because) for t in register.step(register.initial(), Call("read", {}))]
    [(0, 'a read answers the value last written')]
    """

    initial_value: Json = None
    name: str = "register"

    def initial(self) -> Frozen:
        return Frozen(self.initial_value)

    def had_no_effect(self, operation: Operation) -> bool:
        return operation.function == "read"

    def supplied_at_first(self) -> Iterable[str]:
        return (canonical(self.initial_value),)

    def supplied(self, operation: Operation) -> Iterable[str]:
        return given_value(operation) if operation.function == "write" else ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        return (shown_value(operation.result),) if operation.function == "read" else ()

    def step(self, state: Frozen, call: Call) -> tuple[Transition[Frozen], ...]:
        match call.function:
            case "read":
                return (Transition(state.value, state, "a read answers the value last written"),)
            case "write":
                return (Transition(None, Frozen(argument(call, "value")), "a write always succeeds"),)
        raise unknown_call("a register", call, ("read", "write"))
