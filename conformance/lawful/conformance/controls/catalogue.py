"""The controls: of each pair one side keeps what the other one loses, under the same faults."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.checkers.verdict import Verdict
from lawful.models.redis.deployment import Deployment, Hazard, Persistence

_POWER_LOSS = frozenset({Hazard.POWER_LOSS})
_PARTITION = frozenset({Hazard.PARTITION})


@dataclass(frozen=True, slots=True)
class Side:
    """One store under one kind of fault."""

    backend: str
    """As on the command line."""
    workload: str
    faults: str
    expected: Verdict
    """Lawful, or a violation, by clauses in full: whatever the configuration claims to lose counts as lost."""
    deployment: Deployment | None = None
    """What `lawful explore redis` says of it has to agree."""
    seconds: float = 4.0
    by_losses: bool = False
    """Only what is gone at the end counts: a primary that is cut off answers stale reads whatever it keeps."""


@dataclass(frozen=True, slots=True)
class Control:
    """Stores that differ in one respect."""

    name: str
    respect: str
    sides: tuple[Side, ...]


def _keeps(
    backend: str,
    workload: str,
    faults: str,
    deployment: Deployment | None = None,
    *,
    seconds: float = 4.0,
    by_losses: bool = False,
) -> Side:
    return Side(backend, workload, faults, Verdict.LAWFUL, deployment, seconds, by_losses)


def _loses(
    backend: str,
    workload: str,
    faults: str,
    deployment: Deployment | None = None,
    *,
    seconds: float = 4.0,
    by_losses: bool = False,
) -> Side:
    return Side(backend, workload, faults, Verdict.VIOLATION, deployment, seconds, by_losses)


CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (
        Control(
            "aof",
            "when Redis syncs its append-only file",
            (
                _keeps("redis,appendfsync=always", "set", "power-loss", Deployment(hazards=_POWER_LOSS)),
                _loses(
                    "redis,appendfsync=everysec",
                    "set",
                    "power-loss",
                    Deployment(Persistence.EVERYSEC, hazards=_POWER_LOSS),
                ),
                _loses("redis,appendfsync=no", "set", "power-loss", Deployment(Persistence.NO, hazards=_POWER_LOSS)),
                _keeps(
                    "redis,appendfsync=no",
                    "set",
                    "kill",
                    Deployment(Persistence.NO, hazards=frozenset({Hazard.KILL})),
                ),
            ),
        ),
        Control(
            "lying-disk",
            "whether the disk writes what it says it wrote",
            (
                _keeps("redis,appendfsync=always", "set", "slow-sync", Deployment()),
                _loses("redis,appendfsync=always", "set", "lying-sync"),
            ),
        ),
        Control(
            "sqlite",
            "when SQLite syncs its log",
            (
                _keeps("sqlite,synchronous=FULL", "set", "power-loss"),
                _loses("sqlite,synchronous=NORMAL", "set", "power-loss"),
                _loses("sqlite,synchronous=OFF", "set", "power-loss"),
            ),
        ),
        Control(
            "raft-disk",
            "whether PySyncObj's journal outlives the machine, and not only the process",
            (_keeps("raft", "tenant_map", "kill"), _loses("raft", "tenant_map", "power-loss")),
        ),
        Control(
            "etcd-fsync",
            "whether etcd syncs its log (--unsafe-no-fsync)",
            (
                _keeps("etcd", "set", "power-loss", seconds=5.0),
                _loses("etcd,fsync=off", "set", "power-loss", seconds=5.0),
            ),
        ),
        Control(
            "etcd-reads",
            "whether a read of etcd goes through the leader (serializable)",
            (
                _keeps("etcd", "cas-register", "partition-one", seconds=6.0),
                _loses("etcd,reads=serializable", "cas-register", "partition-one", seconds=6.0),
            ),
        ),
        Control(
            "wait",
            "whether a replica that WAIT counts can be cut off with its primary",
            (
                _loses(
                    "redis-sentinel",
                    "set",
                    "partition-primary",
                    Deployment(replicas=2, writes=1, hazards=_PARTITION),
                    seconds=8.0,
                    by_losses=True,
                ),
                _loses(
                    "redis-sentinel,min_replicas=1",
                    "set",
                    "partition-primary",
                    Deployment(replicas=2, min_replicas=1, writes=1, hazards=_PARTITION),
                    seconds=8.0,
                    by_losses=True,
                ),
                _keeps(
                    "redis-sentinel,servers=2,wait=1",
                    "set",
                    "partition-primary",
                    Deployment(replicas=1, wait=1, writes=1, hazards=_PARTITION),
                    seconds=8.0,
                    by_losses=True,
                ),
                _loses(
                    "redis-sentinel,apart=on,wait=1",
                    "set",
                    "partition-pair",
                    Deployment(replicas=2, wait=1, writes=1, hazards=_PARTITION),
                    seconds=32.0,
                    by_losses=True,
                ),
            ),
        ),
        Control(
            "multi",
            "whether commands that belong together are sent as one (MULTI, a script), or one by one",
            (_keeps("redis", "tasks", "kill"), _loses("redis-naive", "tasks", "kill")),
        ),
        Control(
            "eviction",
            "whether Redis refuses writes when its memory is used up, or removes rows (maxmemory-policy)",
            (
                _keeps("redis,maxmemory=128kb", "set", "kill"),
                _loses("redis,maxmemory=128kb,maxmemory_policy=allkeys-lru", "set", "kill"),
            ),
        ),
        Control(
            "clock",
            "whether the clock by which leases of the Raft group expire is right",
            (_keeps("raft", "leader_lease", "kill"), _loses("raft", "leader_lease", "clock-jump-all")),
        ),
        Control(
            "lock",
            "whether a lease has a fencing token and is taken by one command",
            (_keeps("redis", "leader_lease", "pause"), _loses("redis-naive", "leader_lease", "pause")),
        ),
    )
}
