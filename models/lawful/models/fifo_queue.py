"""A first-in, first-out queue (Herlihy and Wing 1990, section 3.1), with a dequeue that tells when it is empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, argument, unknown_call
from lawful.models.sources import Shown, given_value, shown_value
from lawful.models.value_queue import ValueQueue
from lawful.models.values import Json, canonical


@dataclass(frozen=True, slots=True)
class FifoQueue:
    """Functions: `enqueue(value)` → null; `dequeue` → the value enqueued first, or null where the queue is empty.

    >>> queue = FifoQueue(initial_values=(1, 2))
    >>> [(t.reply, t.state) for t in queue.step(queue.initial(), Call("dequeue", {}))]
    [(1, [2])]
    """

    initial_values: tuple[Json, ...] = ()
    name: str = "fifo-queue"

    def initial(self) -> ValueQueue:
        return ValueQueue.of(self.initial_values)

    def supplied_at_first(self) -> Iterable[str]:
        return map(canonical, self.initial_values)

    def supplied(self, operation: Operation) -> Iterable[str]:
        return given_value(operation) if operation.function == "enqueue" else ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        taken = operation.function == "dequeue" and operation.result is not None
        return (shown_value(operation.result),) if taken else ()

    def step(self, state: ValueQueue, call: Call) -> tuple[Transition[ValueQueue], ...]:
        match call.function:
            case "enqueue":
                value = argument(call, "value")
                return (Transition(None, state.append(value), "an enqueue always succeeds"),)
            case "dequeue":
                if len(state) == 0:
                    return (Transition(None, state, "the queue is empty"),)
                return (Transition(state.first, state.without_first(), "this value was enqueued first"),)
        raise unknown_call("a FIFO queue", call, ("enqueue", "dequeue"))
