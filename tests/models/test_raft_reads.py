"""Reads of the model that were stale once: the steps that led to them, which the check of the refinement found."""

from __future__ import annotations

import pytest

from lawful.checkers.exploration.behaviour import follow, guided
from lawful.models.local_steps import LOSE, REPEAT, Choice
from lawful.models.raft import election, raft, reads, replication
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.mistake import elected, proposed, refused, replicated, stood
from lawful.models.raft.raft import Bounds, Raft

MODEL = Raft(Bounds(terms=4, log=3, messages=3), features=frozenset({Feature.READ_INDEX}))
COMMITTED = [*stood(0), *elected(0, 1), *proposed(0), *replicated(0, 1), Choice(0, replication.COMMIT)]
KNOWN = [Choice(0, replication.SEND_ENTRIES, 1), Choice(1, replication.ANSWER_APPEND, 0)]
READ = [Choice(1, reads.ASK_TO_READ, 0), Choice(0, reads.BEGIN_READ, 1)]

REFUSED_LATER = [
    *(*COMMITTED, *KNOWN, Choice(0, replication.NOTE_MATCH, 1), *READ),
    Choice(0, replication.SEND_ENTRIES, 1),
    *(Choice(0, raft.RESTART), *stood(0), *elected(0, 1)[:-1]),
    Choice(1, replication.ANSWER_APPEND, 0),
    *(Choice(0, election.BECOME_LEADER), *proposed(0)),
    Choice(0, replication.SEND_ENTRIES, 2),
    Choice(2, raft.ADOPT_TERM, 0),
    Choice(2, replication.ANSWER_APPEND, 0),
    Choice(0, replication.NOTE_MATCH, 2),
    *(*replicated(0, 2), *replicated(0, 2), Choice(0, replication.COMMIT)),
]
"""Server 1 refuses in term 3 what server 0 sent in term 2, after a read began; server 0 leads term 3 when it hears."""

LED_BY_ANOTHER = [
    *(*stood(2), *elected(2, 1), *refused(2, 1), *replicated(2, 1)),
    *(*proposed(2), *replicated(2, 1), Choice(2, replication.COMMIT)),
    Choice(2, replication.SEND_ENTRIES, 1),
    Choice(1, replication.ANSWER_APPEND, 2),
    Choice(2, replication.NOTE_MATCH, 1),
]
"""Server 2 leads term 4 and has committed an entry, which server 1 knows; server 0 still leads term 3."""


def test_a_refusal_in_a_later_term_does_not_confirm_the_read_of_that_term() -> None:
    behaviour = guided(MODEL, [*REFUSED_LATER, *LED_BY_ANOTHER, *READ, Choice(0, replication.NOTE_MATCH, 1)])
    reading = follow(MODEL, behaviour)[-1].states[0].reading
    assert reading is not None
    assert (reading.known, reading.index, reading.confirmed_by) == (3, 2, frozenset())


LATE_COPY = [
    *(*stood(0), *elected(0, 1), *proposed(0), *proposed(0)),
    *(Choice(0, replication.SEND_ENTRIES, 1), Choice(1, REPEAT, 0)),
    *(Choice(1, replication.APPEND, 0), Choice(1, replication.ANSWER_APPEND, 0)),
    *(Choice(0, replication.NOTE_MATCH, 1), Choice(0, replication.SEND_ENTRIES, 1), Choice(1, replication.APPEND, 0)),
    # The copy of the first request moves behind the second one.
    *(Choice(1, REPEAT, 0), Choice(1, LOSE, 0)),
    *(Choice(1, replication.ANSWER_APPEND, 0), Choice(0, replication.NOTE_MATCH, 1), Choice(0, replication.COMMIT)),
    *(Choice(1, replication.ANSWER_APPEND, 0), Choice(0, replication.NOTE_MATCH, 1), Choice(0, replication.COMMIT)),
]
"""Server 0 has committed two entries when server 1 acknowledges the first of them once more."""


@pytest.mark.parametrize(("features", "committed"), [(frozenset(), 1), (frozenset({Feature.READ_INDEX}), 2)])
def test_a_late_acknowledgement_does_not_take_back_what_a_read_has_to_see(features: Features, committed: int) -> None:
    model = Raft(MODEL.bounds, features=features)
    leader = follow(model, guided(model, LATE_COPY))[-1].states[0]
    assert leader.match_index[1] == 1
    assert leader.commit_index == committed
