"""Sequential objects whose answers depend on time, for tables that have no model of their own yet.

Source: the task-store contract, what must hold by table. How an expiry is known only as a window: see
`task_store.expiry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lawful.models.model import Call, Transition, Window, argument, integer_argument, unknown_call
from lawful.models.task_store.expiry import Expiry, expiry_of
from lawful.models.values import Frozen

_LONG_AGO = Expiry(-1, -1)


class Kept(NamedTuple):
    """A value that expires, and before the first one a value that has expired."""

    value: Frozen = Frozen(None)
    expiry: Expiry = _LONG_AGO


@dataclass(frozen=True, slots=True)
class ExpiringValue:
    """A value that the first writer sets and that expires: an idempotency entry, a session.

    `record(value, ttl_ms)` → the value that is kept, this or an earlier one; `touch(ttl_ms)` → whether it was there,
    and from now on lasts that long; `get` → the value or null.
    """

    clock_error_ns: int = 0
    name: str = "expiring value"

    def initial(self) -> Kept:
        return Kept()

    def timed_step(self, state: Kept, call: Call, window: Window) -> tuple[Transition[Kept], ...]:
        steps: list[Transition[Kept]] = []
        if state.expiry.may_have_passed(window):
            steps.append(self._absent(state, call, window))
        if state.expiry.may_be_ahead(window):
            steps.append(self._present(state, call, window))
        return tuple(steps)

    def _absent(self, state: Kept, call: Call, window: Window) -> Transition[Kept]:
        match call.function:
            case "record":
                value = argument(call, "value")
                return Transition(value, Kept(Frozen(value), self._expiry(call, window)), "nothing is recorded")
            case "touch":
                return Transition(False, state._replace(expiry=_LONG_AGO), "there is none, or it has expired")
            case "get":
                return Transition(None, state._replace(expiry=_LONG_AGO), "there is none, or it has expired")
        raise unknown_call(self.name, call, ("record", "touch", "get"))

    def _present(self, state: Kept, call: Call, window: Window) -> Transition[Kept]:
        seen = state._replace(expiry=state.expiry.seen_ahead(window))
        match call.function:
            case "record" | "get":
                return Transition(state.value.value, seen, "what was recorded first has not expired")
            case "touch":
                return Transition(True, state._replace(expiry=self._expiry(call, window)), "it has not expired")
        raise unknown_call(self.name, call, ("record", "touch", "get"))

    def _expiry(self, call: Call, window: Window) -> Expiry:
        return expiry_of(window, integer_argument(call, "ttl_ms"), self.clock_error_ns)


class Counted(NamedTuple):
    """A window of time and how many were admitted in it; before the first one a window that has passed."""

    admitted: int = 0
    end: Expiry = _LONG_AGO


@dataclass(frozen=True, slots=True)
class FixedWindow:
    """A rate limit: `admit(window_ms)` → whether it is within the limit. A window begins with its first admission."""

    limit: int
    clock_error_ns: int = 0
    name: str = "rate limit"

    def initial(self) -> Counted:
        return Counted()

    def timed_step(self, state: Counted, call: Call, window: Window) -> tuple[Transition[Counted], ...]:
        if call.function != "admit":
            raise unknown_call(self.name, call, ("admit",))
        steps: list[Transition[Counted]] = []
        if state.end.may_have_passed(window):
            end = expiry_of(window, integer_argument(call, "window_ms"), self.clock_error_ns)
            steps.append(Transition(True, Counted(1, end), "a new window begins"))
        if state.end.may_be_ahead(window):
            counted = state._replace(end=state.end.seen_ahead(window))
            if state.admitted < self.limit:
                more = counted._replace(admitted=state.admitted + 1)
                steps.append(Transition(True, more, "the limit of the window is not reached"))
            else:
                steps.append(Transition(False, counted, f"{self.limit} were admitted in the window"))
        return tuple(steps)
