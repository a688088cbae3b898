"""What every task store must pass before concurrency and faults are worth trying: one client at a time."""

from __future__ import annotations

from contextlib import closing

import pytest

from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.verdict import Verdict
from lawful.conformance.adapter import Backend
from lawful.conformance.plugin import UNSUPPORTED
from lawful.conformance.report.violation_text import violation_lines
from lawful.conformance.suite.sequential import Record
from lawful.conformance.workloads import WORKLOADS
from lawful.models.catalogue import MODELS

TIMEOUT_S = 5.0
CLOCK_ERROR_NS = 20_000_000
"""Stores count leases in whole milliseconds, and look at their clock somewhat before or after they answer."""
OPERATIONS = 120


class TaskStoreConformance:
    """Tests to inherit. They need the fixture `backend`, a store that is not started."""

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("table", WORKLOADS)
    def test_one_client_sees_what_the_model_allows(self, lawful_store: Backend, table: str, seed: int) -> None:
        """A seeded program, then everything read once more by a second client; each answer is one that is allowed."""
        if table not in lawful_store.tables:
            pytest.skip(f"{UNSUPPORTED}the table {table}")
        workload = WORKLOADS[table]
        record = Record()
        for script in (workload.script(0, seed), workload.final_script(seed)):
            with closing(lawful_store.connect(lawful_store.connection(), TIMEOUT_S)) as client:
                record.follow(client, script, OPERATIONS)
        _require_lawful(record, table)
        if record.unsupported:
            pytest.skip(f"{UNSUPPORTED}{table} without {', '.join(sorted(record.unsupported))}")


def _require_lawful(record: Record, model: str) -> None:
    if record.defects:
        pytest.fail(f"the adapter {record.defects[0]}", pytrace=False)
    history = record.history()
    for operations in history.by_object().values():
        found = check_object(operations, MODELS[model](None, CLOCK_ERROR_NS))
        if found.verdict is Verdict.VIOLATION:
            pytest.fail("\n".join(violation_lines(found, history)), pytrace=False)
        assert found.verdict is Verdict.LAWFUL, f"{found.key}: {found.verdict.value}; {found.progress}"
