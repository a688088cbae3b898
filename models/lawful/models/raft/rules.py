"""The decisions on which the safety and the liveness of Raft rest, each a function of its own.

The steps ask these rules and decide nothing of the kind by themselves. So a mistake is one rule exchanged for another
(`models.raft.mistakes`), and an extension of the algorithm is a further rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from lawful.models.raft.rules_of_storage import (
    before_install,
    goes_on,
    head,
    log_read,
    may_write,
    retained,
    sent_next,
    unread,
    vote_read,
)
from lawful.models.raft.state import (
    AppendAnswer,
    AppendRequest,
    Configuration,
    Entry,
    InstallSnapshot,
    Lease,
    Message,
    Reading,
    Receiving,
    Role,
    Server,
    VoteAnswer,
    VoteRequest,
    configuration_of,
    last_change,
    term_at,
)

IsQuorum: TypeAlias = Callable[[frozenset[int], int], bool]


def is_quorum(servers: frozenset[int], of: int) -> bool:
    """A majority of the `of` servers (section 5.2)."""
    return 2 * len(servers) > of


def is_agreed(configuration: Configuration, who: frozenset[int], is_quorum: IsQuorum) -> bool:
    """A quorum of the members; of an old configuration and of a new one where both count (4.3). Learners do not."""
    is_of_old = is_quorum(who & configuration.members, len(configuration.members))
    if configuration.joining is None:
        return is_of_old
    return is_of_old and is_quorum(who & configuration.joining, len(configuration.joining))


def is_free_to_vote(server: Server, candidate: int) -> bool:
    """At most one vote in a term, first come first served (section 5.2)."""
    return server.voted_for in (None, candidate)


def stands(server: Server) -> Server:
    """A candidate of the next term: nobody voted in it so far (section 5.2)."""
    return replace(
        server,
        term=server.term + 1,
        role=Role.CANDIDATE,
        voted_for=None,
        answered=frozenset(),
        granted=frozenset(),
        is_heir=False,
        receiving=None,
    )


def leads(server: Server, servers: int) -> Server:
    """A leader that knows nothing yet of the others' logs (section 5.3)."""
    return replace(
        server,
        role=Role.LEADER,
        next_index=(len(server.log) + 1,) * servers,
        match_index=(0,) * servers,
        is_heir=False,
        lease=ended(server.lease),
    )


def ended(lease: Lease | None) -> Lease | None:
    """A lease of an earlier term, or of before a restart, is over; how many there were is for their followers' time."""
    return Lease(lease.number, is_over=True) if lease is not None and lease.number else None


def takes_over(server: Server, servers: int) -> Server:
    """Who is to lead has to be elected like anyone else, only without waiting (dissertation, section 3.10)."""
    return replace(stands(server), hears_leader=False, is_heir=True)


def before_pre_vote(server: Server) -> Server:
    """Nothing changes because of a pre-vote: the term goes on, and with it the vote (dissertation, section 9.6)."""
    return server


def is_up_to_date(server: Server, request: VoteRequest) -> bool:
    """The candidate's log is at least as up to date as the voter's: by last term, then by length (section 5.4.1)."""
    return (request.last_term, request.last_index) >= (server.last_term, len(server.log))


def counts_as_granted(server: Server, granted: bool) -> bool:
    """Only a vote that was granted counts (section 5.2)."""
    return granted


def with_vote(server: Server, voter: int) -> frozenset[int]:
    """The servers that granted a vote: each counts once, however often its answer comes (section 5.2)."""
    return server.granted | {voter}


def is_timely(server: Server, answer: VoteAnswer) -> bool:
    """A vote counts in the term that it was asked for (section 5.2)."""
    return answer.term == server.term


def fits(server: Server, request: AppendRequest) -> bool:
    """The log has the entry before the new ones, of the same term (section 5.3). What is in a snapshot is committed."""
    index = request.previous_index
    return index < len(server.snapshot) or (
        index <= len(server.log) and term_at(server.log, index) == request.previous_term
    )


def elapsed(server: Server) -> int:
    """The last of a server's leases that is over by all clocks before followers may stop to wait for it.

    A lease is shorter than followers wait, by as much as clocks drift apart at most (6.4.1).
    """
    lease = server.lease
    if lease is None:
        return 0
    return lease.number if lease.is_over or server.role is not Role.LEADER else lease.number - 1


def extends_lease(lease: Lease, answer: AppendAnswer) -> bool:
    """A lease lasts from when it was asked for, so an answer to what was sent before does not count (6.4.1)."""
    return answer.lease == lease.number


def hands_over(server: Server) -> Server:
    """Whom a leader asks to lead may be elected at once, so it has no lease any more in its term (6.4.1)."""
    number = 0 if server.lease is None else server.lease.number
    return replace(server, lease=Lease(number, is_over=True, is_given_up=True))


