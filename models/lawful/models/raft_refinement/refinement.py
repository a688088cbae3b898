"""Which steps of the proof each step of the model is, and that of the extensions which the proof covers.

Most steps are one of the proof, or none. Some are two: a follower that answers a heartbeat acknowledges an entry and
confirms a read at once, and a leader that begins a read confirms it. A role that is given up without a crash (by
check-quorum, before a pre-vote, or for the leader of the term) is what a restart is to the proof, for which all but
the role is on the disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lawful.models.first_order.expression import TRUTH, Sort
from lawful.models.first_order.facts import Facts, Fixed
from lawful.models.first_order.system import System
from lawful.models.local_steps import AnyStep
from lawful.models.raft import (
    election,
    leader_contact,
    learners,
    membership,
    pre_vote,
    raft,
    reads,
    replication,
    snapshots,
    transfer,
)
from lawful.models.raft.client_properties import Clients
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.judged import clients_of
from lawful.models.raft.raft import Raft
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import AppendAnswer, AppendRequest, Message, Server, VoteAnswer
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.membership import RAFT_WITH_MEMBERSHIP
from lawful.models.raft_proof.read_index import RAFT_WITH_READ_INDEX
from lawful.models.raft_proof.sessions import RAFT_WITH_SESSIONS
from lawful.models.raft_proof.small_steps import in_small_steps
from lawful.models.raft_proof.snapshots import RAFT_WITH_SNAPSHOTS
from lawful.models.raft_refinement import agreement
from lawful.models.raft_refinement.agreement import MessageView, ServerView
from lawful.models.raft_refinement.configurations import configuration_meaning
from lawful.models.raft_refinement.sessions import applied_by, done_by, session_meaning, sessions_differ
from lawful.models.raft_refinement.things import Things, proved_term
from lawful.models.refinement import ProofStep

COVERED: Features = frozenset(
    {
        Feature.PRE_VOTE,
        Feature.CHECK_QUORUM,
        Feature.READ_INDEX,
        Feature.TRANSFER,
        Feature.MONOTONIC,
        Feature.PERSISTENT_COMMIT,
        Feature.SNAPSHOTS,
        Feature.MEMBERSHIP,
        Feature.LEARNERS,
        Feature.SESSIONS,
    }
)
"""The extensions whose steps are steps of the proof. With fsync a crash takes back what the proof has on disk at once;
with joint a leader changes members before it commits in its term, which the proof does not allow."""

Steps = tuple[ProofStep, ...]
_GIVES_UP_ROLE = (raft.RESTART, replication.STEP_DOWN, leader_contact.CHECK_QUORUM, pre_vote.BEGIN_PRE_VOTE)
_CHANGES_MEMBERS = (*membership.ACTIONS, *learners.ACTIONS)
_STANDS = (election.TIME_OUT, pre_vote.STAND, transfer.TAKE_OVER)


_PROVED_ALONE: dict[Feature, tuple[str, System[Any]]] = {
    Feature.READ_INDEX: ("read-index", RAFT_WITH_READ_INDEX),
    Feature.SNAPSHOTS: ("snapshots", RAFT_WITH_SNAPSHOTS),
    Feature.MEMBERSHIP: ("membership or learners", RAFT_WITH_MEMBERSHIP),
    Feature.LEARNERS: ("membership or learners", RAFT_WITH_MEMBERSHIP),
    Feature.SESSIONS: ("sessions", RAFT_WITH_SESSIONS),
}
"""By feature: what it is called that is proved, and the system."""
PROVED_ALONE: Features = frozenset(_PROVED_ALONE)
"""Those of which each is proved by itself. Learners are part of membership: to the proof they have no vote."""


def _proved(features: Features) -> System[Any]:
    """The system that has the features. Raises `ValueError` where it takes several."""
    asked = dict(found for feature, found in _PROVED_ALONE.items() if feature in features)
    if len(asked) > 1:
        raise ValueError(f"the proof covers {' and '.join(asked)}, but not both at once")
    return next(iter(asked.values()), RAFT)


@dataclass(frozen=True)
class RaftRefinement:
    """The model within its bounds. Raises `ValueError` where it has an extension that the proof does not cover."""

    model: Raft
    things: Things = field(init=False)
    system: System[Any] = field(init=False)
    clients: Clients | None = field(init=False)
    """With sessions: what entries come to."""

    def __post_init__(self) -> None:
        beyond = [one for one in Feature if one in self.model.features - COVERED]
        if beyond:
            raise ValueError(f"the proof does not cover {', '.join(beyond)}")
        bounds = self.model.bounds
        proved = _proved(self.model.features)
        members_change, clients = proved is RAFT_WITH_MEMBERSHIP, bounds.values
        things = Things(bounds.servers, bounds.terms, bounds.log, members_change=members_change, clients=clients)
        has_sessions = Feature.SESSIONS in self.model.features
        object.__setattr__(self, "clients", clients_of(self.model) if has_sessions else None)
        object.__setattr__(self, "things", things)
        object.__setattr__(self, "system", in_small_steps(proved))

    @property
    def fixed(self) -> Fixed:
        first = frozenset(self.things.servers) - learners.at_first(self.model.servers, self.model.features)
        return {
            **self.things.fixed(),
            **configuration_meaning(self.things, first),
            **session_meaning(self.things),
        }

    def beginning(self) -> Facts:
        changing = self.system.changing
        relations = frozenset(one.name for one in changing if one.result == TRUTH)
        return self.things.beginning(relations, frozenset(one.name for one in changing) - relations)

    def name(self, sort: Sort, thing: int) -> str:
        return self.things.name(sort, thing)

    def server_view(self, server: int, state: Server) -> ServerView:
        view = agreement.server_view(self.things, state)
        return view if self.clients is None else view._replace(done=done_by(self.clients, state))

    def server_differs(self, server: int, view: ServerView, facts: Facts) -> str | None:
        found = agreement.server_differs(self.things, server, view, facts)
        if found is not None or self.clients is None:
            return found
        return sessions_differ(self.things, self.clients, server, view.state, view.done, facts)

    def message_view(self, message: Message) -> MessageView:
        return agreement.message_view(self.things, message)

    def message_differs(self, view: MessageView, facts: Facts) -> str | None:
        return agreement.message_differs(view, facts)

    def steps(self, server: int, before: Server, step: AnyStep, received: Message | None) -> Steps:
        """What a step is, unless it is none. With sessions, entries that it takes for committed are applied as well."""
        found = self._as_proved(server, before, step, received)
        if self.clients is None:
            return found
        # To the proof, a state machine that is restarted begins with the first entry.
        first = 1 if step.action in _GIVES_UP_ROLE else before.commit_index + 1
        return (*found, *applied_by(self.things, server, step.after, first))

    def _as_proved(self, server: int, before: Server, step: AnyStep, received: Message | None) -> Steps:
        action, after = step.action, step.after
        if action in _GIVES_UP_ROLE:
            return (ProofStep("restart", (server,)),)
        if action in _STANDS:
            return (ProofStep("time_out", (server, proved_term(after.term))),)
        if action == raft.ADOPT_TERM:
            return (ProofStep("learn_term", (server, proved_term(after.term))),)
        if action == election.BECOME_LEADER:
            return (ProofStep("win_election", (server, proved_term(before.term), None)),)
        if action == replication.PROPOSE:
            return (
                ProofStep("take_request", (server, proved_term(before.term), self.things.entry(entries_of(after)))),
            )
        if action in _CHANGES_MEMBERS:
            entry = self.things.entry(entries_of(after))
            return (ProofStep("change_members", (server, proved_term(before.term), entry, None)),)
        if action == replication.COMMIT:
            entry = self.things.entry(entries_of(after)[: after.commit_index])
            return (ProofStep("commit", (server, proved_term(before.term), entry, None)),)
        if action in (reads.BEGIN_READ, reads.SERVE_READ):
            return self._of_read(server, before, step)
        if action in snapshots.ACTIONS:
            return self._of_snapshot(server, before, step, received)
        return self._of_message(server, before, step, received)

    def _of_snapshot(self, server: int, before: Server, step: AnyStep, received: Message | None) -> Steps:
        contents = self.things.path(entries_of(step.after))
        if step.action == snapshots.COMPACT:
            return (ProofStep("take_snapshot", (server, contents[len(step.after.snapshot)], None, None)),)
        if step.action in (snapshots.SEND_CHUNK, snapshots.SEND_LAST_CHUNK):
            covered = contents[step.sends[0].last_index]
            return (ProofStep("send_snapshot", (server, proved_term(before.term), covered)),)
        if step.action == snapshots.INSTALL and received is not None:
            covered = contents[len(step.after.snapshot)]
            return (ProofStep("install_snapshot", (server, proved_term(received.term), covered)),)
        return ()

    def _of_read(self, server: int, before: Server, step: AnyStep) -> Steps:
        reading = step.after.reading
        read = self.things.read(before.term, reading.round)
        if step.action == reads.SERVE_READ:
            return (ProofStep("serve_read", (read, None)),)
        point = self.things.entry(entries_of(before)[: reading.index])
        asked = ProofStep("ask_read", (server, proved_term(before.term), read, point))
        return asked, ProofStep("confirm_read", (server, read))

    def _of_message(self, server: int, before: Server, step: AnyStep, received: Message | None) -> Steps:
        match (received, step.sends):
            case (None, (AppendRequest() as sent,)):
                entry = self.things.entry(entries_of(before)[: sent.previous_index + len(sent.entries)])
                return (ProofStep("send_entry", (server, proved_term(before.term), entry)),)
            case (_, (VoteAnswer() as vote,)) if vote.granted and not vote.pre:
                return (ProofStep("grant_vote", (server, vote.destination, proved_term(vote.term), None)),)
            case (AppendRequest(), _):
                return self._of_append(server, before, step, received)
        return ()

    def _of_append(self, server: int, before: Server, step: AnyStep, request: AppendRequest) -> Steps:
        """The leader's entry comes after the same one as here: the logs match up to there."""
        term = proved_term(request.term)
        log = entries_of(before)[: request.previous_index] + request.entries
        entry, previous = self.things.entry(log), self.things.entry(log[:-1])
        if step.action == replication.REMOVE_CONFLICT:
            kept = self.things.entry(entries_of(step.after))
            return (ProofStep("remove_conflict", (server, term, entry, previous, previous, kept)),)
        accepted = ProofStep("accept_entry", (server, term, entry, previous, previous))
        if step.action == replication.APPEND:
            return (accepted,)
        found: list[ProofStep] = []
        for answer in step.sends:
            assert isinstance(answer, AppendAnswer)
            if answer.success and entry:
                found.append(accepted)
            if request.round and answer.term == request.term:
                found.append(ProofStep("confirm_read", (server, self.things.read(request.term, request.round))))
        return tuple(found)
