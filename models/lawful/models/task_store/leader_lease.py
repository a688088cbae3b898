"""Table `leader_lease` of the task store (clauses TS-LEADER_LEASE-n): one scope, its holder, token and guarded value.

Expiry is a window (see `expiry`). Whoever sees the lease held or free narrows it: after a refused acquire the lease
cannot have ended earlier, and after a `get` that answered null it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeGuard

from lawful.models.history import Operation
from lawful.models.model import (
    Call,
    OpenReply,
    Refusal,
    Transition,
    Window,
    argument,
    integer_argument,
    text_argument,
    unknown_call,
)
from lawful.models.sources import Shown
from lawful.models.task_store.expiry import Expiry, expiry_of
from lawful.models.values import Frozen, Json, canonical
from lawful.models.wording import value_text
from lawful.specs.task_store.leader_lease import LEADER_LEASE


class Grant(NamedTuple):
    """A lease that may still last."""

    holder: str
    expiry: Expiry


class Scope(NamedTuple):
    """The state of one scope."""

    grant: Grant | None = None
    token: int = 0
    """The token of the latest grant; a lower bound where nobody saw the answer to it."""
    value: Frozen = Frozen(None)
    token_is_seen: bool = True
    """Whether a client saw the token of the latest grant."""

    def __str__(self) -> str:
        held = "free" if self.grant is None else f"held by {self.grant.holder}"
        return f"{held}, latest token {self.token}, guarded value {self.value}"


Steps = tuple[Transition[Scope], ...]


@dataclass(frozen=True, slots=True)
class LeaderLeaseModel:
    """One scope; scopes are independent of each other (clause TS-LEADER_LEASE-7)."""

    clock_error_ns: int = 0
    name: str = "leader_lease"

    def initial(self) -> Scope:
        return Scope()

    def timed_step(self, state: Scope, call: Call, window: Window) -> Steps:
        match call.function:
            case "acquire":
                return self._acquire(state, call, window)
            case "renew":
                return self._renew(state, call, window)
            case "release":
                return _release(state, call, window)
            case "get":
                return _get(state, window)
            case "guarded_write":
                return _guarded_write(state, call)
            case "guarded_read":
                because = "a guarded read answers the value last written under a valid token"
                return (Transition(state.value.value, state, because, "TS-LEADER_LEASE-5"),)
        raise unknown_call("leader_lease", call, [function.name for function in LEADER_LEASE.functions])

    def _acquire(self, state: Scope, call: Call, window: Window) -> Steps:
        holder = text_argument(call, "holder")
        grant = Grant(holder, expiry_of(window, integer_argument(call, "ttl_ms"), self.clock_error_ns))
        steps: list[Transition[Scope]] = []
        if state.grant is None or state.grant.expiry.may_have_passed(window):
            because = "nobody holds the lease, and tokens only grow"
            unseen = state._replace(grant=grant, token=state.token + 1, token_is_seen=False)
            steps.append(Transition(_larger_token(state, grant), unseen, because, "TS-LEADER_LEASE-4"))
        if state.grant is not None and state.grant.expiry.may_be_ahead(window):
            held = _seen_held(state, state.grant, window)
            steps.append(Transition(None, held, f"{state.grant.holder} holds the lease", "TS-LEADER_LEASE-1"))
        return tuple(steps)

    def _renew(self, state: Scope, call: Call, window: Window) -> Steps:
        holder = text_argument(call, "holder")
        expiry = expiry_of(window, integer_argument(call, "ttl_ms"), self.clock_error_ns)
        if state.grant is None or state.grant.holder != holder:
            return (Transition(False, state, "only the holder may renew", "TS-LEADER_LEASE-2"),)
        renewed = state._replace(grant=Grant(holder, expiry))
        return _while_held(state, state.grant, window, renewed, "TS-LEADER_LEASE-2")

    def had_no_effect(self, operation: Operation) -> bool:
        refused = operation.result is False or (operation.function == "acquire" and operation.result is None)
        return refused or operation.function in ("get", "guarded_read")

    def supplied_at_first(self) -> Iterable[tuple[str, str]]:
        return (("value", canonical(None)),)

    def supplied(self, operation: Operation) -> Iterable[tuple[str, str]]:
        if operation.function == "guarded_write" and operation.result is not False:
            return (("value", canonical(operation.arguments.get("value"))),)
        if operation.function == "acquire":
            return (("holder", canonical(operation.arguments.get("holder"))),)
        return ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        match operation.function, operation.result:
            case "guarded_read", value:
                text = f"the guarded value {value_text(value)}"
                return (Shown((("value", canonical(value)),), text, "TS-ALL-5"),)
            case (("renew" | "release"), True):
                return (_shown_holder(operation.arguments.get("holder")),)
            case "get", Mapping() as seen:
                return (_shown_holder(seen.get("holder")),)
        return ()

    def refusal(self, state: Scope, call: Call, reply: Json, window: Window) -> Refusal | None:
        """Why an acquire must not answer what it did: the lease is held, or free, or the token too small."""
        if call.function != "acquire":
            return None
        if state.grant is not None and not state.grant.expiry.may_have_passed(window):
            return Refusal(f"{state.grant.holder} holds the lease, which has not expired", "TS-LEADER_LEASE-1")
        if reply is None:
            return Refusal("nobody holds the lease, so an acquire is granted", "TS-LEADER_LEASE-6")
        return Refusal(f"a grant carries a token above {state.token}, the latest one", "TS-LEADER_LEASE-4")


def _shown_holder(holder: Json) -> Shown:
    return Shown((("holder", canonical(holder)),), f"{value_text(holder)} as the holder")


def _release(state: Scope, call: Call, window: Window) -> Steps:
    holder = text_argument(call, "holder")
    if state.grant is None or state.grant.holder != holder:
        return (Transition(False, state, "only the holder may release", "TS-LEADER_LEASE-3"),)
    return _while_held(state, state.grant, window, state._replace(grant=None), "TS-LEADER_LEASE-3")


def _while_held(state: Scope, grant: Grant, window: Window, changed: Scope, clause: str) -> Steps:
    """What the holder's own call does: the change while the lease lasts, a refusal once it has expired."""
    steps: list[Transition[Scope]] = []
    if grant.expiry.may_be_ahead(window):
        steps.append(Transition(True, changed, "the lease lasts", clause))
    if grant.expiry.may_have_passed(window):
        steps.append(Transition(False, state._replace(grant=None), "the lease has expired", clause))
    return tuple(steps)


