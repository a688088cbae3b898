"""Histories of Raft's clients along behaviours: what they say, and which mistakes show in them alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lawful.checkers.exploration.behaviour import guided
from lawful.checkers.exploration.walks import walk
from lawful.checkers.verdict import Verdict
from lawful.conformance.walked_history import broken_by_history, is_recorded, operations_of
from lawful.models.history import Outcome
from lawful.models.local_steps import Choice
from lawful.models.raft.features import Feature
from lawful.models.raft.judged import judged
from lawful.models.raft.mistake import elected, replicated, stood
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.raft import RESTART, Bounds, Raft
from lawful.models.raft.reads import ASK_TO_READ, BEGIN_READ, SERVE_READ
from lawful.models.raft.replication import COMMIT, NOTE_MATCH, PROPOSE
from lawful.models.raft.task_store_machine import TableMachine
from lawful.specs.raft import LINEARIZABLE_OPERATIONS

FIRST_COMMIT = (*stood(0), *elected(0, 1), Choice(0, PROPOSE), *replicated(0, 1), Choice(0, COMMIT))
READS = frozenset({Feature.READ_INDEX})


def replicating_tasks(bounds: Bounds, *features: Feature) -> Raft:
    return Raft(bounds, features=frozenset(features), machine=TableMachine("tasks", bounds.values))


def test_a_behaviour_is_a_history_of_calls_and_answers() -> None:
    model = replicating_tasks(Bounds(servers=2, log=2), Feature.READ_INDEX)
    way = [
        *FIRST_COMMIT,
        *replicated(0, 1)[:1],
        Choice(1, "answer append", 0),
        Choice(0, NOTE_MATCH, 1),
        Choice(1, ASK_TO_READ, 0),
        Choice(0, BEGIN_READ, 1),
        *replicated(0, 1)[:1],
        Choice(1, "answer append", 0),
        Choice(0, NOTE_MATCH, 1),
        Choice(0, SERVE_READ),
        Choice(0, PROPOSE),
        Choice(0, RESTART),
    ]
    behaviour = guided(model, way)
    insert, read, lost = operations_of(model, behaviour)
    names = [choice.action for choice in way]
    assert (insert.function, insert.outcome, insert.result) == ("insert", Outcome.OK, True)
    assert (insert.call_ns, insert.return_ns) == (names.index(PROPOSE) + 1, names.index(COMMIT) + 1)
    assert (read.function, read.outcome, read.call_ns) == ("get", Outcome.OK, names.index(BEGIN_READ) + 1)
    assert isinstance(read.result, dict)
    assert read.result["id"] == "t-1"
    assert (lost.function, lost.outcome, lost.return_ns) == ("insert", Outcome.UNKNOWN, None)
    assert broken_by_history(model)(behaviour) is None


def test_asking_again_is_the_same_operation_with_sessions() -> None:
    way = (*FIRST_COMMIT, Choice(0, PROPOSE), *replicated(0, 1), Choice(0, COMMIT))
    bounds = Bounds(servers=2, log=2)
    for features, results in ((frozenset({Feature.SESSIONS}), [True]), (frozenset[Feature](), [True, False])):
        model = replicating_tasks(bounds, *features)
        assert [one.result for one in operations_of(model, guided(model, way))] == results


@pytest.mark.parametrize("name", ["read-before-own-commit", "answered-before-commit", "any-log-may-lead"])
def test_a_mistake_shows_in_the_history_alone(name: str) -> None:
    """No property of single moments is judged here."""
    mistake = MISTAKES[name]
    model = replace(mistake.model(), machine=TableMachine("tasks", 1))
    scene = guided(model, mistake.scene)
    judge = broken_by_history(model)
    found = walk(model, (), walks=300, depth=60, seed=0, after=scene, whole=judge).violation
    assert found is not None
    assert found.property == LINEARIZABLE_OPERATIONS.id
    assert judge(found.behaviour) == found.property
    assert judge(found.behaviour[:-1]) is None


@pytest.mark.parametrize("features", [(), (Feature.SESSIONS, Feature.READ_INDEX), (Feature.SNAPSHOTS,)], ids=str)
def test_histories_of_raft_are_linearizable(features: tuple[Feature, ...]) -> None:
    model = replicating_tasks(Bounds(terms=4, log=3, messages=2, values=2), *features)
    after = guided(model, FIRST_COMMIT)
    judge = broken_by_history(model)
    found = walk(model, judged(model), walks=60, depth=80, seed=0, after=after, whole=judge)
    assert found.verdict is Verdict.LAWFUL
    assert len(operations_of(model, after)) == 1


def test_a_table_in_which_something_expires_has_no_history_to_judge() -> None:
    """The time of an entry is not that of the walk."""
    assert is_recorded(Raft(Bounds(), machine=TableMachine("tasks", 1)))
    assert not is_recorded(Raft(Bounds(), machine=TableMachine("jobs", 1)))
    assert not is_recorded(Raft(Bounds()))
