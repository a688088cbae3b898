"""Broken twins of the extensions of Raft; `models.raft.mistakes` has them with all others."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import Choice
from lawful.models.raft import election, fsync, raft, replication, rules
from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import mistake, proposed, stood
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import AppendAnswer, Message, Server, VoteAnswer
from lawful.specs.raft import ELECTION_SAFETY, LEADER_COMPLETENESS


def _votes_of_before(server: Server) -> Server:
    return replace(rules.stands(server), answered=server.answered, granted=server.granted)


def _vote_at_once(server: Server, message: Message) -> bool:
    return isinstance(message, VoteAnswer) or rules.may_send(server, message)


def _append_at_once(server: Server, message: Message) -> bool:
    return isinstance(message, AppendAnswer) or rules.may_send(server, message)


def _counts_at_once(server: Server) -> bool:
    return True


def _given(voter: int, candidate: int) -> list[Choice]:
    """The voter writes its vote and syncs it before it answers."""
    return [
        Choice(candidate, election.ASK_FOR_VOTE, voter),
        *([Choice(voter, raft.ADOPT_TERM, candidate)] if voter != candidate else []),
        Choice(voter, fsync.WRITE, candidate),
        Choice(voter, fsync.FSYNC),
        Choice(voter, election.ANSWER_VOTE_REQUEST, candidate),
        Choice(candidate, election.COUNT_VOTE, voter),
    ]


_SYNCED_LEADER = (
    *stood(0),
    Choice(0, fsync.FSYNC),
    *_given(0, 0),
    *_given(1, 0),
    Choice(0, election.BECOME_LEADER),
    *proposed(0),
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, replication.APPEND, 0),
)
"""Server 0 leads term 2. It has an entry, and so has server 1; neither is synced."""

_UNSYNCED_VOTE = (
    *stood(0),
    Choice(0, fsync.FSYNC),
    *_given(0, 0),
    *(one for one in _given(1, 0) if one != Choice(1, fsync.FSYNC)),
    Choice(0, election.BECOME_LEADER),
)
"""Server 0 leads term 2 by a vote of server 1 that is not synced."""

_COMMITTED = (
    Choice(1, replication.ANSWER_APPEND, 0),
    Choice(0, replication.NOTE_MATCH, 1),
    Choice(0, replication.COMMIT),
    *stood(2, 2),
    Choice(2, fsync.FSYNC),
)
"""Server 0 has committed the entry, and server 2 stands for term 3."""

_FSYNC = frozenset({Feature.FSYNC})

MISTAKES_OF_FEATURES = (
    mistake(
        "pre-votes-count",
        "A candidate counts the pre-votes that it got as votes",
        "Raft dissertation, section 9.6",
        ELECTION_SAFETY,
        Bounds(log=0),
        features=frozenset({Feature.PRE_VOTE}),
        stands=_votes_of_before,
    ),
    mistake(
        "vote-before-fsync",
        "A server answers a candidate before its vote is on the disk",
        "Raft, Figure 2; pysyncobj 84",
        ELECTION_SAFETY,
        Bounds(log=0),
        _UNSYNCED_VOTE,
        features=_FSYNC,
        may_send=_vote_at_once,
    ),
    mistake(
        "acknowledged-before-fsync",
        "A follower acknowledges an entry before it is on the disk",
        "Raft, Figure 2; yugabyte 32875",
        LEADER_COMPLETENESS,
        Bounds(terms=3),
        (*_SYNCED_LEADER, Choice(0, fsync.FSYNC), *_COMMITTED),
        features=_FSYNC,
        may_send=_append_at_once,
    ),
    mistake(
        "leader-counts-itself-before-fsync",
        "A leader counts itself among those who have an entry before the entry is on its disk",
        "etcd 14370; Raft dissertation, section 10.2.1",
        LEADER_COMPLETENESS,
        Bounds(terms=3),
        (*_SYNCED_LEADER, Choice(1, fsync.FSYNC), *_COMMITTED),
        features=_FSYNC,
        may_count_itself=_counts_at_once,
    ),
)
