"""Which properties are judged of a model of Raft."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.models.local_steps import LocalProperty, OfPair, OfServer
from lawful.models.raft.client_properties import Clients
from lawful.models.raft.features import Feature
from lawful.models.raft.invariants import invariants_of
from lawful.models.raft.machine import Counting
from lawful.models.raft.properties import properties_of
from lawful.models.raft.raft import Raft
from lawful.specs.raft import EXACTLY_ONCE, LINEARIZABLE_OPERATIONS, SAME_STATE


def judged(model: Raft) -> tuple[LocalProperty, ...]:
    """The promises of Raft with the model's extensions, to clients as well where the log has a meaning to them.

    The runtime invariants come last, where the model is made for them.
    """
    invariants = invariants_of(model.features) if model.invariants else ()
    return (*properties_of(model.features), *_to_clients(model), *invariants)


def clients_of(model: Raft) -> Clients | None:
    """The clients of a model; None where its log means nothing to anybody."""
    has_sessions = Feature.SESSIONS in model.features
    if model.machine is None and not has_sessions:
        return None
    return Clients(model.machine or Counting(model.bounds.values), model.rules, has_sessions)


def _to_clients(model: Raft) -> Iterator[LocalProperty]:
    clients = clients_of(model)
    if clients is None:
        return
    if clients.has_sessions:
        yield OfServer(EXACTLY_ONCE.id, clients.takes_effect_once, clients.is_asked_again)
    if model.machine is not None:
        yield OfPair(SAME_STATE.id, clients.agree, clients.both_applied)
        yield OfPair(LINEARIZABLE_OPERATIONS.id, clients.are_explained, clients.have_told)
