"""Log replication: sections 5.3 and 5.4.2 of the paper.

As in Ongaro's TLA+ specification, a request carries at most one entry, and a follower needs more than one step for
some: one to remove an entry that conflicts, one to append, one to answer. In between anything else may happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import AppendAnswer, AppendRequest, Entry, Message, Role, Server, term_at

Step = LocalStep[Server, Message]

PROPOSE = "propose"
SEND_ENTRIES = "send entries"
COMMIT = "commit"
ANSWER_APPEND = "answer append"
STEP_DOWN = "step down"
REMOVE_CONFLICT = "remove conflict"
APPEND = "append"
NOTE_MATCH = "note match"


def propose(state: Server, values: int, rules: Rules) -> Iterator[Step]:
    """A client has a value for the leader to append."""
    if state.role is Role.LEADER:
        for value in range(1, values + 1):
            yield LocalStep(PROPOSE, replace(state, log=rules.appended(state, Entry(state.term, value))))


def send_entries(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """The leader sends a follower the entry that it needs next, or a heartbeat where it has all."""
    if state.role is not Role.LEADER:
        return
    for other in range(servers):
        following = rules.sent_next(state, other)
        if other != server and following is not None:
            previous = following - 1
            request = AppendRequest(
                state.term,
                server,
                other,
                previous_index=previous,
                previous_term=term_at(state.log, previous),
                entries=state.log[previous : previous + 1],
                # Of what it was sent, the follower must not take more for committed than it can have.
                commit_index=min(state.commit_index, len(state.log), following),
                round=0 if state.reading is None else state.reading.round,
                lease=0 if state.lease is None or state.lease.is_over else state.lease.number,
            )
            yield LocalStep(SEND_ENTRIES, state, (request,))


def commit(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """The leader commits as far as a quorum has its log."""
    if state.role is not Role.LEADER:
        return
    agreed = 0
    for index in range(1, len(state.log) + 1):
        holders = frozenset(other for other in range(servers) if state.match_index[other] >= index)
        if rules.has_quorum(state, holders | {server}, servers):
            agreed = index
    reached = agreed if agreed and rules.may_commit(state, agreed) else state.commit_index
    yield LocalStep(COMMIT, replace(state, commit_index=reached))


def handle_append(server: int, state: Server, request: AppendRequest, rules: Rules) -> Iterator[Step]:
    """One step of a server towards an answer. The term of the request is not above the server's."""
    is_follower = state.role is Role.FOLLOWER
    if request.term < state.term or not (
        rules.fits(state, request) if is_follower else rules.makes_way(state, request)
    ):
        # Rounds are counted in each term anew: in a later one, this one could be taken for that of another read.
        asked = request.round if request.term == state.term else 0
        refusal = AppendAnswer(state.term, server, request.source, success=False, match_index=0, round=asked)
        yield LocalStep(ANSWER_APPEND, state, (refusal,))
    elif not is_follower:
        yield LocalStep(STEP_DOWN, replace(state, role=Role.FOLLOWER), keeps=True)
    else:
        yield from _take(server, state, request, rules)


def _take(server: int, state: Server, request: AppendRequest, rules: Rules) -> Iterator[Step]:
    """A follower takes what is sent: the entry before it is there."""
    prepared = rules.before_append(state, request)
    index = request.previous_index + 1
    if not request.entries or rules.has_entry(state, index, request.entries[0]):
        matched = rules.matched(state, request)
        commit_index = max(rules.learned_commit(state, request), len(state.snapshot))
        taken = replace(prepared, log=rules.kept(state, matched), commit_index=commit_index)
        answer = AppendAnswer(
            state.term, server, request.source, success=True, match_index=matched, round=request.round
        )
        yield LocalStep(ANSWER_APPEND, taken, (answer,))
    elif len(state.log) >= index:
        yield LocalStep(REMOVE_CONFLICT, replace(prepared, log=prepared.log[:-1]), keeps=True)
    else:
        yield LocalStep(APPEND, replace(prepared, log=prepared.log + request.entries[:1]), keeps=True)


def note_match(state: Server, answer: AppendAnswer, rules: Rules) -> Iterator[Step]:
    """The leader learns how far a follower's log is the same, or goes back by one where it was refused."""
    if not rules.is_current(state, answer):
        yield LocalStep(NOTE_MATCH, state)
        return
    follower = answer.source
    matched = rules.acknowledged(state, answer)
    if matched is not None:
        noted = replace(
            state,
            next_index=_put(state.next_index, follower, rules.further(state.next_index[follower], matched)),
            match_index=_put(state.match_index, follower, matched),
        )
    else:
        back = rules.back(state.next_index[follower])
        noted = replace(state, next_index=_put(state.next_index, follower, back))
    yield LocalStep(NOTE_MATCH, noted)


def _put(values: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    return (*values[:place], value, *values[place + 1 :])