def _get(state: Scope, window: Window) -> Steps:
    if state.grant is None:
        return (Transition(None, state, "nobody holds the lease", "TS-LEADER_LEASE-6"),)
    steps: list[Transition[Scope]] = []
    if state.grant.expiry.may_be_ahead(window):
        held = _seen_held(state, state.grant, window)
        because = f"{state.grant.holder} holds the lease"
        seen: Json = {"holder": state.grant.holder, "token": state.token}
        reply = seen if state.token_is_seen else _unseen_token(held, state.grant)
        steps.append(Transition(reply, held, because, "TS-LEADER_LEASE-1"))
    if state.grant.expiry.may_have_passed(window):
        free = state._replace(grant=None)
        steps.append(Transition(None, free, "the lease has expired", "TS-LEADER_LEASE-6"))
    return tuple(steps)


def _guarded_write(state: Scope, call: Call) -> Steps:
    if integer_argument(call, "token") < state.token:
        return (Transition(False, state, "a lease with a larger token was granted", "TS-LEADER_LEASE-5"),)
    written = state._replace(value=Frozen(argument(call, "value")))
    return (Transition(True, written, "no lease with a larger token was granted", "TS-LEADER_LEASE-5"),)


def _seen_held(state: Scope, grant: Grant, window: Window) -> Scope:
    return state._replace(grant=grant._replace(expiry=grant.expiry.seen_ahead(window)))


def _larger_token(state: Scope, grant: Grant) -> OpenReply[Scope]:
    """The answer to an acquire: any token above the latest one."""

    def granted(token: Json) -> Scope | None:
        if not _is_integer(token) or token <= state.token:
            return None
        return state._replace(grant=grant, token=token, token_is_seen=True)

    return OpenReply(f"any integer above {state.token}", granted)


def _unseen_token(held: Scope, grant: Grant) -> OpenReply[Scope]:
    """The answer to a get while the answer to the grant was lost: its token is not known, only a lower bound."""

    def seen(answer: Json) -> Scope | None:
        if not isinstance(answer, Mapping) or answer.keys() != {"holder", "token"}:
            return None
        token = answer["token"]
        if answer["holder"] != grant.holder or not _is_integer(token) or token < held.token:
            return None
        return held._replace(token=token, token_is_seen=True)

    return OpenReply(f"holder {grant.holder} with any token from {held.token}", seen)


def _is_integer(value: Json) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
