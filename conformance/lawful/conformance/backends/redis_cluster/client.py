"""A client of Redis Cluster: sends a command to the node that has the slot of its key, and follows redirections.

(Redis documentation, "Redis cluster specification": a key's slot is the CRC16 of its hash tag modulo 16384, and a node
that does not have it answers MOVED without carrying anything out.) What it learns it keeps until something goes wrong.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from typing import Any, ClassVar

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown
from lawful.conformance.backends.redis.client import RedisClient
from lawful.conformance.backends.redis.link import Link, Moved
from lawful.conformance.clusters.redis_cluster import SLOTS
from lawful.conformance.clusters.redis_node import connection_to
from lawful.models.values import Json

_MOST_REDIRECTIONS = 3
_KEY_POSITION = {"EVAL": 3, "EVALSHA": 3}
"""Where the key stands in a command, where it is not the first argument."""


class ClusterLink(Link):
    """A link to one node at a time: the one that has what is asked for."""

    def __init__(self, connection: Mapping[str, Json], timeout_s: float) -> None:
        nodes = connection["nodes"]
        assert isinstance(nodes, list | tuple)
        self._nodes: dict[int, dict[str, Any]] = dict(map(_node, nodes))
        """By announced port, the nearest first."""
        self._owners: dict[int, int] = {}
        """The announced port of the node that has a slot."""
        self._home = next(iter(self._nodes))
        self._aimed_at = self._home
        super().__init__(self._nodes[self._home], timeout_s)

    def begin(self) -> None:
        """See `Link`. Connects when it is known to whom."""
        self._start_clock()

    def call(self, *command: str | int) -> Any:
        """See `Link`."""
        slot = slot_of(str(command[_KEY_POSITION.get(str(command[0]), 1)]))
        try:
            for _ in range(_MOST_REDIRECTIONS):
                self._reach(self._owners.get(slot, self._home))
                try:
                    return super().call(*command)
                except Moved as moved:
                    self._owners[slot] = moved.port
        except (OperationFailed, OutcomeUnknown):
            self._forget(slot)
            raise
        self._forget(slot)
        raise self._error("the nodes point to each other", without_effect=True)

    def _reach(self, announced_port: int) -> None:
        if announced_port != self._aimed_at:
            self.close()
            self._aim_at(self._nodes[announced_port])
            self._aimed_at = announced_port
        self._connect()

    def _forget(self, slot: int) -> None:
        """Ask another node next time: this one may be cut off, or know an owner that is gone."""
        self.close()
        self._owners.pop(slot, None)
        ports = list(self._nodes)
        self._home = ports[(ports.index(self._aimed_at) + 1) % len(ports)]


class RedisClusterClient(RedisClient):
    """The tables of the Redis backend, each at the primary that has its slot."""

    link_class: ClassVar[type[Link]] = ClusterLink

    def prefix_of(self, table: str, prefix: str) -> str:
        """See `RedisClient`: a hash tag keeps the keys of a table together."""
        return f"{{{table}}}{prefix}"


def slot_of(key: str) -> int:
    """The slot of a key; of a key with a hash tag, that of the tag.

    >>> slot_of("foo"), slot_of("{foo}bar") == slot_of("foo"), slot_of("{}foo") == slot_of("foo")
    (12182, True, False)
    """
    start = key.find("{")
    end = key.find("}", start + 1)
    hashed = key[start + 1 : end] if start >= 0 and end > start + 1 else key
    return binascii.crc_hqx(hashed.encode(), 0) % SLOTS


def _node(node: Json) -> tuple[int, dict[str, Any]]:
    match node:
        case [str(name), int(announced_port), int(port)]:
            return announced_port, connection_to(name, port)
    raise ValueError(f"not a node: {node!r}")
