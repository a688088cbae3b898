"""Simple objects over real stores: clients at once are judged lawful, and the scripts meet on what they write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.adapter import Unsupported, objects_of
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.errors import UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run.judgement import judge_history
from lawful.conformance.suite.concurrent import work_at_once
from lawful.conformance.workloads import WORKLOADS, workload_named
from lawful.conformance.workloads.objects import OBJECTS
from lawful.models.catalogue import MODELS
from lawful.models.history import Operation, Outcome


@pytest.fixture
def backend() -> Iterator[RedisBackend]:
    backend = RedisBackend()
    with ProcessGroup() as group:
        backend.start(group.workspace())
        yield backend
        backend.stop()


@pytest.mark.parametrize("name", OBJECTS)
def test_clients_at_once_are_lawful_and_all_is_read_at_the_end(backend: RedisBackend, name: str) -> None:
    workload = OBJECTS[name]
    record = work_at_once(backend, workload, 3, clients=4, most=60, timeout_s=5.0)
    client = backend.connect(backend.connection(), 5.0)
    record.follow(client, workload.final_script(3), 3000)
    client.close()
    judgement = judge_history(record.history(), Path(name), Budget())
    assert judgement.verdict.verdict is Verdict.LAWFUL
    written = [one for one in judgement.history if one.function in ("insert", "enqueue", "write") and ok(one)]
    seen = [one for one in judgement.history if one.result not in (None, False) and ok(one)]
    assert name == "semaphore" or len(written) > 40
    assert len(seen) > 40


def ok(operation: Operation) -> bool:
    return operation.outcome is Outcome.OK


def test_a_value_that_was_lost_is_missed_at_the_end(backend: RedisBackend) -> None:
    """The final reads find what a client inserted, whoever it was and however long ago."""
    workload = OBJECTS["set"]
    record = work_at_once(backend, workload, 4, clients=3, most=40, timeout_s=5.0)
    client = backend.connect(backend.connection(), 5.0)
    lost = next(one for one in record.operations if one.function == "insert")
    client.invoke("set", lost.key, "remove", lost.arguments)  # nobody recorded it
    record.follow(client, workload.final_script(4), 3000)
    client.close()
    verdict = judge_history(record.history(), Path("set"), Budget()).verdict
    assert [part.key.key for part in verdict.objects if part.verdict is Verdict.VIOLATION] == [lost.key]


def test_the_script_of_a_client_depends_on_its_seed_and_number_only() -> None:
    def drawn(client: int, seed: int, name: str) -> list[object]:
        script = OBJECTS[name].script(client, seed)
        return [script.next() for _ in range(30)]

    for name in OBJECTS:
        assert drawn(1, 7, name) == drawn(1, 7, name)
        assert drawn(1, 7, name) != drawn(2, 7, name)
        assert drawn(1, 7, name) != drawn(1, 8, name)


def test_objects_are_workloads_by_the_name_of_their_model_and_no_tables() -> None:
    assert MODELS.keys() >= OBJECTS.keys()
    assert not OBJECTS.keys() & WORKLOADS.keys()
    assert workload_named("set") is OBJECTS["set"]
    with pytest.raises(UsageError, match="did you mean 'semaphore'"):
        workload_named("semaphor")


def test_a_backend_declares_its_objects(backend: RedisBackend) -> None:
    assert objects_of(backend) == OBJECTS.keys()
    client = backend.connect(backend.connection(), 5.0)
    with pytest.raises(Unsupported):
        client.invoke("stack", "a", "push", {"value": 1})
    with pytest.raises(Unsupported):
        client.invoke("set", "a", "clear", {})
    client.close()
