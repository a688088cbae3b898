"""Broken twins of Raft that are safe, and in which nothing happens any more where something should.

Each is rejected by one property of liveness: there is a behaviour that is fair and goes round for ever without what the
property promises. The bounds on terms are on how many different ones there are at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lawful.models.local_steps import Choice
from lawful.models.raft import leader_contact, pre_vote, raft, replication, snapshots
from lawful.models.raft.features import NO_FEATURES, Feature, Features
from lawful.models.raft.mistake import elected, proposed, replicated
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.rules import RAFT_RULES, Rules
from lawful.models.raft.state import AppendRequest, InstallSnapshot, Role, Server, VoteRequest
from lawful.specs.raft.liveness import COMMITMENT, ELECTION, FOLLOWING, KNOWLEDGE, Liveness


@dataclass(frozen=True, slots=True)
class MistakeOfLiveness:
    """Raft with one rule that is wrong."""

    name: str
    sentence: str
    """What is wrong, as a sentence without a full stop."""
    source: str
    rejected_by: Liveness
    rules: Rules
    bounds: Bounds
    """Within which a behaviour shows it."""
    features: Features = NO_FEATURES
    """The extensions that the mistake is about."""
    scene: tuple[Choice, ...] = ()
    """What happens before the search begins."""

    def model(self, bounds: Bounds | None = None) -> Raft:
        """The broken twin."""
        return Raft(bounds or self.bounds, self.rules, self.features)


def _is_longer(server: Server, request: VoteRequest) -> bool:
    return (request.last_term, request.last_index) > (server.last_term, len(server.log))


def _never_voted(server: Server, candidate: int) -> bool:
    return server.voted_for is None


def _not_further(next_index: int, matched_index: int) -> int:
    return next_index


def _not_back(next_index: int) -> int:
    return next_index


def _commit_with_entries(server: Server, request: AppendRequest) -> int:
    return request.commit_index if request.entries else server.commit_index


def _stands_on(server: Server, request: AppendRequest | InstallSnapshot) -> bool:
    return server.role is not Role.PRE_CANDIDATE


def _refuses_snapshot(server: Server, request: AppendRequest | InstallSnapshot) -> bool:
    return not isinstance(request, InstallSnapshot)


def _is_of_later_term(server: Server, request: VoteRequest) -> bool:
    return request.term > server.term


def _first_in_log(server: Server, other: int) -> int:
    return max(server.next_index[other], len(server.snapshot) + 1)


_TWO = Bounds(servers=2, terms=2, log=0)
_BOTH = frozenset({Feature.PRE_VOTE, Feature.CHECK_QUORUM})
_SNAPSHOTS = frozenset({Feature.SNAPSHOTS, Feature.PERSISTENT_COMMIT})


def _pre_elected(candidate: int, voter: int) -> list[Choice]:
    """The voter says that it would vote, and the candidate stands."""
    return [
        Choice(candidate, pre_vote.ASK_FOR_PRE_VOTE, voter),
        Choice(voter, pre_vote.ANSWER_PRE_VOTE, candidate),
        Choice(candidate, pre_vote.COUNT_PRE_VOTE, voter),
        Choice(candidate, pre_vote.STAND),
    ]


_COMPACTED_BY_LEADER = (
    Choice(0, pre_vote.BEGIN_PRE_VOTE),
    *_pre_elected(0, 1),
    *elected(0, 1),
    *proposed(0),
    *replicated(0, 1),
    Choice(0, replication.COMMIT),
    Choice(0, snapshots.COMPACT),
    *proposed(0),
    Choice(0, raft.RESTART),
    Choice(0, pre_vote.BEGIN_PRE_VOTE),
    Choice(1, leader_contact.LOSE_TOUCH),
    *_pre_elected(0, 1),
    *elected(0, 1),
)
"""Server 0 leads term 3 and has two entries, of which the first is in a snapshot; server 1 has the first."""

_MISTAKES = (
    MistakeOfLiveness(
        "only-longer-log-may-lead",
        "A vote needs a log that is more up to date than the voter's, and with equal logs nobody wins",
        "Raft, section 5.4.1",
        ELECTION,
        replace(RAFT_RULES, is_up_to_date=_is_longer),
        _TWO,
    ),
    MistakeOfLiveness(
        "vote-not-repeated",
        "A voter refuses the candidate that it voted for when that asks again",
        "nebula 2419",
        ELECTION,
        replace(RAFT_RULES, is_free_to_vote=_never_voted),
        _TWO,
    ),
    MistakeOfLiveness(
        "pre-vote-of-later-term",
        "A pre-vote is refused for the term that the voter is in, and with check-quorum nobody stands any more",
        "etcd 8243, 8501; tikv 3270",
        ELECTION,
        replace(RAFT_RULES, is_of_term=_is_of_later_term),
        _TWO,
        _BOTH,
    ),
    MistakeOfLiveness(
        "pre-candidate-stays",
        "A server that asks for pre-votes refuses what the leader of its term sends, and goes on to ask",
        "Raft dissertation, section 9.6; openraft 1796",
        FOLLOWING,
        replace(RAFT_RULES, makes_way=_stands_on),
        _TWO,
        frozenset({Feature.PRE_VOTE}),
    ),
    MistakeOfLiveness(
        "next-index-stays",
        "A leader that learns what matches goes on to send the same entry",
        "Truxify 8669; CCF 5895",
        COMMITMENT,
        replace(RAFT_RULES, further=_not_further),
        replace(_TWO, log=2),
    ),
    MistakeOfLiveness(
        "conflict-not-offered",
        "A leader that is refused does not go back, and the follower never gets the entries that it lacks",
        "yugabyte 32876",
        COMMITMENT,
        replace(RAFT_RULES, back=_not_back),
        replace(_TWO, log=2),
    ),
    MistakeOfLiveness(
        "snapshot-not-sent",
        "A leader that has compacted what a follower needs goes back as far as it can, and never sends its snapshot",
        "RedisLabs/raft 58",
        KNOWLEDGE,
        replace(RAFT_RULES, sent_next=_first_in_log),
        replace(_TWO, log=1),
        frozenset({Feature.SNAPSHOTS, Feature.LEARNERS}),
    ),
    MistakeOfLiveness(
        "snapshot-refused-by-pre-candidate",
        "A server that asks for pre-votes refuses the snapshot of the leader of its term, and is sent nothing else",
        "nebula 1769",
        FOLLOWING,
        replace(RAFT_RULES, makes_way=_refuses_snapshot),
        Bounds(servers=2, terms=2, log=2, messages=2),
        _SNAPSHOTS | {Feature.PRE_VOTE},
        _COMPACTED_BY_LEADER,
    ),
    MistakeOfLiveness(
        "commit-not-in-heartbeats",
        "A follower learns what is committed with entries only, and not with heartbeats",
        "Raft, section 5.3",
        KNOWLEDGE,
        replace(RAFT_RULES, learned_commit=_commit_with_entries),
        replace(_TWO, log=1),
    ),
)
MISTAKES_OF_LIVENESS = {one.name: one for one in _MISTAKES}
"""By name."""
