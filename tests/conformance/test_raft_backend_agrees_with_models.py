"""The replicated state machine, and the group around it, answer one client as the models say.

The state machine is run on its own under a virtual clock, where the model leaves no room at all: a claim lasts up to
the nanosecond. The group is run with the wall clock, and a clock error that covers the milliseconds of a call.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping

import pytest

from lawful.conformance.backends.raft import RaftBackend
from lawful.conformance.backends.raft.store import Command, TaskStore
from lawful.conformance.backends.raft.store.command import check_command, parse_command
from lawful.conformance.processes import ProcessGroup
from lawful.models.history import NS_PER_MS
from lawful.models.model import Window
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

from .awkward_programs import SHORT_MS, Invoke, run_program, silent


def on_a_store(store: TaskStore, seed: int) -> Invoke:
    """Calls a state machine as a node does, with a clock that only goes on by what the program says."""
    choice = random.Random(seed)
    now_ns = 1_700_000_000_000_000_000

    def invoke(table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> tuple[Json, Window]:
        nonlocal now_ns
        now_ns += choice.choice((0, 1, NS_PER_MS, SHORT_MS * NS_PER_MS - 1, SHORT_MS * NS_PER_MS))
        command = Command(table, key, function, arguments, now_ns)
        check_command(command)
        return store.apply(parse_command(command.text())), Window(now_ns, now_ns)

    return invoke


@pytest.fixture(scope="module")
def on_the_group() -> Iterator[Invoke]:
    with ProcessGroup() as processes:
        backend = RaftBackend()
        backend.start(processes.workspace())
        clients = [RaftBackend.connect({**backend.connection(), "first": first}, 5.0) for first in range(3)]
        choice = random.Random(1)

        def invoke(table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> tuple[Json, Window]:
            if choice.random() < 0.1:
                time.sleep(2 * SHORT_MS / 1000)
            called_ns = time.monotonic_ns()
            answer = choice.choice(clients).invoke(table, key, function, arguments)
            return answer.result, Window(called_ns, time.monotonic_ns())

        yield invoke
        backend.stop()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("table", TABLES)
def test_the_state_machine_answers_what_the_model_allows(table: str, seed: int) -> None:
    answers = run_program(on_a_store(TaskStore(), seed), table, seed, calls=500, most_calls=500, clock_error_ns=0)
    assert silent(table, answers) == []


@pytest.mark.parametrize("table", TABLES)
def test_the_group_answers_what_the_model_allows(table: str, on_the_group: Invoke) -> None:
    answers = run_program(on_the_group, table, seed=1, calls=250, most_calls=250, clock_error_ns=3 * NS_PER_MS)
    assert silent(table, answers) == []


def test_a_store_that_errs_is_found_out() -> None:
    invoke = on_a_store(TaskStore(), 0)

    def forgetful(table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> tuple[Json, Window]:
        answer, window = invoke(table, key, function, arguments)
        return (0 if function == "queue_depth" else answer), window

    with pytest.raises(AssertionError, match="queue_depth"):
        run_program(forgetful, "jobs", 0, calls=700, most_calls=700, clock_error_ns=0)
