"""One key of a string store with append, as in the MIT 6.824 key-value laboratory and Porcupine's test data."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, text_argument, unknown_call


@dataclass(frozen=True, slots=True)
class KeyValue:
    """Functions: `get` → string; `put(value)` → null; `append(value)` → null. Keys are independent of each other."""

    initial_value: str = ""
    name: str = "key-value"

    def initial(self) -> str:
        return self.initial_value

    def had_no_effect(self, operation: Operation) -> bool:
        return operation.function == "get"

    def step(self, state: str, call: Call) -> tuple[Transition[str], ...]:
        match call.function:
            case "get":
                return (Transition(state, state, "a get answers what was put, with all that was appended since"),)
            case "put":
                return (Transition(None, text_argument(call, "value"), "a put always succeeds"),)
            case "append":
                appended = state + text_argument(call, "value")
                return (Transition(None, appended, "an append always succeeds"),)
        raise unknown_call("a key-value store", call, ("get", "put", "append"))
