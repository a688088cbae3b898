"""ReadIndex: a leader answers reads without an entry in the log.

Source: Ongaro's dissertation, section 6.4. The leader notes its commit index, makes sure that it still leads by an
answer of each server of a quorum to something that it sent after that, and answers from its log up to there.

There are no clients in the model. What a client knows when it asks, it learned at some server: so any server asks for
it, with its own commit index. A client that a leader told of its write is among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import AppendAnswer, Message, Reading, ReadRequest, Role, Server

Step = LocalStep[Server, Message]

ASK_TO_READ = "ask to read"
REFUSE_READ = "refuse read"
BEGIN_READ = "begin read"
SERVE_READ = "serve read"
ACTIONS = (ASK_TO_READ, REFUSE_READ, BEGIN_READ, SERVE_READ)

MOST_ROUNDS = 1
"""How many reads a leader begins in its term: without a bound its states are infinitely many."""


def steps(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """What a server does by itself."""
    for other in range(servers):
        if other != server and state.commit_index > 0:
            yield LocalStep(ASK_TO_READ, state, (ReadRequest(server, other, state.commit_index),))
    reading = state.reading
    if reading is None or reading.is_served:
        return
    if rules.has_quorum(state, reading.confirmed_by | {server}, servers):
        yield LocalStep(SERVE_READ, replace(state, reading=replace(reading, is_served=True)))


def committed(state: Server, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps of a leader that commits: what it knew to be committed before, it still knows (Figure 2).

    In Ongaro's TLA+ specification a late acknowledgement lets a leader go back, and a read after that would be stale.
    """
    for step in steps:
        reached = max(state.commit_index, step.after.commit_index)
        yield replace(step, after=replace(step.after, commit_index=reached))


def refuse(state: Server) -> Iterator[Step]:
    """The server does not answer the read."""
    yield LocalStep(REFUSE_READ, state)


def begin(state: Server, request: ReadRequest, rules: Rules) -> Iterator[Step]:
    """Note up to where the read has to see the log; one read at a time."""
    is_busy = state.reading is not None and not state.reading.is_served
    if state.role is not Role.LEADER or is_busy or not rules.may_read(state):
        yield LocalStep(REFUSE_READ, state)
        return
    number = 1 if state.reading is None else state.reading.round + 1
    reading = Reading(number, request.known, state.commit_index)
    yield LocalStep(BEGIN_READ, replace(state, reading=reading))


def confirmed(state: Server, answer: AppendAnswer, steps: Iterator[Step], rules: Rules) -> Iterator[Step]:
    """The steps of a leader that handles an answer; where it still leads for the follower, the read goes by that."""
    reading = state.reading
    if reading is None or reading.is_served or answer.term != state.term or not rules.confirms(reading, answer):
        yield from steps
        return
    noted = replace(reading, confirmed_by=reading.confirmed_by | {answer.source})
    for step in steps:
        yield replace(step, after=replace(step.after, reading=noted))
