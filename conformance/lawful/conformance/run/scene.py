"""What faults can be aimed at in a run, and what each of them does there, in steps that are recorded one by one."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lawful.conformance.adapter import Backend, Fault
from lawful.conformance.clusters import Cluster
from lawful.conformance.errors import UsageError
from lawful.conformance.network import Link
from lawful.conformance.network.owners import can_tell
from lawful.conformance.run import corruption, partitions
from lawful.conformance.run.fault_language import Aim, ClockFault, DataFault, DiskFault, FaultChoice, LinkFault, Strike
from lawful.conformance.run.machine import Machine, refuse_disk_faults
from lawful.conformance.run.target import CLIENT, SERVER, Blow, Step, Target, restarts
from lawful.conformance.wire.client import RunClient
from lawful.models.values import Json

LINKS = "links"
"""The role of links, as histories have it."""
_DELAY_S = (0.05, 0.3)
_JUMP_MAGNITUDES = (-1.0, 2.0)
"""How far a clock is set, as powers of ten of seconds: 0.1 s to 100 s."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The servers and clients of a run."""

    groups: Sequence[Sequence[Target]]
    """Servers and clients; each group is aimed at equally often, however many are in it."""
    cluster: Cluster | None = None
    """The cluster that the servers are, where it has links and knows its primary."""
    machine: Machine | None = None
    """The machine that everything runs on, where its disk is simulated."""
    servers: Mapping[str, Target] = field(init=False)

    def __post_init__(self) -> None:
        servers = {target.name: target for group in self.groups for target in group if target.role == SERVER}
        object.__setattr__(self, "servers", servers)

    def can_suffer(self, strike: Strike) -> bool:
        """Whether there is anything to aim at."""
        if isinstance(strike.action, DiskFault):
            return self.machine is not None
        if strike.needs_cluster and self.cluster is None:
            return False
        if isinstance(strike.action, LinkFault):
            return True
        if isinstance(strike.action, DataFault):
            return bool(self._servers_with_files())
        if isinstance(strike.action, ClockFault):
            return bool(self._servers_with_clocks())
        return bool(self._suffering(strike.action) if strike.aim is None else self._servers_for(strike.action))

    def blow(self, strike: Strike, chance: random.Random) -> Blow | None:
        """What `strike` does now, by chance; None where nobody is there to be struck, as during an election."""
        if isinstance(strike.action, DiskFault):
            assert self.machine is not None
            return self.machine.blow(strike.action, self._programs(), chance)
        if isinstance(strike.action, LinkFault):
            return self._on_links(strike.action, strike.aim or Aim.ONE, chance)
        if isinstance(strike.action, DataFault):
            return self._on_files(strike.action, strike.aim or Aim.ONE, chance)
        if isinstance(strike.action, ClockFault):
            return self._on_clocks(strike.action, strike.aim or Aim.ONE, chance)
        if strike.aim is None:
            return _on_processes(strike.action, [chance.choice(chance.choice(self._suffering(strike.action)))])
        chosen = self._chosen(strike.aim, self._servers_for(strike.action), chance)
        return _on_processes(strike.action, [self.servers[name] for name in chosen]) if chosen else None

    def _on_files(self, fault: DataFault, aim: Aim, chance: random.Random) -> Blow | None:
        # A Sentinel has no log; and of a server that has just begun, nothing can be cut off.
        having = [name for name in self._servers_with_files() if corruption.can_be_damaged(fault, self.servers[name])]
        if not having:
            return None
        targets = [self.servers[name] for name in self._chosen(aim, having, chance) if name in having]
        disk = None if self.machine is None else self.machine.disk
        return corruption.blow(fault, targets, chance, disk) if targets else None

    def _servers_with_files(self) -> list[str]:
        return [
            name
            for name, target in self.servers.items()
            if target.folder is not None and target.restart is not None and Fault.KILL in target.suffers
        ]

    def _on_clocks(self, fault: ClockFault, aim: Aim, chance: random.Random) -> Blow | None:
        strikes, heals = [], []
        for name in self._chosen(aim, self._servers_with_clocks(), chance):
            set_clock = self.servers[name].set_clock
            if set_clock is None:
                continue
            offset_s = chance.choice((-1, 1)) * 10 ** chance.uniform(*_JUMP_MAGNITUDES)
            details: dict[str, Json] = {"role": SERVER, "offset_ms": round(offset_s * 1000)}
            strikes.append(Step(fault.value, name, partial(set_clock, offset_s), details, may_fail=True))
            heals.append(Step("heal", name, partial(set_clock, 0.0), {"role": SERVER}, may_fail=True))
        return Blow(strikes, heals) if strikes else None

    def _servers_with_clocks(self) -> list[str]:
        return [name for name, target in self.servers.items() if target.set_clock is not None]

    def _programs(self) -> list[Target]:
        """Who writes to the disk: the servers or, of a store without any, the clients."""
        return list(self.servers.values()) or [target for group in self.groups for target in group]

    def _suffering(self, fault: Fault) -> list[list[Target]]:
        """The targets of each group that suffer `fault`, without groups that have none."""
        suffering = ([target for target in group if fault in target.suffers] for group in self.groups)
        return [group for group in suffering if group]

    def _servers_for(self, fault: Fault) -> list[str]:
        return [name for name, target in self.servers.items() if fault in target.suffers]

    def _chosen(self, aim: Aim, names: Sequence[str], chance: random.Random) -> list[str]:
        """Servers for an aim at a group."""
        if aim in (Aim.PRIMARY, Aim.PAIR):
            return self._primary(aim, chance)
        majority = partitions.majority_of(len(names))
        counts = {Aim.ONE: 1, Aim.MINORITY: len(names) - majority, Aim.MAJORITY: majority, Aim.ALL: len(names)}
        return chance.sample(list(names), min(len(names), max(1, counts[aim])))

    def _primary(self, aim: Aim, chance: random.Random) -> list[str]:
        assert self.cluster is not None
        primaries = self.cluster.primaries()
        if not primaries:
            return []
        primary = chance.choice(primaries)
        replicas = self.cluster.replicas_of(primary) if aim is Aim.PAIR else []
        return [primary, *([chance.choice(replicas)] if replicas else [])]

    def _on_links(self, fault: LinkFault, aim: Aim, chance: random.Random) -> Blow | None:
        assert self.cluster is not None
        network = self.cluster.network
        places = chance.sample(self.cluster.places, len(self.cluster.places))
        found = self._shape(fault, aim, places, chance)
        if found is None:
            return None
        target, links = found
        details: dict[str, Json] = {"role": LINKS, "aim": aim.value, "links": [list(link) for link in sorted(links)]}
        if fault is LinkFault.RESET:
            return Blow([Step(fault.value, target, lambda: network.reset(links), details)], [])
        heals = [Step("heal", target, network.heal, {"role": LINKS})]
        if fault is LinkFault.DELAY:
            delay_s = chance.uniform(*_DELAY_S)
            details["delay_ms"] = round(delay_s * 1000)
            return Blow([Step(fault.value, target, lambda: network.delay(links, delay_s), details)], heals)
        lost = chance.choice((True, False))
        details["waiting"] = "lost" if lost else "delivered"
        shut = network.cut if lost else network.hold
        return Blow([Step(fault.value, target, lambda: shut(links), details)], heals)

    def _shape(
        self, fault: LinkFault, aim: Aim, places: Sequence[str], chance: random.Random
    ) -> tuple[str, frozenset[Link]] | None:
        """What the links are called, and the links."""
        shapes = {Aim.BISECT: partitions.bisected, Aim.BRIDGE: partitions.bridged, Aim.RING: partitions.ringed}
        if aim in shapes:
            return f"{aim} of {', '.join(places)}", shapes[aim](places)
        if aim is Aim.ALL:
            return "all places", frozenset(partitions.between(places, places))
        group = self._places_for(aim, places, chance)
        links = partitions.sent_by(group, places) if fault is LinkFault.ONE_WAY else partitions.isolated(group, places)
        return (", ".join(group), links) if group else None

    def _places_for(self, aim: Aim, places: Sequence[str], chance: random.Random) -> list[str]:
        assert self.cluster is not None
        chosen = self._chosen(aim, places, chance)
        if aim in (Aim.PRIMARY, Aim.PAIR):
            return list(dict.fromkeys(self.cluster.member(server).place for server in chosen))
        return chosen


