"""Broken twins of leases; `models.raft.mistakes` has them with all others."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import Choice
from lawful.models.raft import leases, raft, replication, rules, transfer
from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import elected, mistake, proposed, replicated, stood
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import AppendAnswer, Lease, Server
from lawful.specs.raft import LINEARIZABLE_READS


def _any_lease(server: Server) -> int:
    return 0 if server.lease is None else server.lease.number


def _keeps_lease(server: Server) -> Server:
    return server


def _any_answer(lease: Lease, answer: AppendAnswer) -> bool:
    return True


def _without_promise(server: Server, servers: int) -> Server:
    return replace(rules.restarted(server, servers), promise=None)


_COMMITTED = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    *replicated(0, 1),
    Choice(0, replication.SEND_ENTRIES, 2),
    Choice(2, raft.ADOPT_TERM, 0),
    *replicated(0, 2)[1:],
    Choice(0, replication.COMMIT),
    Choice(0, leases.BEGIN_LEASE),
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, replication.ANSWER_APPEND, 0),
)
"""Server 0 leads term 2 and has committed an entry that all have. Server 1 promises its lease."""

_LEASED = (*_COMMITTED, Choice(0, replication.NOTE_MATCH, 1))
"""Server 0 knows of that, and has its lease."""

_TIME = (Choice(0, leases.PASS_TIME, 1), Choice(1, leases.END_PROMISE, 0))
"""Time passes for server 1."""

_LEASE = frozenset({Feature.LEASE})
_BOUNDS = Bounds(terms=3, log=2)

MISTAKES_OF_LEASES = (
    mistake(
        "lease-ignores-drift",
        "A lease lasts as long as followers wait, though the leader's clock may be slower than theirs",
        "Raft dissertation, section 6.4.1; tikv 964",
        LINEARIZABLE_READS,
        _BOUNDS,
        (*_LEASED, *_TIME, *stood(1), *elected(1, 2)),
        features=_LEASE,
        elapsed=_any_lease,
    ),
    mistake(
        "lease-outlasts-transfer",
        "A leader that hands over goes on to answer reads by its lease",
        "etcd 12704; Raft dissertation, section 6.4.1",
        LINEARIZABLE_READS,
        _BOUNDS,
        (*_LEASED, Choice(0, transfer.HAND_OVER, 1), Choice(1, transfer.TAKE_OVER, 0), *elected(1, 2)),
        features=_LEASE | {Feature.TRANSFER},
        hands_over=_keeps_lease,
    ),
    mistake(
        "lease-from-answer",
        "A leader counts its lease from when it gets an answer, and not from when it asked",
        "tikv 964; Raft dissertation, section 6.4.1",
        LINEARIZABLE_READS,
        replace(_BOUNDS, leases=2),
        (
            *_COMMITTED,
            Choice(0, leases.END_LEASE),
            Choice(0, leases.BEGIN_LEASE),
            Choice(0, replication.NOTE_MATCH, 1),
            *_TIME,
            *stood(1),
            *elected(1, 2),
        ),
        features=_LEASE,
        extends_lease=_any_answer,
    ),
    mistake(
        "promise-lost-by-restart",
        "A server that starts again votes at once, though it may have promised not to",
        "Raft dissertation, section 6.4.1",
        LINEARIZABLE_READS,
        _BOUNDS,
        (*_LEASED, Choice(1, raft.RESTART), *stood(1), *elected(1, 2)),
        features=_LEASE,
        restarted=_without_promise,
    ),
)
