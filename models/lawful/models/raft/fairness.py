"""The fairness that the liveness of Raft needs, as constraints on its steps.

The paper asks for elections to take less time than servers wait for one, and for timeouts that are random (sections
5.2 and 5.6). Without a clock, this is said by when servers wait no longer. Where there is no leader and no candidate
can win any more, a timeout has to come, and it is not always the same server whose timeout comes first. At other times
one may come, but only so often. Messages may be lost, but not always the same one. They may be late, but only so often
so late that they come from an earlier election.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from lawful.models.liveness import Fairness, States, Strength
from lawful.models.local_steps import NETWORK, REPEAT, AnyStep
from lawful.models.raft import election, fsync, leader_contact, leases, pre_vote, raft, replication, snapshots
from lawful.models.raft.rules import RAFT_RULES, is_up_to_date
from lawful.models.raft.state import Message, ReadRequest, Role, Server, VoteRequest

_BY_ITSELF = frozenset(
    {
        election.BECOME_LEADER,
        election.ASK_FOR_VOTE,
        replication.SEND_ENTRIES,
        replication.COMMIT,
        pre_vote.ASK_FOR_PRE_VOTE,
        pre_vote.STAND,
        fsync.FSYNC,
        snapshots.SEND_CHUNK,
        snapshots.SEND_LAST_CHUNK,
        leases.PASS_TIME,
    }
)
_BEGINS_ELECTION = frozenset({election.TIME_OUT, pre_vote.BEGIN_PRE_VOTE})


def latest_term(states: States) -> int:
    """The latest term that a server is in."""
    latest: int = max(state.term for state in states)
    return latest


def is_led(states: States) -> bool:
    """Somebody leads the latest term."""
    latest = latest_term(states)
    return any(state.role is Role.LEADER and state.term == latest for state in states)


def can_win(states: States, candidate: int) -> bool:
    """Of those that have not answered the candidate of the latest term, so many would vote for it that it wins."""
    state: Server = states[candidate]
    if state.role is not Role.CANDIDATE or state.term < latest_term(states):
        return False
    request = VoteRequest(state.term, candidate, candidate, state.last_term, len(state.log))
    voters = frozenset(
        voter
        for voter, other in enumerate(states)
        if voter not in state.answered
        and (other.term < state.term or other.voted_for in (None, candidate))
        and is_up_to_date(other, request)
    )
    return RAFT_RULES.has_quorum(state, voters | state.granted, len(states))


@lru_cache(maxsize=1 << 16)
def needs_election(states: States) -> bool:
    """Nobody leads the latest term, and nobody that stands can win."""
    return not is_led(states) and not any(can_win(states, server) for server in range(len(states)))


def _no_need(states: States, server: int) -> bool:
    return not needs_election(states)


def _may_be_first(states: States, server: int) -> bool:
    """There is need for an election, and the term that the server would begin is later than all others."""
    return needs_election(states) and bool(states[server].term == latest_term(states))


def _is_led(states: States, server: int) -> bool:
    return is_led(states)


def _is_not_led(states: States, server: int) -> bool:
    return not is_led(states)


def _restart(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    return step.action if step.action == raft.RESTART else None


def _own_step(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    if step.action not in _BY_ITSELF:
        return None
    return step.action, tuple(sent.destination for sent in step.sends)


def _receipt(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    """Each message is a kind of its own, and so is each step of handling it: a server that again and again begins to
    handle a message must not stop there each time. Clients ask to read when they like."""
    is_wish = isinstance(message, ReadRequest)
    if message is None or is_wish or step.action in NETWORK:
        return None
    return message, step.action


def _repeat(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    return step.action if step.action == REPEAT else None


def _late_request(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    is_late = isinstance(message, VoteRequest) and message.term < state.term
    return step.action if is_late and step.action not in NETWORK else None


def _is_hasty(state: Server) -> bool:
    """The server asks for pre-votes, and somebody has not answered, or it has enough of them."""
    servers = len(state.next_index)
    is_open = len(state.answered) < servers or RAFT_RULES.has_quorum(state, state.granted, servers)
    return state.role is Role.PRE_CANDIDATE and is_open


def _hasty_begin(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    return step.action if step.action == pre_vote.BEGIN_PRE_VOTE and _is_hasty(state) else None


def _timeout(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    return step.action if step.action in _BEGINS_ELECTION and not _is_hasty(state) else None


def _timeout_or_stand(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    return step.action if step.action == pre_vote.STAND else _timeout(server, state, step, message)


def _lost_touch(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    return step.action if step.action == leader_contact.LOSE_TOUCH else None


def _own_entry(server: int, state: Server, step: AnyStep, message: Message | None) -> Hashable | None:
    """A leader appends its first entry."""
    has_none = all(entry.term != state.term for entry in state.log)
    return step.action if step.action == replication.PROPOSE and has_none else None


def _fairness(
    name: str, sentence: str, strength: Strength, of: Any, where: Callable[[States, int], bool] | None = None
) -> Fairness:
    return Fairness(name, sentence, strength, of, where)


FEW_RESTARTS = _fairness("few restarts", "Servers restart only so often.", Strength.FINITE, _restart)
FEW_REPEATS = _fairness("few repeats", "Messages arrive more than once only so often.", Strength.FINITE, _repeat)
FEW_LATE_REQUESTS = _fairness(
    "few late requests",
    "A request for a vote comes only so often when who it goes to is in a later term.",
    Strength.FINITE,
    _late_request,
)
FEW_HASTY_TIMEOUTS = _fairness(
    "few hasty timeouts",
    "An election begins only so often while the latest term has a leader, or a candidate that can win.",
    Strength.FINITE,
    _timeout_or_stand,
    _no_need,
)
OWN_STEPS = _fairness(
    "own steps",
    "A server goes on to ask, send, sync, commit and lead where it can, and time passes.",
    Strength.WEAK,
    _own_step,
)
RECEIPT = Fairness(
    "receipt",
    "A message that is sent again and again is received again and again, though it may be lost in between.",
    Strength.STRONG,
    _receipt,
    of_counted=True,
)
TIMEOUTS = _fairness(
    "timeouts",
    "Where nobody can win the latest term, each server in it is again and again the first to begin another.",
    Strength.STRONG,
    _timeout,
    _may_be_first,
)
PATIENCE = _fairness(
    "patience",
    "Who asks for pre-votes begins anew only so often before all have answered, or when it may stand.",
    Strength.FINITE,
    _hasty_begin,
)
LOST_TOUCH = _fairness(
    "lost touch", "Who heard a leader notices that the latest term has none.", Strength.WEAK, _lost_touch, _is_not_led
)
KEPT_TOUCH = _fairness(
    "kept touch", "A leader of the latest term is taken for lost only so often.", Strength.FINITE, _lost_touch, _is_led
)
OWN_ENTRY = _fairness(
    "own entry", "A leader appends an entry of its term, be it an empty one.", Strength.WEAK, _own_entry
)

ALWAYS = (FEW_RESTARTS, FEW_REPEATS, FEW_LATE_REQUESTS, FEW_HASTY_TIMEOUTS, OWN_STEPS, RECEIPT, TIMEOUTS)
WITH_CONTACT = (PATIENCE, LOST_TOUCH, KEPT_TOUCH)
"""With pre-vote or check-quorum."""
