"""The machines find no fault with stores that keep the contract, and the smallest program for those that do not.

What is printed is pasted and run here as well: it fails on the store that it was found on, and passes on SQLite.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings

from lawful.conformance.errors import UsageError
from lawful.conformance.programs import WrongAnswer, checked
from lawful.conformance.programs.program import Source, Step, Wait, program_text
from lawful.conformance.state_machine import StoreMachine, machine_for, machine_for_all, smallest_program
from lawful.conformance.twins.backend import backend_of
from lawful.specs.task_store import TABLES

sys.path.append(str(Path(__file__).parent / "adapters"))

TWINS = {
    "complete-without-owner-check": ("jobs", "TS-JOBS-2", 3, "complete"),
    "claim-ignores-expiry": ("jobs", "TS-JOBS-3", 4, "claim"),
    "token-restarts-after-release": ("leader_lease", "TS-LEADER_LEASE-4", 3, "acquire"),
    "guarded-write-without-token-check": ("leader_lease", "TS-LEADER_LEASE-5", 4, "guarded_write"),
    "second-insert-overwrites": ("tasks", "TS-TASKS-1", 2, "insert"),
    "list-ignores-the-status": ("tasks", "TS-TASKS-5", 2, "list"),
}
"""By mistake: the table, the clause that is broken, how many steps that takes, and the function that shows it."""
QUICKLY = settings(
    max_examples=2,
    phases=[Phase.generate],
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def run(machine: type[StoreMachine], seed_number: int = 0) -> None:
    """Run a machine as pytest would, with the same examples each time."""
    case: Any = seed(seed_number)(machine).TestCase
    case.settings = QUICKLY
    case("runTest").runTest()


@pytest.mark.parametrize("table", TABLES)
def test_a_machine_finds_no_fault_with_a_store_that_makes_no_mistake(table: str) -> None:
    run(machine_for(table, "faultless:MemoryStore"))


@pytest.mark.parametrize("backend", ["faultless:MemoryStore", "sqlite,synchronous=off"])
def test_one_machine_drives_all_tables(backend: str) -> None:
    machine = machine_for_all(backend)
    assert {f"{table.name}_{function.name}_0" for table in TABLES.values() for function in table.functions} <= {
        *vars(machine)
    }
    run(machine)


def test_a_failure_of_a_machine_shows_the_program() -> None:
    twin = backend_of("second-insert-overwrites")
    with pytest.raises(WrongAnswer, match=rf'with checked\("{twin}"\) as store:'):
        for number in range(100):
            run(machine_for("tasks", twin), number)


@pytest.mark.parametrize("twin", TWINS)
def test_the_smallest_program_is_found_and_can_be_pasted(twin: str) -> None:
    table, clause, steps, function = TWINS[twin]
    # On a machine that is busy a lease may end before the program comes to it; then other seeds are tried.
    found = (smallest_program([table], backend_of(twin), seed_number=number) for number in range(4))
    failure = next((one for one in found if one is not None), None)
    assert failure is not None
    assert failure.clause == clause, failure.text
    assert len(failure.program) <= steps, failure.text
    last = failure.program[-1]
    assert isinstance(last, Step)
    assert last.function == function
    with pytest.raises(WrongAnswer, match=clause):
        exec(failure.text, {})
    exec(failure.text.replace(backend_of(twin), "sqlite,synchronous=off"), {})


def test_what_the_store_chose_is_taken_from_its_answer() -> None:
    lease = TABLES["leader_lease"]
    program: list[Step | Wait] = [
        Step(0, lease, "a:b", "acquire", {"holder": "it's", "ttl_ms": 30}, comment="7"),
        Wait(40),
        Step(2, lease, "a:b", "get", {}),
        Step(
            3,
            lease,
            "a:b",
            "guarded_write",
            {"token": 7, "value": {"a": [None, 1.0]}},
            {"token": Source(2, ("token",), -1)},
        ),
    ]
    assert program_text("sqlite", program).splitlines()[2:] == [
        'with checked("sqlite") as store:',
        '    store.leader_lease.acquire(scope="a:b", holder="it\'s", ttl_ms=30)  # 7',
        "    store.wait(40)",
        '    get_3 = store.leader_lease.get(scope="a:b")',
        '    store.leader_lease.guarded_write(scope="a:b", token=get_3["token"] - 1, value={"a": [None, 1.0]})',
    ]


def test_an_answer_to_a_pasted_program_is_the_answer_of_the_store() -> None:
    with checked("faultless:MemoryStore") as store:
        assert store.jobs.enqueue(id="a", type="", params=None) is True
        assert store.jobs.queue_depth() == 1
        with pytest.raises(UsageError, match="queue_depth"):
            store.jobs.queue_dept()


def test_a_pasted_program_needs_no_hypothesis() -> None:
    probe = (
        "import lawful.conformance.programs, lawful.conformance.cli.check, sys; sys.exit('hypothesis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["redis,appendfsync=no", "raft,nodes=1"])
def test_a_machine_finds_no_fault_with_servers(backend: str) -> None:
    run(machine_for_all(backend))