def has_entry(server: Server, index: int, entry: Entry) -> bool:
    """The log has the entry of a request, of the same term; or the snapshot has it (sections 5.3, 7)."""
    return index <= len(server.snapshot) or term_at(server.log, index) == entry.term


def appended(server: Server, entry: Entry) -> tuple[Entry, ...]:
    """The log of a leader to which a client gave an entry (section 5.3)."""
    return (*server.log, entry)


def may_commit(server: Server, index: int) -> bool:
    """A leader commits by counting only entries of its own term (section 5.4.2, Figure 8)."""
    return term_at(server.log, index) == server.term


def matched(server: Server, request: AppendRequest) -> int:
    """Up to where a log that took a request is known to be the leader's: the last entry of the request."""
    return request.previous_index + len(request.entries)


def is_current(server: Server, answer: AppendAnswer) -> bool:
    """An acknowledgement counts in the term in which it was given: later the log may be another (section 5.3)."""
    return answer.term == server.term


def acknowledged(server: Server, answer: AppendAnswer) -> int | None:
    """Up to where the follower's log is the leader's; None where the follower refused (section 5.3)."""
    return answer.match_index if answer.success else None


def further(next_index: int, matched_index: int) -> int:
    """What to send next to a follower that acknowledged: the entry after what is known to match (section 5.3)."""
    return matched_index + 1


def back(next_index: int) -> int:
    """What to send next to a follower that refused: the entry before, so that both logs meet in the end (5.3)."""
    return max(next_index - 1, 1)


def learned_commit(server: Server, request: AppendRequest) -> int:
    """A follower knows to be committed what its leader does, be it with an entry or without (section 5.3)."""
    return request.commit_index


def makes_way(server: Server, request: AppendRequest | InstallSnapshot) -> bool:
    """Whoever stands follows when it hears of the leader of its term, be it by a snapshot (sections 5.2 and 7)."""
    return True


def is_of_term(server: Server, request: VoteRequest) -> bool:
    """A pre-vote is asked for in the term that both are in (dissertation, section 9.6)."""
    return request.term == server.term


def kept(server: Server, matched_index: int) -> tuple[Entry, ...]:
    """What a follower keeps of its log where a request does not conflict with it: all, as the request may be old."""
    return server.log


def before_append(server: Server, request: AppendRequest) -> Server:
    """Nothing changes because of an append request that may still turn out to conflict (section 5.3)."""
    return server


def adopted(server: Server, term: int) -> Server:
    """Who hears of a later term follows in it, and has not voted there yet (section 5.1)."""
    return replace(
        server,
        term=term,
        role=Role.FOLLOWER,
        voted_for=None,
        hears_leader=False,
        heard=frozenset(),
        reading=None,
        is_heir=False,
        receiving=None,
        lease=ended(server.lease),
    )


def may_send(server: Server, message: Message) -> bool:
    """All that a message promises is on the disk (Figure 2); entries may go out before (dissertation, 10.2.1)."""
    if server.disk is None:
        return True
    return isinstance(message, AppendRequest) and (server.disk.term, server.disk.voted_for) == (
        server.term,
        server.voted_for,
    )


def may_count_itself(server: Server) -> bool:
    """A leader is one of those who have an entry once it is on its disk (dissertation, section 10.2.1)."""
    return server.disk is None


def may_change(server: Server) -> bool:
    """The change before is committed, and an entry of the leader's own term (Ongaro, raft-dev, July 2015)."""
    return may_join(server) and term_at(server.log, server.commit_index) == server.term


def is_settled(server: Server) -> bool:
    """The last change in the log is committed."""
    return all(entry.members is None for entry in server.log[server.commit_index :])


def may_join(server: Server) -> bool:
    """The change before is committed, and does not wait for its new configuration (dissertation, section 4.3)."""
    change = last_change(server.log)
    return is_settled(server) and (change is None or change.joining is None)


def may_read(server: Server) -> bool:
    """A leader knows what is committed once an entry of its own term is (dissertation, section 6.4)."""
    return term_at(server.log, server.commit_index) == server.term


def confirms(reading: Reading, answer: AppendAnswer) -> bool:
    """Only an answer to what was sent after the read began says that there was no later leader by then (6.4)."""
    return answer.round == reading.round


def restarted(server: Server, servers: int) -> Server:
    """Term, vote and log are on the disk, and a snapshot; the rest begins anew (Figure 2, section 7).

    But a promise: who starts again first waits as long as any promise lasts that it may have given (6.4.1).
    """
    return replace(
        server,
        role=Role.FOLLOWER,
        commit_index=len(server.snapshot),
        answered=frozenset(),
        granted=frozenset(),
        next_index=(1,) * servers,
        match_index=(0,) * servers,
        hears_leader=False,
        heard=frozenset(),
        reading=None,
        is_heir=False,
        receiving=None,
        lease=ended(server.lease),
    )


