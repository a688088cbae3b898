"""A first-in, first-out queue (Herlihy and Wing 1990, section 3.1), with a dequeue that tells when it is empty."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.models.model import Call, Transition, argument, unknown_call
from lawful.models.value_queue import ValueQueue
from lawful.models.values import Json


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
