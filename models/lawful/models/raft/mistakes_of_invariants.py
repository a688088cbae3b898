"""Broken twins that a runtime invariant rejects, and which invariant is the first sign of the other mistakes.

`models.raft.mistakes` has them with all others.
"""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import Choice
from lawful.models.raft import fsync, replication
from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import elected, mistake, proposed, replicated, stood
from lawful.models.raft.mistakes_of_features import SYNCED_LEADER
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import AppendRequest, Entry, Server
from lawful.specs.raft import Safety
from lawful.specs.raft.invariants import (
    COMMIT_GROWS,
    COMMIT_WITHIN_LOG,
    COMMITTED_STAYS,
    INDICES_WITHIN_LOG,
    LEADER_HAS_ITS_ENTRIES,
    LEADER_IS_ELECTED,
    MATCH_GROWS,
    MATCH_IS_TRUE,
    TERM_GROWS,
    TERMS_OF_LOG_GROW,
    VOTE_STAYS,
    VOTES_ARE_GIVEN,
)

FIRST_SIGNS: dict[str, Safety] = {
    "term-not-persisted": TERM_GROWS,
    "vote-not-persisted": VOTE_STAYS,
    "vote-twice": VOTE_STAYS,
    "refusal-counts": VOTES_ARE_GIVEN,
    "late-vote-counts": VOTES_ARE_GIVEN,
    "vote-counted-twice": VOTES_ARE_GIVEN,
    "leader-of-a-later-term": VOTES_ARE_GIVEN,
    "pre-votes-count": VOTES_ARE_GIVEN,
    "vote-before-fsync": VOTES_ARE_GIVEN,
    "quorum-of-half": LEADER_IS_ELECTED,
    "transfer-without-election": LEADER_IS_ELECTED,
    "leader-tail-not-persisted": COMMITTED_STAYS,
    "leader-counts-itself-before-fsync": COMMITTED_STAYS,
    "own-length-acknowledged": INDICES_WITHIN_LOG,
    "truncated-without-conflict": MATCH_IS_TRUE,
    "late-acknowledgement-counts": MATCH_IS_TRUE,
    "refusal-acknowledges": MATCH_IS_TRUE,
    "acknowledged-before-fsync": MATCH_IS_TRUE,
}
"""By mistake that a promise rejects, the invariant that alone shows it before."""

LED_ON = (*stood(0), *elected(0, 1), *proposed(0), *replicated(0, 1), *stood(1), *elected(1, 2))
"""Server 0 leads term 2 and has an entry, with which server 1 leads term 3."""

_SYNCED_COMMIT = (
    *SYNCED_LEADER,
    Choice(0, fsync.FSYNC),
    Choice(1, fsync.FSYNC),
    Choice(1, replication.ANSWER_APPEND, 0),
    Choice(0, replication.NOTE_MATCH, 1),
    Choice(0, replication.COMMIT),
)
"""Server 0 leads term 2 and has committed an entry, which server 1 has as well; both are synced."""

_LATE = Bounds(servers=2, messages=2)
"""Within which a message can come late: with one in flight none is overtaken."""


def _of_next_term(server: Server, entry: Entry) -> tuple[Entry, ...]:
    return (*server.log, replace(entry, term=entry.term + 1))


def _of_last_term(server: Server, entry: Entry) -> tuple[Entry, ...]:
    return (*server.log, replace(entry, term=server.last_term or entry.term))


def _commit_with_entry(server: Server, request: AppendRequest) -> Server:
    """Where the entry goes to the end of the log, the commit index is written with it, and both are not synced yet."""
    follows = len(server.log) == request.previous_index
    return replace(server, commit_index=max(server.commit_index, request.commit_index)) if follows else server


def _answer_as_it_comes(before: Server, after: Server) -> tuple[int, ...]:
    return after.match_index


def _request_as_it_comes(before: Server, after: Server) -> int:
    return after.commit_index


MISTAKES_OF_INVARIANTS = (
    mistake(
        "entry-of-a-later-term",
        "A leader gives its entries the term after its own",
        "Raft, section 5.3",
        TERMS_OF_LOG_GROW,
        Bounds(),
        appended=_of_next_term,
    ),
    mistake(
        "entry-of-an-earlier-term",
        "A leader gives a new entry the term of the last one",
        "Raft, section 5.3",
        LEADER_HAS_ITS_ENTRIES,
        Bounds(terms=3, log=2),
        LED_ON,
        appended=_of_last_term,
    ),
    mistake(
        "commit-index-ahead-of-log",
        "A follower writes the commit index before the entry is synced, and finds it alone after a crash",
        "pysyncobj 197",
        COMMIT_WITHIN_LOG,
        Bounds(),
        _SYNCED_COMMIT,
        features=frozenset({Feature.FSYNC, Feature.PERSISTENT_COMMIT}),
        before_append=_commit_with_entry,
    ),
    mistake(
        "match-index-falls",
        "A leader takes its match index back when an answer comes late",
        "raft.tla 18",
        MATCH_GROWS,
        _LATE,
        features=frozenset({Feature.MONOTONIC}),
        grown_match=_answer_as_it_comes,
    ),
    mistake(
        "commit-index-falls",
        "A follower takes its commit index back when a request comes late",
        "etcd-raft 25; raft.tla 18",
        COMMIT_GROWS,
        _LATE,
        features=frozenset({Feature.PERSISTENT_COMMIT}),
        grown_commit=_request_as_it_comes,
    ),
)