def grown_commit(before: Server, after: Server) -> int:
    """What was committed stays so, though a request that comes late knows less (Figure 2)."""
    return max(before.commit_index, after.commit_index)


def grown_match(before: Server, after: Server) -> tuple[int, ...]:
    """What is known to match stays so within the term, though an answer that comes late knows less (Figure 2)."""
    return tuple(map(max, before.match_index, after.match_index))


def takes_effect(last: int, sequence: int) -> bool:
    """What a client asks for takes effect unless it did before; clients number their commands (dissertation, 6.3)."""
    return sequence > last


def stamped(server: Server, index: int) -> int:
    """The time at which an entry is applied, in seconds: part of the entry, and so the same for all (section 2)."""
    return index


def answered_up_to(server: Server) -> int:
    """A leader answers clients once their entries are committed (section 5.3)."""
    return server.commit_index


@dataclass(frozen=True, slots=True)
class Rules:
    """All of them, as Raft has them."""

    is_quorum: IsQuorum = is_quorum
    configuration: Callable[[Server, int], Configuration] = configuration_of
    is_agreed: Callable[[Configuration, frozenset[int], IsQuorum], bool] = is_agreed
    is_free_to_vote: Callable[[Server, int], bool] = is_free_to_vote
    stands: Callable[[Server], Server] = stands
    takes_over: Callable[[Server, int], Server] = takes_over
    before_pre_vote: Callable[[Server], Server] = before_pre_vote
    is_up_to_date: Callable[[Server, VoteRequest], bool] = is_up_to_date
    counts_as_granted: Callable[[Server, bool], bool] = counts_as_granted
    with_vote: Callable[[Server, int], frozenset[int]] = with_vote
    is_timely: Callable[[Server, VoteAnswer], bool] = is_timely
    fits: Callable[[Server, AppendRequest], bool] = fits
    may_commit: Callable[[Server, int], bool] = may_commit
    appended: Callable[[Server, Entry], tuple[Entry, ...]] = appended
    matched: Callable[[Server, AppendRequest], int] = matched
    is_current: Callable[[Server, AppendAnswer], bool] = is_current
    acknowledged: Callable[[Server, AppendAnswer], int | None] = acknowledged
    further: Callable[[int, int], int] = further
    back: Callable[[int], int] = back
    learned_commit: Callable[[Server, AppendRequest], int] = learned_commit
    makes_way: Callable[[Server, AppendRequest | InstallSnapshot], bool] = makes_way
    is_of_term: Callable[[Server, VoteRequest], bool] = is_of_term
    kept: Callable[[Server, int], tuple[Entry, ...]] = kept
    before_append: Callable[[Server, AppendRequest], Server] = before_append
    adopted: Callable[[Server, int], Server] = adopted
    may_send: Callable[[Server, Message], bool] = may_send
    may_count_itself: Callable[[Server], bool] = may_count_itself
    may_change: Callable[[Server], bool] = may_change
    may_join: Callable[[Server], bool] = may_join
    may_read: Callable[[Server], bool] = may_read
    confirms: Callable[[Reading, AppendAnswer], bool] = confirms
    has_entry: Callable[[Server, int, Entry], bool] = has_entry
    before_install: Callable[[Server, InstallSnapshot], Server] = before_install
    sent_next: Callable[[Server, int], int | None] = sent_next
    goes_on: Callable[[Receiving, InstallSnapshot], bool] = goes_on
    retained: Callable[[Server, InstallSnapshot], tuple[Entry, ...]] = retained
    head: Callable[[Server, InstallSnapshot], Entry] = head
    vote_read: Callable[[int, int, int | None], tuple[int, int | None]] = vote_read
    log_read: Callable[[Server, tuple[Entry, ...]], tuple[Entry, ...]] = log_read
    may_write: Callable[[tuple[Entry, ...], tuple[Entry, ...]], bool] = may_write
    unread: Callable[[AppendRequest], tuple[AppendRequest, ...]] = unread
    restarted: Callable[[Server, int], Server] = restarted
    takes_effect: Callable[[int, int], bool] = takes_effect
    stamped: Callable[[Server, int], int] = stamped
    answered_up_to: Callable[[Server], int] = answered_up_to
    elapsed: Callable[[Server], int] = elapsed
    extends_lease: Callable[[Lease, AppendAnswer], bool] = extends_lease
    hands_over: Callable[[Server], Server] = hands_over
    grown_commit: Callable[[Server, Server], int] = grown_commit
    grown_match: Callable[[Server, Server], tuple[int, ...]] = grown_match

    def has_quorum(self, state: Server, who: frozenset[int], servers: int) -> bool:
        """Whether these are a quorum of those who belong to the cluster, by the log of the server that counts."""
        return self.is_agreed(self.configuration(state, servers), who, self.is_quorum)


RAFT_RULES = Rules()
