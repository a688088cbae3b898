"""What every task store must pass before concurrency and faults are worth trying: one client at a time."""

from __future__ import annotations

from contextlib import closing

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.adapter import Backend
from lawful.conformance.judging import check_objects, gather_evidence
from lawful.conformance.model_choice import models_for
from lawful.conformance.plugin import UNSUPPORTED
from lawful.conformance.report.evidence_text import evidence_lines
from lawful.conformance.suite.sequential import Record
from lawful.conformance.workloads import WORKLOADS
from lawful.models.history import History

TIMEOUT_S = 5.0
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
        _require_lawful(record)
        if record.unsupported:
            pytest.skip(f"{UNSUPPORTED}{table} without {', '.join(sorted(record.unsupported))}")


def _require_lawful(record: Record) -> None:
    if record.defects:
        pytest.fail(f"the adapter {record.defects[0]}", pytrace=False)
    _require_lawful_history(record.history())


def _require_lawful_history(history: History) -> None:
    budget = Budget()
    model_of = models_for(history.header)
    verdict = check_objects(history.by_object(), model_of, budget)
    for evidence in gather_evidence(history, verdict, model_of, budget):
        pytest.fail("\n".join(evidence_lines(evidence, history)), pytrace=False)
    for part in verdict.objects:
        assert part.verdict is Verdict.LAWFUL, f"{part.key}: {part.verdict.value}; {part.progress}"
