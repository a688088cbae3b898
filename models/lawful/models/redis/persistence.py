"""When what a server has reaches the kernel and the disk, and what is left of it when the server dies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.redis.deployment import Deployment, Hazard, Persistence
from lawful.models.redis.state import Server

SYNC = "sync"
SAVE = "save snapshot"
KILL = "kill"
POWER_LOSS = "power loss"
RESTART = "restart"


def stored(server: Server, deployment: Deployment) -> Iterator[Server]:
    """After new data and before any answer: what became of the append-only file."""
    size = len(server.data)
    match deployment.persistence:
        case Persistence.ALWAYS:
            yield replace(server, written=size, synced=size)
        case Persistence.EVERYSEC | Persistence.NO:
            yield replace(server, written=size)
            if deployment.persistence is Persistence.EVERYSEC and Hazard.SLOW_SYNC in deployment.hazards:
                # Another thread is still at a sync, so this thread does not write, and answers all the same.
                yield server
        case Persistence.SNAPSHOTS:
            yield server


def persist(server: Server, deployment: Deployment) -> Iterator[tuple[str, Server]]:
    """What a server that is up does in the background."""
    size = len(server.data)
    if deployment.persistence is Persistence.SNAPSHOTS:
        if server.synced < size:
            yield SAVE, replace(server, written=size, synced=size)
    elif min(server.written, server.synced) < size:
        yield SYNC, replace(server, written=size, synced=size)


def die(server: Server, deployment: Deployment) -> Iterator[tuple[str, Server]]:
    """The ways in which a server dies, and what it will find when it starts again."""
    if server.crashes >= deployment.crashes:
        return
    down = replace(server, is_up=False, offsets=(), heard=frozenset(), answered=0, crashes=server.crashes + 1)
    if Hazard.KILL in deployment.hazards:
        yield KILL, _with(down, server.written)
    if Hazard.POWER_LOSS in deployment.hazards:
        # Of what was written and not synced, some may have reached the disk, from the first write on.
        for size in range(server.synced, max(server.synced, server.written) + 1):
            yield POWER_LOSS, _with(down, size)


def _with(server: Server, size: int) -> Server:
    """It has only the first so many writes."""
    return replace(server, data=server.data[:size], written=size, synced=size)
