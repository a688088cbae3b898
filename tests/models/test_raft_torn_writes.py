"""What a crash leaves of writes that were not synced, and reads that fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lawful.checkers.exploration.behaviour import NoSuchMove, follow, guided
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import Choice
from lawful.models.raft import fsync, raft, replication, torn_writes
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.judged import judged
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.rules import RAFT_RULES
from lawful.models.raft.state import MISSING, Disk, Entry, Server, first_state

TORN: Features = frozenset({Feature.TORN_WRITES})
FSYNC: Features = frozenset({Feature.FSYNC})

TWO = Entry(2)
THREE = Entry(3)


def restarted(state: Server, model: Raft) -> set[tuple[int, int | None, tuple[Entry, ...]]]:
    steps = [step for step in model.steps(0, state) if step.action == raft.RESTART]
    return {(step.after.term, step.after.voted_for, step.after.log) for step in steps}


def on_disk(log: tuple[Entry, ...], disk: Disk, term: int = 2, voted_for: int | None = None) -> Server:
    return replace(first_state(3), term=term, voted_for=voted_for, log=log, disk=disk)


def test_a_crash_leaves_entries_up_to_the_first_one_that_is_missing() -> None:
    appended = on_disk((TWO, TWO), Disk(2, None, ()))
    assert {log for _, _, log in restarted(appended, Raft(Bounds(), features=TORN))} == {(), (TWO,), (TWO, TWO)}
    with_holes = MISTAKES["hole-in-log"].model()
    assert (MISSING, TWO) in {log for _, _, log in restarted(appended, with_holes)}


def test_a_crash_while_entries_are_removed_leaves_any_number_of_them() -> None:
    removed = on_disk((TWO,), Disk(2, None, (TWO, TWO, TWO)))
    logs = {log for _, _, log in restarted(removed, Raft(Bounds(), features=TORN))}
    assert logs == {(TWO,), (TWO, TWO), (TWO, TWO, TWO)}


@pytest.mark.parametrize("voted_for", [None, 1])
def test_a_vote_counts_in_the_term_in_which_it_was_given(voted_for: int | None) -> None:
    """Server 0 voted for server 2 in term 2, and then came to term 4, where it may have voted for another."""
    moved_on = on_disk((), Disk(2, 2, ()), term=4, voted_for=voted_for)
    found = {(term, vote) for term, vote, _ in restarted(moved_on, Raft(Bounds(terms=4), features=TORN))}
    assert found == {(2, 2), (3, None), (4, None), (4, voted_for)}
    careless = {(term, vote) for term, vote, _ in restarted(moved_on, MISTAKES["vote-without-its-term"].model())}
    assert (2, voted_for) in careless


def test_what_a_crash_leaves_is_what_it_leaves_of_whole_records_where_nothing_is_written_over() -> None:
    states = [
        on_disk((TWO, TWO), Disk(1, None, (TWO,)), voted_for=1),
        on_disk((TWO,), Disk(2, 0, (TWO, TWO)), term=3),
        on_disk((), Disk(1, 1, (TWO,)), term=3, voted_for=0),
    ]
    for state in states:
        assert restarted(state, Raft(Bounds(), features=TORN)) == restarted(state, Raft(Bounds(), features=FSYNC))


def test_nothing_is_appended_over_entries_whose_removal_is_not_synced() -> None:
    mistake = MISTAKES["written-over-unsynced-removal"]
    model = Raft(mistake.bounds, features=TORN)
    removed = [*mistake.scene, Choice(0, replication.REMOVE_CONFLICT, 2)]
    with pytest.raises(NoSuchMove, match="'append' of server 0"):
        guided(model, [*removed, Choice(0, replication.APPEND, 2)])
    assert guided(model, [*removed, Choice(0, fsync.FSYNC), Choice(0, replication.APPEND, 2)])
    assert guided(Raft(mistake.bounds, features=FSYNC), [*removed, Choice(0, replication.APPEND, 2)])


@pytest.mark.parametrize("name", ["hole-in-log", "read-error-sent"])
def test_raft_is_safe_from_where_a_mistake_begins(name: str) -> None:
    model = Raft(MISTAKES[name].bounds, features=TORN, invariants=True)
    found = explore(model, judged(model), Budget(None, None), after=guided(model, MISTAKES[name].scene))
    assert found.verdict is Verdict.LAWFUL
    assert replication.REMOVE_CONFLICT not in found.not_taken


def test_a_leader_that_cannot_read_sends_nothing() -> None:
    mistake = MISTAKES["read-error-sent"]
    failed = [*mistake.scene, Choice(1, torn_writes.READ_ERROR)]
    model = replace(mistake.model(), rules=RAFT_RULES)
    moments = follow(model, guided(model, failed))
    assert moments[-1] == moments[-2]
    assert follow(mistake.model(), guided(mistake.model(), failed))[-1].in_flight
