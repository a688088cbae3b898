"""Broken twins of joint consensus and of learners; `models.raft.mistakes` has them with all others."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import Choice
from lawful.models.raft import joint, raft, replication
from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import elected, mistake, proposed, replicated, stood
from lawful.models.raft.raft import Bounds
from lawful.models.raft.rules import IsQuorum
from lawful.models.raft.state import Configuration, Server, configuration_of
from lawful.specs.raft import LEADER_COMPLETENESS


def _committed(server: Server, servers: int) -> Configuration:
    return configuration_of(replace(server, log=server.log[: server.commit_index]), servers)


def _new_alone(now: Configuration, who: frozenset[int], is_quorum: IsQuorum) -> bool:
    members = now.members if now.joining is None else now.joining
    return is_quorum(who & members, len(members))


def _union(now: Configuration, who: frozenset[int], is_quorum: IsQuorum) -> bool:
    members = now.members | (now.joining or now.members)
    return is_quorum(who & members, len(members))


def _with_learners(now: Configuration, who: frozenset[int], is_quorum: IsQuorum) -> bool:
    return is_quorum(who & (now.members | now.learners), len(now.members))


_JOINED = (
    *stood(0),
    *elected(0, 1),
    Choice(0, joint.PROPOSE_JOINT),
    *replicated(0, 1),
    Choice(0, replication.COMMIT),
)
"""Server 0 leads term 2 and has committed that it alone is to stay of three; server 1 knows of it."""

_LEARNED = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    Choice(0, replication.SEND_ENTRIES, 3),
    Choice(3, raft.ADOPT_TERM, 0),
    *replicated(0, 3)[1:],
)
"""Server 0 leads term 2 of servers 0, 1 and 2. It has an entry, and so has the learner 3."""

_JOINT = frozenset({Feature.JOINT})

MISTAKES_OF_MEMBERSHIP = (
    mistake(
        "configuration-from-commit",
        "A server goes by the last change that it knows to be committed, and not by the last one in its log",
        "etcd-raft 456; etcd 7625; Raft dissertation, section 4.1",
        LEADER_COMPLETENESS,
        Bounds(terms=3, log=3),
        (*_JOINED, Choice(0, joint.PROPOSE_NEW), *replicated(0, 1), Choice(0, replication.COMMIT)),
        features=_JOINT,
        configuration=_committed,
    ),
    mistake(
        "joint-by-new-majority-alone",
        "Between two configurations a majority of the new one decides, without one of the old",
        "etcd-raft 372; Raft dissertation, section 4.3",
        LEADER_COMPLETENESS,
        Bounds(terms=3),
        (*stood(0), *elected(0, 1)),
        features=_JOINT,
        is_agreed=_new_alone,
    ),
    mistake(
        "joint-by-majority-of-union",
        "Between two configurations a majority of all their servers together decides",
        "CCF, specification of consensus; Raft dissertation, section 4.3",
        LEADER_COMPLETENESS,
        Bounds(terms=3, log=2),
        _JOINED,
        features=_JOINT,
        is_agreed=_union,
    ),
    mistake(
        "learner-counts",
        "A learner is counted among those whose majority decides",
        "Raft dissertation, section 4.2.1",
        LEADER_COMPLETENESS,
        Bounds(servers=4, terms=3),
        _LEARNED,
        features=frozenset({Feature.LEARNERS}),
        is_agreed=_with_learners,
    ),
)
