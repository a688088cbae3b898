"""Sequential objects that protocols are judged by, for tables that have no model of their own yet.

Source: the task-store contract, what must hold by table.
"""

from __future__ import annotations

from dataclasses import dataclass

from lawful.models.model import Call, OpenReply, Transition, integer_argument, unknown_call
from lawful.models.values import Json


@dataclass(frozen=True, slots=True)
class Highest:
    """A version that never goes back. `advance(version)` → null; `get` → the highest so far."""

    name: str = "node_settings_version"

    def initial(self) -> int:
        return 0

    def step(self, state: int, call: Call) -> tuple[Transition[int], ...]:
        match call.function:
            case "advance":
                highest = max(state, integer_argument(call, "version"))
                return (Transition(None, highest, "a version is accepted"),)
            case "get":
                return (Transition(state, state, "a get answers the highest version"),)
        raise unknown_call(self.name, call, ("advance", "get"))


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest runs of a canary. `insert(ran_at)` → null; `list` → the newest, newest last."""

    kept: int
    name: str = "canary_runs"

    def initial(self) -> tuple[int, ...]:
        return ()

    def step(self, state: tuple[int, ...], call: Call) -> tuple[Transition[tuple[int, ...]], ...]:
        match call.function:
            case "insert":
                runs = sorted({*state, integer_argument(call, "ran_at")})
                return (Transition(None, tuple(runs[-self.kept :]), "a run is accepted"),)
            case "list":
                return (Transition(state, state, f"the newest {self.kept} are kept, and no more"),)
        raise unknown_call(self.name, call, ("insert", "list"))


@dataclass(frozen=True, slots=True)
class Revocable:
    """A session of an administrator. `revoke` → null; `touch` → null; `is_valid` → whether it was not revoked."""

    name: str = "admin_sessions"

    def initial(self) -> bool:
        return True

    def step(self, state: bool, call: Call) -> tuple[Transition[bool], ...]:
        match call.function:
            case "revoke":
                return (Transition(None, False, "a revoke is accepted"),)
            case "create" | "touch":
                return (Transition(None, state, "use changes nothing about a revocation"),)
            case "is_valid":
                because = "nobody revoked the session" if state else "revoked stays revoked"
                return (Transition(state, state, because),)
        raise unknown_call(self.name, call, ("create", "revoke", "touch", "is_valid"))


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """What a pod sees of key rotation. `use` → true, or null where the pod does not count as live; never false.

    The other functions may answer what they like: whether a revocation was due is seen by who is cut off.
    """

    name: str = "scoped_keys"

    def initial(self) -> str:
        return "unchanged"

    def step(self, state: str, call: Call) -> tuple[Transition[str], ...]:
        match call.function:
            case "create" | "rotate" | "revoke" | "join":
                anything = OpenReply("anything", lambda answer: state)
                return (Transition(anything, state, "it answers what it found"),)
            case "use":
                because = "a key that a live pod uses is not revoked"
                answers: tuple[Json, ...] = (True, None)
                return tuple(Transition(answer, state, because) for answer in answers)
        raise unknown_call(self.name, call, ("create", "rotate", "revoke", "join", "use"))