def scene_of(
    backend: Backend, clients: Sequence[RunClient], machine: Machine | None = None, folder: Path | None = None
) -> Scene:
    """The scene of a run. `backend` has been started, with its files in `folder`."""
    servers = server_targets(backend, folder)
    return Scene([servers, [client_target(client) for client in clients]], cluster_of(backend), machine)


def cluster_of(backend: Backend) -> Cluster | None:
    """The cluster that a backend runs, if it does."""
    cluster = getattr(backend, "cluster", None)
    return cluster if isinstance(cluster, Cluster) else None


def server_targets(backend: Backend, folder: Path | None = None) -> list[Target]:
    """The servers of a backend, which keeps its files in `folder`."""
    set_clock = getattr(backend, "set_clock", None)
    own_folders = folder if getattr(backend, "has_server_folders", False) else None

    def target(server: str) -> Target:
        return Target(
            server,
            kill=lambda: backend.kill(server),
            restart=lambda: backend.restart(server),
            pause=lambda: backend.pause(server),
            resume=lambda: backend.resume(server),
            suffers=getattr(backend, "server_faults", frozenset(Fault)),
            folder=None if own_folders is None else own_folders / server,
            set_clock=None if set_clock is None else partial(set_clock, server),
        )

    return [target(server) for server in backend.servers()]


