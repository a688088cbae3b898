"""The deployments of Redis that people choose between, each with what may go wrong: the rows of the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.redis.deployment import Deployment, Hazard, Persistence

_ALONE = (
    (Hazard.KILL,),
    (Hazard.SLOW_SYNC, Hazard.KILL),
    (Hazard.POWER_LOSS,),
)
_REPLICATED = (
    Deployment(replicas=1),
    Deployment(replicas=2, writes=1),
    Deployment(replicas=2, min_replicas=1, writes=1),
    Deployment(replicas=1, wait=1, writes=1),
    Deployment(replicas=2, wait=1, writes=1),
    Deployment(replicas=2, wait=2, writes=1),
)


def deployments() -> Iterator[Deployment]:
    """One server with each persistence, then replicas and Sentinel with what a write may wait for."""
    for persistence in Persistence:
        for hazards in _ALONE:
            if Hazard.SLOW_SYNC in hazards and persistence is Persistence.SNAPSHOTS:
                continue  # there is no append-only file that could be late
            yield Deployment(persistence, hazards=frozenset(hazards))
    for deployment in _REPLICATED:
        for hazard in (Hazard.KILL, Hazard.PARTITION):
            yield replace(deployment, hazards=frozenset({hazard}))
