"""A register with compare-and-set, as etcd, ZooKeeper and Consul offer one per key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, argument, unknown_call
from lawful.models.sources import Shown, given_value, shown_value
from lawful.models.values import Frozen, Json, canonical


@dataclass(frozen=True, slots=True)
class CasRegister:
    """Functions: `read` → value; `write(value)` → null; `cas(old, new)` → whether it was applied.

    A refused compare-and-set is an observation (the value was not `old`), so it is an answer, not a failure.
    """

    initial_value: Json = None
    name: str = "cas-register"

    def initial(self) -> Frozen:
        return Frozen(self.initial_value)

    def had_no_effect(self, operation: Operation) -> bool:
        return operation.function == "read" or operation.result is False

    def supplied_at_first(self) -> Iterable[str]:
        return (canonical(self.initial_value),)

    def supplied(self, operation: Operation) -> Iterable[str]:
        if operation.function == "cas" and operation.result is not False:
            return given_value(operation, "new")
        return given_value(operation) if operation.function == "write" else ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        if operation.function == "cas" and operation.result is True and "old" in operation.arguments:
            return (shown_value(operation.arguments["old"]),)
        return (shown_value(operation.result),) if operation.function == "read" else ()

    def step(self, state: Frozen, call: Call) -> tuple[Transition[Frozen], ...]:
        match call.function:
            case "read":
                return (Transition(state.value, state, "a read answers the value last written"),)
            case "write":
                return (Transition(None, Frozen(argument(call, "value")), "a write always succeeds"),)
            case "cas":
                new = Frozen(argument(call, "new"))
                if state == Frozen(argument(call, "old")):
                    return (Transition(True, new, "the register holds the expected value"),)
                return (Transition(False, state, "the register does not hold the expected value"),)
        raise unknown_call("a CAS register", call, ("read", "write", "cas"))