def client_target(client: RunClient) -> Target:
    """A client process; its session starts it again."""
    return Target(
        client.name,
        kill=client.kill,
        restart=None,
        pause=client.pause,
        resume=client.resume,
        suffers=client.faults,
        role=CLIENT,
    )


def refuse_impossible(choices: Sequence[FaultChoice], backend: Backend, name: str) -> None:
    """Raise `UsageError` for faults that a store or this machine can never suffer: they are not skipped in silence."""
    refuse_disk_faults(choices, backend, name)
    strikes = [strike for choice in choices for strike in choice.strikes]
    on_files = [strike for strike in strikes if isinstance(strike.action, DataFault)]
    if on_files and not getattr(backend, "has_server_folders", False):
        raise UsageError(
            f"backend {name!r} cannot suffer {', '.join(map(str, on_files))}",
            cause="lawful does not know of a server of it that has files of its own",
            hint="redis, redis-sentinel, redis-cluster, etcd and raft do; kill and pause strike every store",
        )
    on_clocks = [strike for strike in strikes if isinstance(strike.action, ClockFault)]
    if on_clocks and not hasattr(backend, "set_clock"):
        raise UsageError(
            f"backend {name!r} cannot suffer {', '.join(map(str, on_clocks))}",
            cause="its servers read the clock of the machine, which is that of everything else as well",
            hint="raft does: its nodes are lawful's own",
        )
    needing = [strike for strike in strikes if strike.needs_cluster]
    on_links = [strike for strike in needing if isinstance(strike.action, LinkFault)]
    refused = needing if not hasattr(type(backend), "cluster") else on_links
    if refused and not getattr(backend, "has_links", False):
        raise UsageError(
            f"backend {name!r} cannot suffer {', '.join(map(str, refused))}",
            cause="it has no links that could be cut" if on_links else "it names no primary",
            hint="redis-sentinel, redis-cluster, etcd and raft,links=on do; kill and pause strike every store",
        )
    if on_links and not can_tell():
        raise UsageError(
            f"this machine cannot inject {', '.join(map(str, on_links))}",
            cause="it does not tell which process a connection belongs to",
        )


def _on_processes(fault: Fault, targets: Sequence[Target]) -> Blow:
    strikes = [Step(fault.value, target.name, _action(fault, target), {"role": target.role}) for target in targets]
    if fault is Fault.KILL:
        return Blow(strikes, restarts(targets))
    return Blow(strikes, [Step("resume", target.name, target.resume, {"role": target.role}) for target in targets])


def _action(fault: Fault, target: Target) -> Callable[[], None]:
    return target.pause if fault is Fault.PAUSE else target.kill
