"""Broken twins of Raft: each has one rule exchanged for a mistake that real systems made.

Each names the property that has to reject it, and bounds that suffice to show it. Some begin after a few choices that
lead to the scene of the mistake; every step of the way there is one of the broken twin itself.
"""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import REPEAT, Choice
from lawful.models.raft import election, raft, replication, rules
from lawful.models.raft.mistake import elected, mistake, proposed, refused, replicated, stood
from lawful.models.raft.mistakes_of_answers import MISTAKES_OF_ANSWERS
from lawful.models.raft.mistakes_of_clients import MISTAKES_OF_CLIENTS
from lawful.models.raft.mistakes_of_disks import MISTAKES_OF_DISKS
from lawful.models.raft.mistakes_of_features import MISTAKES_OF_FEATURES
from lawful.models.raft.mistakes_of_invariants import MISTAKES_OF_INVARIANTS
from lawful.models.raft.mistakes_of_leases import MISTAKES_OF_LEASES
from lawful.models.raft.mistakes_of_membership import MISTAKES_OF_MEMBERSHIP
from lawful.models.raft.mistakes_of_snapshots import MISTAKES_OF_SNAPSHOTS
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import AppendRequest, Entry, Server, VoteAnswer, VoteRequest
from lawful.specs.raft import (
    ELECTION_SAFETY,
    LEADER_APPEND_ONLY,
    LEADER_COMPLETENESS,
    LOG_MATCHING,
    STATE_MACHINE_SAFETY,
)

COMMITTED = (*stood(0), *elected(0, 1), *proposed(0), *replicated(0, 1), Choice(0, replication.COMMIT))
"""An entry of term 2 is on servers 0 and 1, and committed."""

ALONE_WITH_TWO = (*stood(0), *elected(0, 1), *proposed(0), *proposed(0))
"""Server 0 leads term 2 and has two entries that nobody else has."""

OTHERS_HAVE_ONE = (*ALONE_WITH_TWO, *stood(2, 2), *elected(2, 1), *proposed(2), *replicated(2, 1))
"""After that, server 2 leads term 3 and has an entry of its own at index 1, which server 1 has as well."""

TWO_LED = (*stood(0), *elected(0, 1), *proposed(0), *stood(2, 2), *elected(2, 1), *proposed(2))
"""Server 0 led term 2 and server 2 term 3, and each has an entry at index 1 that nobody else has."""

ELECTED = (*stood(0), *elected(0, 1))
"""Server 0 leads term 2 with the vote of server 1."""

VOTE_OF_BEFORE = (
    *stood(0),
    Choice(0, election.ASK_FOR_VOTE, 1),
    Choice(1, raft.ADOPT_TERM, 0),
    Choice(1, election.ANSWER_VOTE_REQUEST, 0),
    *stood(0),
    Choice(0, election.COUNT_VOTE, 1),
    *elected(0),
)
"""Server 0 leads term 3, by a vote that server 1 gave it in term 2."""

LONGER_THAN_LEADER = (
    *stood(1),
    *elected(1, 0),
    *proposed(1),
    *replicated(1, 0),
    *proposed(1),
    *stood(0),
    *elected(0, 2),
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, raft.ADOPT_TERM, 0),
    Choice(1, replication.ANSWER_APPEND, 0),
    Choice(0, replication.NOTE_MATCH, 1),
    *proposed(0),
)
"""Server 0 leads term 3 and has two entries. Server 1 answered its heartbeat when it had the longer log of the two."""

LATE_COPY = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    *proposed(0),
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, REPEAT, 0),
    Choice(1, replication.APPEND, 0),
    Choice(1, replication.ANSWER_APPEND, 0),
    Choice(0, replication.NOTE_MATCH, 1),
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, replication.APPEND, 0),
)
"""Server 1 has both entries of the leader, and a copy of the request with the first one is still in flight."""

FIGURE_8 = (
    *TWO_LED,
    Choice(0, raft.RESTART),
    *stood(0, 2),
    *elected(0, 1),
    *refused(0, 1),
    *replicated(0, 1),
)
"""After that, server 0 leads term 4, and server 1 has the entry of term 2 as well: (c) in the figure."""

LED_AGAIN = (*TWO_LED, Choice(2, raft.RESTART), *stood(2), *elected(2, 1))
"""After that, server 2 leads term 4: it takes server 0 to have its entry."""


def _any_vote(server: Server, candidate: int) -> bool:
    return True


def _any_log(server: Server, request: VoteRequest) -> bool:
    return True


def _longer_log(server: Server, request: VoteRequest) -> bool:
    return (request.last_index, request.last_term) >= (len(server.log), server.last_term)


def _half(servers: frozenset[int], of: int) -> bool:
    return 2 * len(servers) >= of - 1


def _any_answer(server: Server, granted: bool) -> bool:
    return True


def _any_term(server: Server, answer: VoteAnswer) -> bool:
    return True


def _whole_log(server: Server, request: AppendRequest) -> int:
    return len(server.log)


def _up_to_match(server: Server, matched_index: int) -> tuple[Entry, ...]:
    return server.log[:matched_index]


def _vote_cleared(server: Server, request: AppendRequest) -> Server:
    return replace(server, voted_for=None)


def _length_alone(server: Server, request: AppendRequest) -> bool:
    return request.previous_index <= len(server.log)


