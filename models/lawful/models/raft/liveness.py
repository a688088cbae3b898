"""The liveness of Raft as temporal properties over states, each with the fairness that it needs."""

from __future__ import annotations

from lawful.models.liveness import AlwaysEventually, LeadsTo, LivenessProperty, States
from lawful.models.raft.fairness import ALWAYS, OWN_ENTRY, WITH_CONTACT, is_led, latest_term
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.state import Role
from lawful.specs.raft.liveness import COMMITMENT, ELECTION, FOLLOWING, KNOWLEDGE


def _all_follow(states: States) -> bool:
    latest = latest_term(states)
    return all(state.term == latest and state.role in (Role.LEADER, Role.FOLLOWER) for state in states)


def _all_follow_or_not_led(states: States) -> bool:
    return _all_follow(states) or not is_led(states)


def _leader_lacks_commit(states: States) -> bool:
    """The leader of the latest term has an entry that it does not know to be committed."""
    latest = latest_term(states)
    return any(
        state.role is Role.LEADER and state.term == latest and state.commit_index < len(state.log) for state in states
    )


def _leader_has_committed(states: States) -> bool:
    return not _leader_lacks_commit(states)


def _some_do_not_know(states: States) -> bool:
    """Somebody knows of a committed entry that somebody else does not know to be committed."""
    known = {state.commit_index for state in states}
    return len(known) > 1


def _all_know(states: States) -> bool:
    return not _some_do_not_know(states)


def liveness_of(features: Features) -> tuple[LivenessProperty, ...]:
    """The properties that speak of Raft with these extensions."""
    contact = WITH_CONTACT if features & {Feature.PRE_VOTE, Feature.CHECK_QUORUM} else ()
    fair = (*ALWAYS, *contact)
    return (
        AlwaysEventually(ELECTION.id, fair, is_led),
        LeadsTo(FOLLOWING.id, fair, is_led, _all_follow_or_not_led),
        LeadsTo(COMMITMENT.id, (*fair, OWN_ENTRY), _leader_lacks_commit, _leader_has_committed),
        LeadsTo(KNOWLEDGE.id, (*fair, OWN_ENTRY), _some_do_not_know, _all_know),
    )
