"""What a broken twin of Raft is, and the choices of which the scenes are made that lead to a mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from lawful.models.local_steps import Choice
from lawful.models.raft import election, fsync, raft, replication
from lawful.models.raft.features import NO_FEATURES, Features
from lawful.models.raft.machine import Machine
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.rules import RAFT_RULES, Rules
from lawful.specs.raft import Safety
from lawful.specs.raft.invariants import INVARIANTS


@dataclass(frozen=True, slots=True)
class Mistake:
    """Raft with one rule that is wrong."""

    name: str
    sentence: str
    """What is wrong, as a sentence without a full stop."""
    source: str
    rejected_by: Safety
    rules: Rules
    bounds: Bounds
    """Within which the shortest violation lies."""
    scene: tuple[Choice, ...] = ()
    """What happens before the search begins."""
    features: Features = NO_FEATURES
    """The extensions that the mistake is about."""
    machine: Machine | None = None
    """What the log replicates, where the mistake is about that."""

    def model(self, bounds: Bounds | None = None) -> Raft:
        """The broken twin."""
        is_about_invariants = self.rejected_by in INVARIANTS
        return Raft(bounds or self.bounds, self.rules, self.features, self.machine, is_about_invariants)


def elected(leader: int, *voters: int) -> list[Choice]:
    """A candidate gets its own vote and those of `voters`, which are in an earlier term, and leads."""
    choices = []
    for voter in (leader, *voters):
        choices.append(Choice(leader, election.ASK_FOR_VOTE, voter))
        if voter != leader:
            choices.append(Choice(voter, raft.ADOPT_TERM, leader))
        choices.append(Choice(voter, election.ANSWER_VOTE_REQUEST, leader))
        choices.append(Choice(leader, election.COUNT_VOTE, voter))
    return [*choices, Choice(leader, election.BECOME_LEADER)]


def stood(candidate: int, times: int = 1) -> list[Choice]:
    """A server stands for election, in vain but for the last time."""
    return [Choice(candidate, election.TIME_OUT)] * times


def voted_synced(voter: int, candidate: int) -> list[Choice]:
    """The voter writes its vote and syncs it before it answers."""
    return [
        Choice(candidate, election.ASK_FOR_VOTE, voter),
        *([Choice(voter, raft.ADOPT_TERM, candidate)] if voter != candidate else []),
        Choice(voter, fsync.WRITE, candidate),
        Choice(voter, fsync.FSYNC),
        Choice(voter, election.ANSWER_VOTE_REQUEST, candidate),
        Choice(candidate, election.COUNT_VOTE, voter),
    ]


def proposed(leader: int) -> list[Choice]:
    return [Choice(leader, replication.PROPOSE)]


def replicated(leader: int, follower: int) -> list[Choice]:
    """The follower appends the leader's entry, and the leader learns of it."""
    return [
        Choice(leader, replication.SEND_ENTRIES, follower),
        Choice(follower, replication.APPEND, leader),
        Choice(follower, replication.ANSWER_APPEND, leader),
        Choice(leader, replication.NOTE_MATCH, follower),
    ]


def refused(leader: int, follower: int) -> list[Choice]:
    """The follower does not have the entry before, and the leader goes back by one."""
    return [
        Choice(leader, replication.SEND_ENTRIES, follower),
        Choice(follower, replication.ANSWER_APPEND, leader),
        Choice(leader, replication.NOTE_MATCH, follower),
    ]


def mistake(
    name: str,
    sentence: str,
    source: str,
    rejected_by: Safety,
    bounds: Bounds,
    scene: tuple[Choice, ...] = (),
    features: Features = NO_FEATURES,
    machine: Machine | None = None,
    **wrong: Callable[..., Any],
) -> Mistake:
    """The broken twin that has the rules `wrong` in the place of Raft's own."""
    return Mistake(name, sentence, source, rejected_by, replace(RAFT_RULES, **wrong), bounds, scene, features, machine)