def _counting_alone(server: Server, index: int) -> bool:
    return True


def _over_uncommitted(server: Server, entry: Entry) -> tuple[Entry, ...]:
    return (*server.log[: server.commit_index], entry)


def _commit_at_once(server: Server, request: AppendRequest) -> Server:
    return replace(server, commit_index=max(server.commit_index, request.commit_index))


def _vote_forgotten(server: Server, servers: int) -> Server:
    return replace(rules.restarted(server, servers), voted_for=None)


def _term_forgotten(server: Server, servers: int) -> Server:
    return replace(rules.restarted(server, servers), term=1, voted_for=None)


_ALL = (
    mistake(
        "vote-twice",
        "A server votes for every candidate of a term",
        "camunda 5356; Raft, section 5.2",
        ELECTION_SAFETY,
        Bounds(log=0),
        is_free_to_vote=_any_vote,
    ),
    mistake(
        "vote-not-persisted",
        "A server that restarts does not know whom it voted for",
        "pysyncobj 84; seaweedfs/raft 9",
        ELECTION_SAFETY,
        Bounds(log=0),
        restarted=_vote_forgotten,
    ),
    mistake(
        "term-not-persisted",
        "A server that restarts begins with the first term again",
        "pysyncobj 201, 202",
        ELECTION_SAFETY,
        Bounds(log=0),
        restarted=_term_forgotten,
    ),
    mistake(
        "quorum-of-half",
        "Less than a majority is a quorum",
        "Raft, section 5.2",
        ELECTION_SAFETY,
        Bounds(log=0),
        is_quorum=_half,
    ),
    mistake(
        "refusal-counts",
        "A candidate counts every answer as a vote for it",
        "Raft, section 5.2",
        ELECTION_SAFETY,
        Bounds(log=0),
        counts_as_granted=_any_answer,
    ),
    mistake(
        "late-vote-counts",
        "A candidate counts votes of earlier terms",
        "Raft, section 5.2",
        ELECTION_SAFETY,
        Bounds(terms=3, log=0),
        VOTE_OF_BEFORE,
        is_timely=_any_term,
    ),
    mistake(
        "vote-cleared-by-append",
        "A follower forgets whom it voted for when it hears of a leader",
        "CCF 8094; redpanda 14, 19",
        ELECTION_SAFETY,
        Bounds(log=0),
        ELECTED,
        before_append=_vote_cleared,
    ),
    mistake(
        "propose-over-uncommitted",
        "A leader puts a new entry in the place of those that it does not know to be committed",
        "Raft, section 5.3",
        LEADER_APPEND_ONLY,
        Bounds(values=2),
        appended=_over_uncommitted,
    ),
    mistake(
        "previous-term-not-compared",
        "A follower appends wherever its log is long enough",
        "Raft, section 5.3",
        LOG_MATCHING,
        Bounds(terms=4, log=2),
        LED_AGAIN,
        fits=_length_alone,
    ),
    mistake(
        "any-log-may-lead",
        "A vote does not depend on the candidate's log",
        "Raft, section 5.4.1",
        LEADER_COMPLETENESS,
        Bounds(terms=3),
        COMMITTED,
        is_up_to_date=_any_log,
    ),
    mistake(
        "longer-log-may-lead",
        "A vote goes by the length of the logs before it goes by their last terms",
        "Raft, section 5.4.1",
        LEADER_COMPLETENESS,
        Bounds(terms=4, log=2),
        OTHERS_HAVE_ONE,
        is_up_to_date=_longer_log,
    ),
    mistake(
        "old-term-by-counting",
        "A leader commits an entry of an earlier term once a majority has it",
        "Raft, Figure 8; logcabin 44; CCF 4485",
        LEADER_COMPLETENESS,
        Bounds(terms=5),
        FIGURE_8,
        may_commit=_counting_alone,
    ),
    mistake(
        "own-length-acknowledged",
        "A follower acknowledges its whole log, and not what it knows to match",
        "Raft, Figure 2",
        LEADER_COMPLETENESS,
        Bounds(terms=4, log=2),
        LONGER_THAN_LEADER,
        matched=_whole_log,
    ),
    mistake(
        "truncated-without-conflict",
        "A follower drops what comes after the entries of a request, though nothing conflicts",
        "Raft, section 5.3; willemt 118",
        LEADER_COMPLETENESS,
        Bounds(terms=3, log=2, messages=2),
        LATE_COPY,
        kept=_up_to_match,
    ),
    mistake(
        "commit-before-matching",
        "A follower takes over the leader's commit index before its log is known to match",
        "scylladb 9965, 10578",
        STATE_MACHINE_SAFETY,
        Bounds(terms=3, log=2),
        OTHERS_HAVE_ONE,
        before_append=_commit_at_once,
    ),
)
_OF_EXTENSIONS = (
    *MISTAKES_OF_FEATURES,
    *MISTAKES_OF_SNAPSHOTS,
    *MISTAKES_OF_DISKS,
    *MISTAKES_OF_MEMBERSHIP,
    *MISTAKES_OF_CLIENTS,
    *MISTAKES_OF_LEASES,
)
MISTAKES = {one.name: one for one in (*_ALL, *MISTAKES_OF_ANSWERS, *_OF_EXTENSIONS, *MISTAKES_OF_INVARIANTS)}
