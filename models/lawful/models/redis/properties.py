"""The promises as predicates over states of two processes."""

from __future__ import annotations

from lawful.models.local_steps import LocalProperty, OfPair
from lawful.models.redis.state import Client, Role, Server, State
from lawful.specs.redis import DURABILITY, ONE_PRIMARY


def _leads(state: State) -> bool:
    return isinstance(state, Server) and state.is_up and state.role is Role.PRIMARY


def _owed(client: State, server: State) -> frozenset[int]:
    """What a primary has to have."""
    if not isinstance(client, Client) or not isinstance(server, Server) or not _leads(server):
        return frozenset()
    return frozenset(one.write for one in client.acknowledged if one.epoch <= server.epoch)


def _has_all(client: State, server: State) -> bool:
    return not isinstance(server, Server) or _owed(client, server) <= set(server.data)


def _one_leads(one: State, other: State) -> bool:
    return not (_leads(one) and _leads(other))


PROPERTIES: tuple[LocalProperty, ...] = (
    OfPair(DURABILITY.id, _has_all, lambda client, server: bool(_owed(client, server))),
    OfPair(ONE_PRIMARY.id, _one_leads, lambda one, other: _leads(one) and isinstance(other, Server)),
)
"""Each is searched for on its own: what breaks the second one may come before what breaks the first."""
