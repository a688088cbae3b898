"""Broken twins of the extensions of Raft; `models.raft.mistakes` has them with all others."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import Choice
from lawful.models.raft import election, fsync, membership, raft, replication, rules
from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import elected, mistake, proposed, replicated, stood, voted_synced
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import AppendAnswer, Message, Reading, Server, VoteAnswer, term_at
from lawful.specs.raft import ELECTION_SAFETY, LEADER_COMPLETENESS, LINEARIZABLE_READS


def _votes_of_before(server: Server) -> Server:
    return replace(rules.stands(server), answered=server.answered, granted=server.granted)


def _vote_at_once(server: Server, message: Message) -> bool:
    return isinstance(message, VoteAnswer) or rules.may_send(server, message)


def _append_at_once(server: Server, message: Message) -> bool:
    return isinstance(message, AppendAnswer) or rules.may_send(server, message)


def _counts_at_once(server: Server) -> bool:
    return True


SYNCED_LEADER = (
    *stood(0),
    Choice(0, fsync.FSYNC),
    *voted_synced(0, 0),
    *voted_synced(1, 0),
    Choice(0, election.BECOME_LEADER),
    *proposed(0),
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, replication.APPEND, 0),
)
"""Server 0 leads term 2. It has an entry, and so has server 1; neither is synced."""

_UNSYNCED_VOTE = (
    *stood(0),
    Choice(0, fsync.FSYNC),
    *voted_synced(0, 0),
    *(one for one in voted_synced(1, 0) if one != Choice(1, fsync.FSYNC)),
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

_FIRST_COMMIT = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    *replicated(0, 1),
    Choice(0, replication.COMMIT),
)
"""Server 0 leads term 2 and has committed an entry, which server 1 has as well."""

_COMMITTED_BEFORE = (*_FIRST_COMMIT, *stood(1), *elected(1, 2))
"""After that, server 1 leads term 3, and does not know that its entry is committed."""

_DEPOSED = (
    *_FIRST_COMMIT,
    Choice(0, replication.SEND_ENTRIES, 2),
    Choice(2, raft.ADOPT_TERM, 0),
    *replicated(0, 2)[1:],
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, replication.ANSWER_APPEND, 0),
    *stood(2),
    *elected(2, 1),
    *proposed(2),
    *replicated(2, 1),
    Choice(2, replication.COMMIT),
)
"""After that, server 2 leads term 3 and has committed a second entry. To server 0, still leader, goes an answer."""


def _any_commit(server: Server) -> bool:
    return True


def _any_answer(reading: Reading, answer: AppendAnswer) -> bool:
    return True


def _leads_at_once(server: Server, servers: int) -> Server:
    return rules.leads(rules.stands(server), servers)


_CHANGED_TWICE = (
    *stood(0),
    *elected(0, 1, 2),
    Choice(0, membership.PROPOSE_CHANGE),
    *stood(2),
    *elected(2, 1, 3),
    Choice(2, membership.PROPOSE_CHANGE),
    *replicated(2, 3),
    Choice(2, replication.COMMIT),
    Choice(0, raft.RESTART),
    *stood(0, 2),
    *elected(0, 1)[:3],
)
"""Of four servers, 0 removed 3 in term 2, and nobody else knows. In term 3, 2 removed 1, and committed that with 3."""


def _settled(server: Server) -> bool:
    return all(entry.members is None for entry in server.log[server.commit_index :])


def _of_own_term(server: Server) -> bool:
    return term_at(server.log, server.commit_index) == server.term


_READS = frozenset({Feature.READ_INDEX})
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
        (*SYNCED_LEADER, Choice(0, fsync.FSYNC), *_COMMITTED),
        features=_FSYNC,
        may_send=_append_at_once,
    ),
    mistake(
        "leader-counts-itself-before-fsync",
        "A leader counts itself among those who have an entry before the entry is on its disk",
        "etcd 14370; Raft dissertation, section 10.2.1",
        LEADER_COMPLETENESS,
        Bounds(terms=3),
        (*SYNCED_LEADER, Choice(1, fsync.FSYNC), *_COMMITTED),
        features=_FSYNC,
        may_count_itself=_counts_at_once,
    ),
    mistake(
        "read-before-own-commit",
        "A leader answers reads before an entry of its own term is committed",
        "etcd 7331; tikv 6340, 9239; redisraft 22",
        LINEARIZABLE_READS,
        Bounds(terms=3),
        _COMMITTED_BEFORE,
        features=_READS,
        may_read=_any_commit,
    ),
    mistake(
        "read-confirmed-by-earlier-answer",
        "An answer to what a leader sent before a read began confirms the read",
        "etcd 20418",
        LINEARIZABLE_READS,
        Bounds(terms=3, log=2, messages=2),
        _DEPOSED,
        features=_READS,
        confirms=_any_answer,
    ),
    mistake(
        "transfer-without-election",
        "A server that the leader hands over to leads the next term at once",
        "Raft dissertation, section 3.10",
        ELECTION_SAFETY,
        Bounds(terms=3, log=0),
        (*stood(0), *elected(0, 1)),
        features=frozenset({Feature.TRANSFER}),
        takes_over=_leads_at_once,
    ),
    mistake(
        "change-before-own-commit",
        "A leader changes the membership before an entry of its own term is committed",
        "Ongaro, raft-dev, July 2015",
        LEADER_COMPLETENESS,
        Bounds(servers=4, terms=4),
        _CHANGED_TWICE,
        features=frozenset({Feature.MEMBERSHIP}),
        may_change=_settled,
    ),
    mistake(
        "changes-at-once",
        "A leader changes the membership again before the change before is committed",
        "Raft dissertation, section 4.1",
        LEADER_COMPLETENESS,
        Bounds(terms=3, log=3),
        (*stood(0), *elected(0, 1), *proposed(0), *replicated(0, 1), Choice(0, replication.COMMIT)),
        features=frozenset({Feature.MEMBERSHIP}),
        may_change=_of_own_term,
    ),
)
