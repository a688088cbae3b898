"""One key of a string store with append, as in the MIT 6.824 key-value laboratory and Porcupine's test data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, text_argument, unknown_call
from lawful.models.sources import Shown
from lawful.models.wording import value_text

_LONGEST_END = 16
"""Characters at either end of a text that are compared with what was written."""


@dataclass(frozen=True, slots=True)
class KeyValue:
    """Functions: `get` → string; `put(value)` → null; `append(value)` → null. Keys are independent of each other."""

    initial_value: str = ""
    name: str = "key-value"

    def initial(self) -> str:
        return self.initial_value

    def had_no_effect(self, operation: Operation) -> bool:
        return operation.function == "get"

    def supplied_at_first(self) -> Iterable[tuple[str, str]]:
        return _ends(self.initial_value)

    def supplied(self, operation: Operation) -> Iterable[tuple[str, str]]:
        piece = operation.arguments.get("value")
        return _ends(piece) if operation.function in ("put", "append") and isinstance(piece, str) else ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        """A text begins with something written, and ends with something written."""
        text = operation.result
        if operation.function != "get" or not isinstance(text, str) or not text:
            return
        lengths = range(1, min(len(text), _LONGEST_END) + 1)
        yield Shown(tuple(("begins", text[:length]) for length in lengths), f"the beginning of {value_text(text)}")
        yield Shown(tuple(("ends", text[-length:]) for length in lengths), f"the end of {value_text(text)}")

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


def _ends(piece: str) -> tuple[tuple[str, str], ...]:
    return (("begins", piece[:_LONGEST_END]), ("ends", piece[-_LONGEST_END:])) if piece else ()
