"""What Raft is proved with, one extension at a time: the system, its mistakes, and what its steps need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lawful.models.first_order.system import System
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.cores import CORES, READ_CORES
from lawful.models.raft_proof.cores_of_configurations import CONFIGURATION_CORES, JOINT_CORES
from lawful.models.raft_proof.cores_of_extensions import LEASE_CORES, SESSION_CORES, SNAPSHOT_CORES
from lawful.models.raft_proof.joint import RAFT_WITH_JOINT
from lawful.models.raft_proof.joint_mutants import JOINT_MUTANTS
from lawful.models.raft_proof.lease import RAFT_WITH_LEASE
from lawful.models.raft_proof.lease_mutants import LEASE_MUTANTS
from lawful.models.raft_proof.membership import RAFT_WITH_MEMBERSHIP
from lawful.models.raft_proof.membership_mutants import MEMBERSHIP_MUTANTS
from lawful.models.raft_proof.mutants import MUTANTS, Mutant
from lawful.models.raft_proof.read_index import RAFT_WITH_READ_INDEX
from lawful.models.raft_proof.read_index_mutants import READ_MUTANTS
from lawful.models.raft_proof.sessions import RAFT_WITH_SESSIONS
from lawful.models.raft_proof.sessions_mutants import SESSION_MUTANTS
from lawful.models.raft_proof.snapshots import RAFT_WITH_SNAPSHOTS
from lawful.models.raft_proof.snapshots_mutants import SNAPSHOT_MUTANTS

_BASE_ACTIONS = {one.name: one for one in RAFT.actions}


@dataclass(frozen=True, slots=True)
class Extension:
    """Raft and one thing more."""

    name: str
    system: System[Any]
    own_mutants: tuple[Mutant, ...]
    own_cores: Mapping[tuple[str, str], tuple[str, ...]]

    @property
    def mutants(self) -> tuple[Mutant, ...]:
        """All mistakes that can be put into the system: those of Raft where the action is Raft's, and its own."""
        actions = {one.name: one for one in self.system.actions}
        kept = (one for one in MUTANTS if actions.get(one.action.name) is _BASE_ACTIONS[one.action.name])
        return (*kept, *self.own_mutants)

    @property
    def cores(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The lemmas that each step needs, the base system's actions included."""
        return {**CORES, **self.own_cores}


EXTENSIONS = {
    one.name: one
    for one in (
        Extension("sessions", RAFT_WITH_SESSIONS, SESSION_MUTANTS, SESSION_CORES),
        Extension("snapshots", RAFT_WITH_SNAPSHOTS, SNAPSHOT_MUTANTS, SNAPSHOT_CORES),
        Extension("lease", RAFT_WITH_LEASE, LEASE_MUTANTS, LEASE_CORES),
        Extension("membership", RAFT_WITH_MEMBERSHIP, MEMBERSHIP_MUTANTS, CONFIGURATION_CORES),
        Extension("joint", RAFT_WITH_JOINT, JOINT_MUTANTS, JOINT_CORES),
        Extension("read-index", RAFT_WITH_READ_INDEX, READ_MUTANTS, READ_CORES),
    )
}
"""By the name that `lawful prove raft --with` knows."""
