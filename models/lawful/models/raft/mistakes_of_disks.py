"""Broken twins of Raft with torn writes; `models.raft.mistakes` has them with all others."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import Choice
from lawful.models.raft import election, fsync, raft, replication
from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import mistake, proposed, stood, voted_synced
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import AppendRequest, Entry, Server
from lawful.specs.raft import ELECTION_SAFETY, STATE_MACHINE_SAFETY, WHOLE_LOG


def _elected(leader: int, *voters: int) -> list[Choice]:
    """A candidate of a later term leads it; all votes are synced, its own term too."""
    votes = [choice for voter in (leader, *voters) for choice in voted_synced(voter, leader)]
    return [Choice(leader, fsync.FSYNC), *votes, Choice(leader, election.BECOME_LEADER)]


def _proposed(leader: int) -> list[Choice]:
    return [*proposed(leader), Choice(leader, fsync.FSYNC)]


_TWO_STAND = (*stood(0), *_elected(0, 1), *stood(2), Choice(2, fsync.FSYNC), *voted_synced(2, 2))
"""Server 0 leads term 2 with the vote of server 1. Server 2 stands in it too, and has its own vote."""

_TO_BE_REMOVED = (
    *stood(0),
    *_elected(0, 1),
    *_proposed(0),
    *_proposed(0),
    *stood(2, 2),
    *_elected(2, 1),
    *_proposed(2),
    Choice(2, replication.SEND_ENTRIES, 0),
    Choice(0, raft.ADOPT_TERM, 2),
    Choice(0, fsync.FSYNC),
    Choice(0, replication.REMOVE_CONFLICT, 2),
)
"""Server 0 has removed the second of two entries of term 2 for an entry of server 2, which leads term 3."""

_KNOWN_TO_TWO = (
    *stood(0),
    *_elected(0, 1),
    *_proposed(0),
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, replication.APPEND, 0),
    Choice(1, fsync.FSYNC),
    Choice(1, replication.ANSWER_APPEND, 0),
    Choice(0, replication.NOTE_MATCH, 1),
    Choice(0, replication.COMMIT),
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, replication.ANSWER_APPEND, 0),
    Choice(0, replication.NOTE_MATCH, 1),
    *stood(1),
    *_elected(1, 2),
    *_proposed(1),
)
"""Servers 0 and 1 have committed an entry of term 2. Server 1 leads term 3 and has a second one; server 2 has none."""


def _in_any_term(term: int, voted_in: int, voted_for: int | None) -> tuple[int, int | None]:
    return term, voted_for


def _with_holes(server: Server, log: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return log


def _over_anything(synced: tuple[Entry, ...], log: tuple[Entry, ...]) -> bool:
    return True


def _from_the_beginning(request: AppendRequest) -> tuple[AppendRequest, ...]:
    return (replace(request, previous_index=0, previous_term=0),)


_TORN = frozenset({Feature.TORN_WRITES})

MISTAKES_OF_DISKS = (
    mistake(
        "vote-without-its-term",
        "Term and vote are written one after the other, and the vote does not say in which term it was given",
        "hashicorp/raft 661",
        ELECTION_SAFETY,
        Bounds(terms=3, log=0),
        _TWO_STAND,
        features=_TORN,
        vote_read=_in_any_term,
    ),
    mistake(
        "hole-in-log",
        "A log that was removed from its front is taken as it is found, with a hole",
        "braft 119",
        WHOLE_LOG,
        Bounds(terms=3, log=2),
        _TO_BE_REMOVED,
        features=_TORN,
        log_read=_with_holes,
    ),
    mistake(
        "written-over-unsynced-removal",
        "A follower appends in the place of removed entries before it is synced that they are removed",
        "Raft, Figure 2; braft 119",
        WHOLE_LOG,
        Bounds(terms=3, log=2),
        _TO_BE_REMOVED,
        features=_TORN,
        may_write=_over_anything,
    ),
    mistake(
        "read-error-sent",
        "A leader that cannot read the entry before sends entries as if there were none before them",
        "openraft 1795",
        STATE_MACHINE_SAFETY,
        Bounds(terms=3, log=2),
        _KNOWN_TO_TWO,
        features=_TORN,
        unread=_from_the_beginning,
    ),
)
