"""The runtime invariants of Raft as predicates over states, for a model whose servers know their numbers.

They are not among the promises, as a mistake shows in them long before it does harm: judged with the promises, they
would be what rejects almost every mistake. Assumption of those that speak of two servers: `Raft.invariants` is on.

In the specification in TLA+ that the model follows, late messages take indices back. So that they only grow is judged
where an extension sees to it (`models.raft.indices`).
"""

from __future__ import annotations

from itertools import pairwise

from lawful.models.local_steps import LocalProperty, OfPair, OfServer, OfStep
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.rules import is_quorum
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import Role, Server
from lawful.specs.raft import invariants as spec


def _always(*servers: Server) -> bool:
    return True


def _on_disk(server: Server) -> tuple[int, int | None]:
    """The term and the vote that a crash cannot take."""
    return (server.term, server.voted_for) if server.disk is None else (server.disk.term, server.disk.voted_for)


def _term_grows(before: Server, after: Server) -> bool:
    return after.term >= _on_disk(before)[0]


def _has_voted(before: Server, after: Server) -> bool:
    term, voted_for = _on_disk(before)
    return voted_for is not None and term == after.term


def _vote_stays(before: Server, after: Server) -> bool:
    return not _has_voted(before, after) or after.voted_for == _on_disk(before)[1]


def _counts_vote(one: Server, other: Server) -> bool:
    return one.role in (Role.CANDIDATE, Role.LEADER) and other.number in one.granted


def _vote_is_given(one: Server, other: Server) -> bool:
    if not _counts_vote(one, other) or other.term > one.term:
        return True
    return other.term == one.term and other.voted_for == one.number


def _leads(server: Server) -> bool:
    return server.role is Role.LEADER


def _leads_all(server: Server) -> bool:
    """A leader whose cluster are all servers, as far as its log says; else it was elected by others than these."""
    return _leads(server) and not server.first_learners and all(entry.members is None for entry in server.log)


def _is_elected(server: Server) -> bool:
    return not _leads_all(server) or is_quorum(server.granted, len(server.next_index))


def _log_is_sorted(server: Server) -> bool:
    return all(one.term <= other.term for one, other in pairwise(entries_of(server)))


def _log_is_sorted_up_to_term(server: Server) -> bool:
    return _log_is_sorted(server) and server.last_term <= server.term


def _has_entries_of(one: Server, other: Server) -> bool:
    return _leads(one) and any(entry.term == one.term for entry in entries_of(other))


def _leader_has_them(one: Server, other: Server) -> bool:
    if not _has_entries_of(one, other):
        return True
    mine, others = entries_of(one), entries_of(other)
    own = [index for index, entry in enumerate(others) if entry.term == one.term]
    return own[-1] < len(mine) and all(mine[index] == others[index] for index in own)


def _has_committed(server: Server) -> bool:
    return server.commit_index > 0


def _commit_is_within(server: Server) -> bool:
    return server.commit_index <= len(server.log)


def _had_committed(before: Server, after: Server) -> bool:
    return before.commit_index > 0


def _committed_stays(before: Server, after: Server) -> bool:
    committed = entries_of(before)[: before.commit_index]
    # A commit index that is ahead of the log is for another invariant.
    return entries_of(after)[: len(committed)] == committed or not _commit_is_within(after)


def _indices_are_within(server: Server) -> bool:
    length = len(server.log)
    return not _leads(server) or (
        all(index <= length for index in server.match_index)
        and all(1 <= one <= length + 1 for one in server.next_index)
    )


def _knows_match(one: Server, other: Server) -> bool:
    return _leads(one) and other.term == one.term and _matched(one, other) > 0


def _matched(one: Server, other: Server) -> int:
    assert other.number is not None, "the model numbers its servers"
    return one.match_index[other.number]


def _match_is_true(one: Server, other: Server) -> bool:
    if not _knows_match(one, other):
        return True
    # What is beyond the leader's own log is for another invariant.
    shared = entries_of(one)[: _matched(one, other)]
    return entries_of(other)[: len(shared)] == shared


def _goes_on_leading(before: Server, after: Server) -> bool:
    return _leads(before) and _leads(after) and before.term == after.term


def _match_grows(before: Server, after: Server) -> bool:
    pairs = zip(before.match_index, after.match_index, strict=True)
    return not _goes_on_leading(before, after) or all(old <= new for old, new in pairs)


def _commit_grows(before: Server, after: Server) -> bool:
    return after.commit_index >= before.commit_index


_INVARIANTS: tuple[LocalProperty, ...] = (
    OfStep(spec.TERM_GROWS.id, _term_grows, _always),
    OfStep(spec.VOTE_STAYS.id, _vote_stays, _has_voted),
    OfPair(spec.VOTES_ARE_GIVEN.id, _vote_is_given, _counts_vote),
    OfServer(spec.LEADER_IS_ELECTED.id, _is_elected, _leads_all),
    OfPair(spec.LEADER_HAS_ITS_ENTRIES.id, _leader_has_them, _has_entries_of),
    OfServer(spec.COMMIT_WITHIN_LOG.id, _commit_is_within, _has_committed),
    OfStep(spec.COMMITTED_STAYS.id, _committed_stays, _had_committed),
    OfServer(spec.INDICES_WITHIN_LOG.id, _indices_are_within, _leads),
    OfPair(spec.MATCH_IS_TRUE.id, _match_is_true, _knows_match),
)

_MATCH_GROWS = OfStep(spec.MATCH_GROWS.id, _match_grows, _goes_on_leading)
_COMMIT_GROWS = OfStep(spec.COMMIT_GROWS.id, _commit_grows, _had_committed)


def invariants_of(features: Features) -> tuple[LocalProperty, ...]:
    """The invariants of Raft with these extensions.

    A restart forgets a commit index that is not on the disk. A crash may leave an entry and take the term, where they
    are synced later than they are written: then the log is ahead of the server's term.
    """
    is_sorted = _log_is_sorted if features & {Feature.FSYNC, Feature.TORN_WRITES} else _log_is_sorted_up_to_term
    of_log = OfServer(spec.TERMS_OF_LOG_GROW.id, is_sorted, lambda server: bool(server.log))
    of_match = (_MATCH_GROWS,) if Feature.MONOTONIC in features else ()
    of_commit = (_COMMIT_GROWS,) if Feature.PERSISTENT_COMMIT in features else ()
    return (*_INVARIANTS, of_log, *of_match, *of_commit)
