"""Clients that work at the same time, in threads of this process, while somebody may do something to the servers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain

from lawful.conformance.adapter import Backend
from lawful.conformance.suite.sequential import Record
from lawful.conformance.workloads.script import Workload
from lawful.models.history import Operation

_PROCESSES_EACH = 10_000
"""Process numbers set aside for each client, which takes a new one after every unknown outcome."""


def work_at_once(
    backend: Backend,
    workload: Workload,
    seed: int,
    *,
    clients: int,
    most: int,
    timeout_s: float,
    meanwhile: Callable[[], None] | None = None,
) -> Record:
    """What `clients` clients did that began together, each up to `most` operations.

    `meanwhile` is called while they are at work. Raises what it raises, and what connecting raises.
    """
    together = threading.Barrier(clients + 1)
    records = [Record() for _ in range(clients)]
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with closing(backend.connect(backend.connection(), timeout_s)) as client:
                together.wait()
                records[number].follow(client, workload.script(number, seed), most)
        except BaseException as error:
            together.abort()
            failures.append(error)

    threads = [threading.Thread(target=work, args=[number], daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        together.wait()
        if meanwhile is not None:
            meanwhile()
    except threading.BrokenBarrierError:
        pass  # a client could not connect; its failure says why
    finally:
        for thread in threads:
            thread.join()
    for failure in failures:
        if not isinstance(failure, threading.BrokenBarrierError):
            raise failure
    return merged(records)


def merged(records: Sequence[Record]) -> Record:
    """One record of all, its operations in order of call."""
    numbered = chain.from_iterable(
        (_of_client(operation, number) for operation in record.operations) for number, record in enumerate(records)
    )
    ordered = sorted(numbered, key=lambda operation: operation.call_ns)
    return Record(
        operations=[replace(operation, index=index) for index, operation in enumerate(ordered)],
        unsupported=set().union(*(record.unsupported for record in records)),
        defects=list(chain.from_iterable(record.defects for record in records)),
        _process=len(records) * _PROCESSES_EACH,
    )


def _of_client(operation: Operation, number: int) -> Operation:
    return replace(operation, process=operation.process + number * _PROCESSES_EACH)
