"""The simulation repeats itself, rejects no right store, and makes programs as small as they get."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from lawful.conformance.run.stages import Stage
from lawful.conformance.twins.catalogue import twin_named, twins
from lawful.conformance.twins.clients import ScriptedClients
from lawful.conformance.twins.hunt import broken_clauses, hunt
from lawful.conformance.twins.matrix import matrix
from lawful.conformance.twins.program import Program, Rejected, program_text, simulated
from lawful.conformance.twins.simulation import Mishap, Simulation
from lawful.conformance.twins.smallest import made_plain, smallest
from lawful.conformance.twins.store import DeclaredStore
from lawful.conformance.workloads import workload_named
from lawful.models.history import History, Outcome
from lawful.specs.task_store import CLAUSES, TABLES


def run(table: str, stage: Stage, seed: int) -> tuple[Program, History]:
    clients = ScriptedClients(workload_named(table), stage, seed)
    restarts = tuple(clients.restarts())
    simulation = Simulation(DeclaredStore(TABLES[table]), clients, restarts)
    history = simulation.run()
    return Program(tuple(simulation.acts), restarts), history


@pytest.mark.parametrize("stage", list(Stage))
def test_what_was_done_can_be_done_again(stage: Stage) -> None:
    program, history = run("jobs", stage, seed=3)
    again = program.run(DeclaredStore(TABLES["jobs"]))
    assert history.operations == again.operations
    assert history.faults == again.faults


def test_clients_work_alone_then_at_once_then_under_faults() -> None:
    _, alone = run("tasks", Stage.SEQUENTIAL, seed=1)
    _, at_once = run("tasks", Stage.CONCURRENT, seed=1)
    program, faulty = run("tasks", Stage.FAULTS, seed=1)
    assert not any(overlaps(alone)) and any(overlaps(at_once))
    assert {one.outcome for one in at_once} == {Outcome.OK} and not at_once.faults
    assert {one.outcome for one in faulty} == set(Outcome)
    assert {fault.fault for fault in faulty.faults} == {"kill", "restart"}
    assert {act.mishap for act in program.acts} == set(Mishap)


def overlaps(history: History) -> list[bool]:
    pairs = zip(history.operations, history.operations[1:], strict=False)
    return [second.call_ns <= (first.return_ns or second.call_ns) for first, second in pairs]


@pytest.mark.parametrize("table", list(TABLES))
def test_a_store_without_a_mistake_is_rejected_by_nothing(table: str) -> None:
    found = hunt(partial(DeclaredStore, TABLES[table]), table, seed=5)
    assert found.catch is None and found.inconclusive == 0


def test_a_program_is_made_smaller_until_no_call_can_go() -> None:
    twin = twin_named("late-worker-completes")
    catch = next(found.catch for seed in range(20) if (found := hunt(twin.make, twin.table, seed)).catch is not None)
    (clause,) = catch.clauses
    program = made_plain(twin.make, smallest(twin.make, catch.program, clause), clause)
    assert len(program.acts) < len(catch.program.acts)
    assert broken_clauses(program.run(twin.make()))[1] == (clause,)
    for number in range(len(program.acts)):
        fewer = replace(program, acts=(*program.acts[:number], *program.acts[number + 1 :]))
        assert clause not in broken_clauses(fewer.run(twin.make()))[1]


def test_a_pasted_program_with_every_kind_of_line_does_the_same() -> None:
    with pytest.raises(Rejected, match="TS-ALL-4") as caught, simulated("error-after-the-write") as pasted:
        pasted.at(ms=0, client=0).tasks.insert(id="a", created_at=0, status="enqueued", node_tasks={}, error=None)
        pasted.restart(ms=5)
        pasted.at(ms=10, client=1, steps_ms=(1, 2), mishap="the store answers with an error").tasks.delete(id="a")
        pasted.at(ms=20, client=2).tasks.get(id="a")
    assert caught.value.clauses == ("TS-ALL-4",)
    text = program_text("error-after-the-write", pasted.program)
    with pytest.raises(Rejected, match="TS-ALL-4"):
        exec(compile(text, "<program>", "exec"), {})


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_clause_rejects_a_twin_and_every_twin_is_rejected() -> None:
    found = matrix(list(twins().values()), list(CLAUSES.values()))
    assert found.holds, (found.without_twin, found.uncaught, found.missed, found.alarms)
