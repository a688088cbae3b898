"""A counter, as INCRBY and GET of Redis make one of a key."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.models.model import Call, Transition, integer_argument, unknown_call


@dataclass(frozen=True, slots=True)
class Counter:
    """Functions: `read` → integer; `add(delta)` → null; `add_and_get(delta)` → the integer after the addition.

    >>> counter = Counter(initial_value=40)
    >>> [(t.reply, t.state) for t in counter.step(counter.initial(), Call("add_and_get", {"delta": 2}))]
    [(42, 42)]
    """

    initial_value: int = 0
    name: str = "counter"

    def initial(self) -> int:
        return self.initial_value

    def step(self, state: int, call: Call) -> tuple[Transition[int], ...]:
        match call.function:
            case "read":
                return (Transition(state, state, "a read answers the sum of all additions"),)
            case "add":
                return (Transition(None, state + integer_argument(call, "delta"), "an addition always succeeds"),)
            case "add_and_get":
                total = state + integer_argument(call, "delta")
                return (Transition(total, total, "it answers the sum of all additions, its own among them"),)
        raise unknown_call("a counter", call, ("read", "add", "add_and_get"))
