"""Leases: when a leader has one, whom a promise binds and for how long, and what ends either."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lawful.checkers.exploration.behaviour import Moment, NoSuchMove, follow, guided, moved, moves
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import Choice
from lawful.models.raft.election import ASK_FOR_VOTE
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.leader_contact import IGNORE_CANDIDATE
from lawful.models.raft.leases import BEGIN_LEASE, END_LEASE, END_PROMISE, PASS_TIME, SERVE_BY_LEASE
from lawful.models.raft.mistake import elected, proposed, replicated, stood
from lawful.models.raft.properties import properties_of
from lawful.models.raft.raft import RESTART, Bounds, Raft
from lawful.models.raft.reads import ASK_TO_READ, REFUSE_READ
from lawful.models.raft.replication import ANSWER_APPEND, COMMIT, NOTE_MATCH, SEND_ENTRIES
from lawful.models.raft.state import AppendRequest, Promise
from lawful.models.raft.transfer import HAND_OVER, TAKE_OVER

LEASE = frozenset({Feature.LEASE})
RAFT = Raft(Bounds(terms=3, log=2, leases=2), features=LEASE)
COMMITTED = (*stood(0), *elected(0, 1), *proposed(0), *replicated(0, 1), Choice(0, COMMIT))
"""Server 0 leads term 2, and has committed an entry with server 1."""
HEARTBEAT = (Choice(0, SEND_ENTRIES, 1), Choice(1, ANSWER_APPEND, 0))
PROMISED = (*COMMITTED, Choice(0, BEGIN_LEASE), *HEARTBEAT)
LEASED = (*PROMISED, Choice(0, NOTE_MATCH, 1))
READ = (Choice(1, ASK_TO_READ, 0), Choice(0, SERVE_BY_LEASE, 1))


def after(*choices: Choice, model: Raft = RAFT) -> Moment:
    return follow(model, guided(model, choices))[-1]


def is_impossible(*choices: Choice, model: Raft = RAFT) -> bool:
    """The last of the choices, and not one before."""
    guided(model, choices[:-1])
    with pytest.raises(NoSuchMove, match=f"choice {len(choices)}, {choices[-1].action!r}"):
        guided(model, choices)
    return True


def test_a_leader_reads_alone_once_a_quorum_has_promised() -> None:
    assert is_impossible(*PROMISED, Choice(0, NOTE_MATCH, 1), *READ[:1], Choice(0, REFUSE_READ, 1))
    reading = after(*LEASED, *READ).states[0].reading
    assert reading is not None
    assert (reading.known, reading.index, reading.is_served) == (1, 1, True)
    without = [*COMMITTED, Choice(0, SEND_ENTRIES, 1), Choice(1, ANSWER_APPEND, 0), Choice(0, NOTE_MATCH, 1)]
    assert is_impossible(*without, *READ)
    assert is_impossible(*without, Choice(0, BEGIN_LEASE), *READ)
    assert is_impossible(*LEASED, Choice(0, END_LEASE), *READ)


def test_a_leader_without_a_commit_of_its_own_term_reads_nothing() -> None:
    """Server 1 leads term 3, and server 2 has promised its lease, though it refused the entry that came with it."""
    asked = [Choice(1, SEND_ENTRIES, 2), Choice(2, ANSWER_APPEND, 1), Choice(1, NOTE_MATCH, 2)]
    led = [*COMMITTED, *HEARTBEAT, *stood(1), *elected(1, 2)]
    leased = [*led, Choice(0, NOTE_MATCH, 1), Choice(1, BEGIN_LEASE), *asked]
    leader = after(*leased).states[1]
    assert leader.lease is not None
    assert (leader.lease.promised_by, leader.commit_index, leader.match_index[2]) == ({2}, 1, 0)
    assert is_impossible(*leased, Choice(0, ASK_TO_READ, 1), Choice(1, SERVE_BY_LEASE, 0))


def test_who_promised_neither_stands_nor_votes_until_the_lease_is_over_and_time_has_passed() -> None:
    candidate = [*stood(2, 2), Choice(2, ASK_FOR_VOTE, 1)]
    assert is_impossible(*LEASED, *stood(1))
    ignored = after(*LEASED, *candidate, Choice(1, IGNORE_CANDIDATE, 2)).states[1]
    assert (ignored.term, ignored.voted_for) == (2, 0)
    assert is_impossible(*LEASED, Choice(0, PASS_TIME, 1))
    over = [*LEASED, Choice(0, END_LEASE), Choice(0, PASS_TIME, 1)]
    assert is_impossible(*over, *stood(1))
    assert after(*over, Choice(1, END_PROMISE, 0), *stood(1)).states[1].term == 3


def test_a_heartbeat_of_an_earlier_lease_takes_no_promise_back() -> None:
    """Else server 1 could elect another leader once the first lease is over, while server 0 has the second by it."""
    model = Raft(Bounds(terms=3, log=2, leases=2, messages=2), features=LEASE)
    sent = [Choice(0, BEGIN_LEASE), Choice(0, SEND_ENTRIES, 1), Choice(0, END_LEASE)]
    both = [*COMMITTED, *sent, Choice(0, BEGIN_LEASE), Choice(0, SEND_ENTRIES, 1)]
    moment, promises = after(*both, model=model), []
    for lease in (2, 1):
        possible = ((move, move.received) for move in moves(model, moment) if move.step.sends)
        arrival = next(move for move, sent in possible if isinstance(sent, AppendRequest) and sent.lease == lease)
        moment = moved(moment, arrival)
        promises.append(moment.states[1].promise)
    assert promises == [Promise(0, 2), Promise(0, 2)]


def test_a_restart_ends_a_lease_and_no_promise() -> None:
    assert is_impossible(*LEASED, Choice(1, RESTART), *stood(1))
    restarted = [*LEASED, Choice(0, RESTART)]
    assert is_impossible(*restarted, *READ)
    assert after(*restarted, Choice(0, PASS_TIME, 1), Choice(1, END_PROMISE, 0), *stood(1)).states[1].term == 3


def test_time_that_passed_after_one_lease_ends_no_promise_of_the_next() -> None:
    again = [*LEASED, Choice(0, END_LEASE), Choice(0, BEGIN_LEASE), *HEARTBEAT, Choice(0, NOTE_MATCH, 1)]
    passed = after(*again, Choice(0, PASS_TIME, 1), Choice(1, END_PROMISE, 0))
    assert passed.states[1].promise == Promise(0, lease=2)
    lease = passed.states[0].lease
    assert lease is not None
    assert (lease.number, lease.promised_by) == (2, {1})


def test_an_answer_from_before_a_lease_was_asked_for_is_no_promise_of_it() -> None:
    late = after(*PROMISED, Choice(0, END_LEASE), Choice(0, BEGIN_LEASE), Choice(0, NOTE_MATCH, 1)).states[0]
    assert late.lease is not None
    assert late.lease.promised_by == frozenset()


def test_a_leader_that_hands_over_has_no_lease_any_more_in_its_term() -> None:
    """Its heir is elected by server 1, though that has promised to elect nobody."""
    model = Raft(RAFT.bounds, features=LEASE | {Feature.TRANSFER})
    handed = [*LEASED, Choice(0, HAND_OVER, 1)]
    assert is_impossible(*handed, Choice(1, TAKE_OVER, 0), *READ, model=model)
    assert is_impossible(*handed, Choice(0, BEGIN_LEASE), model=model)
    heir = after(*handed, Choice(1, TAKE_OVER, 0), *elected(1, 2), model=model).states[1]
    assert (heir.role, heir.term) == ("leader", 3)


def test_no_read_by_a_lease_is_stale_whatever_comes_after_it_began() -> None:
    """From where server 0 has its lease on, everything within three terms that two servers can do."""
    model = Raft(Bounds(servers=2, terms=3, log=2), features=LEASE)
    found = explore(model, properties_of(LEASE), Budget(None, None), after=guided(model, LEASED))
    assert found.verdict is Verdict.LAWFUL
    assert found.applied["RAFT-6"] > 0


ELECTED_IN_TIME = [*LEASED, Choice(0, END_LEASE), Choice(0, PASS_TIME, 1), Choice(1, END_PROMISE, 0)]
HANDED_OVER = [*LEASED, Choice(0, HAND_OVER, 1), Choice(1, TAKE_OVER, 0)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "features"),
    [([*ELECTED_IN_TIME, *stood(1)], LEASE), (HANDED_OVER, LEASE | {Feature.TRANSFER})],
    ids=["in time", "by transfer"],
)
def test_no_read_is_stale_when_another_server_of_three_is_elected(way: list[Choice], features: Features) -> None:
    """From there on everything that three servers can do within three terms, where each message arrives once."""
    model = Raft(replace(RAFT.bounds, loss=False, duplication=False), features=features)
    found = explore(model, properties_of(features), Budget(None, None), after=guided(model, [*way, *elected(1, 2)]))
    assert found.verdict is Verdict.LAWFUL
    assert found.applied["RAFT-6"] > 0
    assert found.taken[SERVE_BY_LEASE] > 0
