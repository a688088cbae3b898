"""Broken twins of what clients rely on; `models.raft.mistakes` has them with all others."""

from __future__ import annotations

from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import elected, mistake, stood
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import Role, Server
from lawful.models.raft.task_store_machine import TableMachine
from lawful.specs.raft import EXACTLY_ONCE, LINEARIZABLE_OPERATIONS, SAME_STATE


def _each_time(last: int, sequence: int) -> bool:
    return True


def _own_clock(server: Server, index: int) -> int:
    """A clock that differs between servers, and goes on from entry to entry."""
    return server.term * index


def _at_once(server: Server) -> int:
    return len(server.log) if server.role is Role.LEADER else server.commit_index


MISTAKES_OF_CLIENTS = (
    mistake(
        "retry-applied-twice",
        "A command that a client asks for again is applied again",
        "Raft dissertation, section 6.3; Jepsen, Redis-Raft",
        EXACTLY_ONCE,
        Bounds(servers=2, log=2),
        features=frozenset({Feature.SESSIONS}),
        takes_effect=_each_time,
    ),
    mistake(
        "applied-by-own-clock",
        "A server that applies a lease takes the time from its own clock",
        "Raft, section 2: commands are deterministic",
        SAME_STATE,
        Bounds(servers=2, terms=3),
        machine=TableMachine("leader_lease", 1),
        stamped=_own_clock,
    ),
    mistake(
        "answered-before-commit",
        "A leader answers a client when it has appended the entry",
        "Raft, section 5.3",
        LINEARIZABLE_OPERATIONS,
        Bounds(terms=3),
        (*stood(0), *elected(0, 1), *stood(2, 2), *elected(2, 1)),
        machine=TableMachine("jobs", 1),
        answered_up_to=_at_once,
    ),
)
