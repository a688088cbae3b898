"""A counting semaphore without waiting: an operation that cannot go on says so instead. With one permit, a lock.

It knows no owners: anybody may release. A lock that blocks is covered as well: its acquisitions answer true, or their
outcome is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from lawful.models.model import Call, Transition, unknown_call


@dataclass(frozen=True, slots=True)
class Semaphore:
    """Functions: `acquire` → whether a permit was taken; `release` → whether one was given back.

    >>> lock = Semaphore()
    >>> [(t.reply, t.state) for t in lock.step(lock.initial(), Call("acquire", {}))]
    [(True, 0)]
    """

    permits: int = 1
    """How many there are; all of them are free at first."""
    name: str = "semaphore"

    def initial(self) -> int:
        return self.permits

    def step(self, state: int, call: Call) -> tuple[Transition[int], ...]:
        """The state is the number of free permits."""
        match call.function:
            case "acquire":
                if state == 0:
                    return (Transition(False, state, "every permit is taken"),)
                return (Transition(True, state - 1, "a permit is free"),)
            case "release":
                if state == self.permits:
                    return (Transition(False, state, "no permit is taken"),)
                return (Transition(True, state + 1, "a permit is taken"),)
        raise unknown_call("a semaphore", call, ("acquire", "release"))
