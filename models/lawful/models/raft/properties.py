"""The five safety properties of Raft as predicates over states, without any history.

A property of the paper speaks of what ever happened; these speak of what servers hold at one moment. They miss a
second leader of a term whose first one has stepped down, but a server need not step down: where two can be elected in
one term, a state with both of them can be reached as well. What is committed is what some server knows to be. An entry
that a snapshot was made of counts like one in the log: the snapshot stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from lawful.models.local_steps import LocalProperty, OfPair, OfServer, OfStep
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import MISSING, Role, Server
from lawful.specs.raft import (
    COMMITTED_IS_KEPT,
    ELECTION_SAFETY,
    LEADER_APPEND_ONLY,
    LEADER_COMPLETENESS,
    LINEARIZABLE_READS,
    LOG_MATCHING,
    STATE_MACHINE_SAFETY,
    WHOLE_LOG,
)


def _contested(one: Server, other: Server) -> bool:
    """One leads a term in which the other stands, or leads as well."""
    return one.role is Role.LEADER and other.role is not Role.FOLLOWER and one.term == other.term


def _led_by_one(one: Server, other: Server) -> bool:
    return not _contested(one, other) or other.role is not Role.LEADER


def _goes_on_leading(before: Server, after: Server) -> bool:
    is_leading = before.role is after.role is Role.LEADER and before.term == after.term
    return is_leading and entries_of(before) != entries_of(after)


def _appends_only(before: Server, after: Server) -> bool:
    return not _goes_on_leading(before, after) or entries_of(after)[: len(before.log)] == entries_of(before)


def _shared(one: Server, other: Server) -> Iterator[int]:
    """The indices at which both logs have an entry of the same term."""
    pairs = zip(entries_of(one), entries_of(other), strict=False)
    return (index for index, (mine, yours) in enumerate(pairs, 1) if mine.term == yours.term)


def _logs_match(one: Server, other: Server) -> bool:
    mine, yours = entries_of(one), entries_of(other)
    return all(mine[:index] == yours[:index] for index in _shared(one, other))


def _leads_after_commit(one: Server, other: Server) -> bool:
    """One knows of committed entries, which were so in its term or before; the other leads a later one."""
    return one.commit_index > 0 and other.role is Role.LEADER and other.term > one.term


def _leader_has_committed(one: Server, other: Server) -> bool:
    committed = entries_of(one)[: one.commit_index]
    return not _leads_after_commit(one, other) or entries_of(other)[: len(committed)] == committed


def _both_committed(one: Server, other: Server) -> bool:
    return min(one.commit_index, other.commit_index) > 0


def _commits_agree(one: Server, other: Server) -> bool:
    agreed = min(one.commit_index, other.commit_index)
    pairs = zip(entries_of(one)[:agreed], entries_of(other)[:agreed], strict=False)
    return all(mine == yours for mine, yours in pairs)


PROPERTIES: tuple[LocalProperty, ...] = (
    OfPair(ELECTION_SAFETY.id, _led_by_one, _contested),
    OfStep(LEADER_APPEND_ONLY.id, _appends_only, _goes_on_leading),
    OfPair(LOG_MATCHING.id, _logs_match, lambda one, other: any(_shared(one, other))),
    OfPair(LEADER_COMPLETENESS.id, _leader_has_committed, _leads_after_commit),
    OfPair(STATE_MACHINE_SAFETY.id, _commits_agree, _both_committed),
)


def _is_served(server: Server) -> bool:
    return server.reading is not None and server.reading.is_served


def _is_fresh(server: Server) -> bool:
    reading = server.reading
    return reading is None or not reading.is_served or reading.index >= reading.known


def _is_kept(server: Server) -> bool:
    return len(server.snapshot) <= server.commit_index <= len(server.log)


def _is_whole(server: Server) -> bool:
    """From the head of the snapshot on."""
    terms = [entry.term for entry in server.log[max(len(server.snapshot) - 1, 0) :]]
    return MISSING.term not in terms and terms == sorted(terms)


_COMMITTED_IS_KEPT = OfServer(COMMITTED_IS_KEPT.id, _is_kept, lambda server: server.commit_index > 0)
_WHOLE_LOG = OfServer(WHOLE_LOG.id, _is_whole, lambda server: bool(server.log))


def properties_of(features: Features) -> tuple[LocalProperty, ...]:
    """The properties that speak of Raft with these extensions."""
    found = [*PROPERTIES]
    if features & {Feature.READ_INDEX, Feature.LEASE}:
        found.append(OfServer(LINEARIZABLE_READS.id, _is_fresh, _is_served))
    if Feature.SNAPSHOTS in features:
        found.append(_COMMITTED_IS_KEPT)
    if features & {Feature.SNAPSHOTS, Feature.TORN_WRITES}:
        found.append(_WHOLE_LOG)
    return tuple(found)
