"""Leases: a leader answers reads alone for as long as a quorum has promised to elect nobody else.

Source: Ongaro's dissertation, section 6.4.1. A leader asks for a lease with what it sends to followers. A follower that
answers promises that it neither stands nor votes until its election timeout has passed on its clock, even if it starts
again or hears of a later term meanwhile. The lease lasts from when the leader began to ask, by the leader's clock. One
that is to lead by the leader's will may be elected nevertheless, so a leader that hands over gives up its lease.

Time, without a clock: all that safety needs of clocks is an order. Where their drift is bounded, a lease that is
shorter than the election timeout by that bound is over before any follower that promised it stops to wait, as the
follower's timer starts later, when the request arrives. So the end of a lease is a step of the leader, which may come
at any time; the end of the promise is a step of the follower, which has to come after that one. As a step depends on
nothing but its server and a message, what carries the order is a message: `TimePassed` goes from a server whose lease
is over to one that may have promised it. Nobody sends it in truth, and nobody can keep it back: it goes out again
whenever it was lost, and says nothing but that time has passed. Every order of these events that clocks of bounded
drift allow is one that the model has. It has others as well, in which a follower waits no longer than the leader has
its lease. In the bound of messages in flight it counts as one.

A server begins as many leases as the bounds say. One that is renewed in time is the same lease.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.leader_contact import IGNORE_CANDIDATE
from lawful.models.raft.reads import ASK_TO_READ, REFUSE_READ
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import (
    AppendAnswer,
    AppendRequest,
    Lease,
    Message,
    Promise,
    Reading,
    ReadRequest,
    Role,
    Server,
    TimePassed,
    VoteRequest,
)

Step = LocalStep[Server, Message]

BEGIN_LEASE = "begin lease"
END_LEASE = "end lease"
PASS_TIME = "pass time"
END_PROMISE = "end promise"
SERVE_BY_LEASE = "serve read by lease"
ACTIONS = (
    BEGIN_LEASE,
    END_LEASE,
    PASS_TIME,
    END_PROMISE,
    IGNORE_CANDIDATE,
    ASK_TO_READ,
    REFUSE_READ,
    SERVE_BY_LEASE,
)


def steps(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """What a server does by itself, and what time does."""
    lease = state.lease
    if state.role is Role.LEADER:
        if lease is None or (lease.is_over and not lease.is_given_up):
            number = 1 if lease is None else lease.number + 1
            yield LocalStep(BEGIN_LEASE, replace(state, lease=Lease(number)))
        elif not lease.is_over:
            yield LocalStep(END_LEASE, replace(state, lease=Lease(lease.number, is_over=True)))
    over = rules.elapsed(state)
    if over:
        for other in range(servers):
            if other != server:
                yield LocalStep(PASS_TIME, state, (TimePassed(server, other, over),))


def end_promise(state: Server, passed: TimePassed) -> Iterator[Step]:
    """The time is up for which the server promised to elect nobody; for another promise it says nothing."""
    promise = state.promise
    is_up = promise is not None and promise.leader == passed.source and promise.lease <= passed.lease
    yield LocalStep(END_PROMISE, replace(state, promise=None) if is_up else state)


def ignores(state: Server, message: Message) -> bool:
    """Who has promised to elect nobody does not hear candidates, whatever their term, but the leader's heir."""
    return state.promise is not None and isinstance(message, VoteRequest) and not message.is_heir


def promised(state: Server, request: AppendRequest, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps of a server that handles a request; where it answers the leader of its term, it promises the lease."""
    for step in steps:
        follows = request.lease and request.term == state.term and step.after.role is Role.FOLLOWER
        if follows and step.sends:
            sends = tuple(replace(sent, lease=request.lease) for sent in step.sends if isinstance(sent, AppendAnswer))
            yield replace(step, after=replace(step.after, promise=_later(state.promise, request)), sends=sends)
        else:
            yield step


def _later(promise: Promise | None, request: AppendRequest) -> Promise:
    """A follower that hears of an earlier lease so late starts its timer then, after the later one has begun.

    So it waits for the later one: else a leader could have that one from it, and another be elected meanwhile.
    """
    is_late = promise is not None and promise.leader == request.source and promise.lease > request.lease
    return promise if promise is not None and is_late else Promise(request.source, request.lease)


def extended(state: Server, answer: AppendAnswer, steps: Iterator[Step], rules: Rules) -> Iterator[Step]:
    """The steps of a leader that handles an answer; it notes who promised its lease."""
    lease = state.lease
    is_asked_for = state.role is Role.LEADER and answer.term == state.term and lease is not None and not lease.is_over
    if lease is None or not is_asked_for or not answer.lease or not rules.extends_lease(lease, answer):
        yield from steps
        return
    noted = replace(lease, promised_by=lease.promised_by | {answer.source})
    for step in steps:
        yield replace(step, after=replace(step.after, lease=noted))


def handed_over(steps: Iterator[Step], rules: Rules) -> Iterator[Step]:
    """The steps by which a leader hands over."""
    return (replace(step, after=rules.hands_over(step.after)) for step in steps)


def serves(server: int, state: Server, servers: int, rules: Rules) -> bool:
    """A leader has its lease by promises of a quorum, and knows what is committed (section 6.4)."""
    lease = state.lease
    if state.role is not Role.LEADER or lease is None or lease.is_over or not rules.may_read(state):
        return False
    is_busy = state.reading is not None and not state.reading.is_served
    return not is_busy and rules.has_quorum(state, lease.promised_by | {server}, servers)


def serve(state: Server, request: ReadRequest) -> Iterator[Step]:
    """Answer the read at once, from the log as far as it is known to be committed."""
    number = 1 if state.reading is None else state.reading.round + 1
    reading = Reading(number, request.known, state.commit_index, is_served=True)
    yield LocalStep(SERVE_BY_LEASE, replace(state, reading=reading))
