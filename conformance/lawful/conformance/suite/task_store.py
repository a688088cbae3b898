"""What every task store must pass, cheapest first: one client at a time, clients at once, the death of a server.

The stages are those of `lawful run`; a table that broke a clause in one is not tried in the next.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.adapter import Backend, Fault
from lawful.conformance.known_failures import KnownFailure
from lawful.conformance.levels import levels_of
from lawful.conformance.plugin import KNOWN, UNSUPPORTED
from lawful.conformance.programs.opened import Builds
from lawful.conformance.report.evidence_text import evidence_lines
from lawful.conformance.run.judgement import judge_history
from lawful.conformance.run.stages import Stage
from lawful.conformance.run.target import SERVER
from lawful.conformance.suite.concurrent import work_at_once
from lawful.conformance.suite.progress import Progress
from lawful.conformance.suite.sequential import Record
from lawful.conformance.workloads import WORKLOADS
from lawful.models.history import FaultEvent

TIMEOUT_S = 5.0
OPERATIONS = 120
CLIENTS, OPERATIONS_EACH = 4, 40
_DOWN_S = 0.2
_WORK_BEFORE_S = 0.05

Known = Mapping[str, KnownFailure]


class TaskStoreConformance:
    """Tests to inherit. They need the fixture `backend`, a store that is not started."""

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("table", WORKLOADS)
    def test_one_client_sees_what_the_model_allows(
        self,
        lawful_store: Backend,
        lawful_anew: str | Builds | None,
        lawful_known: Known,
        lawful_progress: Progress,
        table: str,
        seed: int,
    ) -> None:
        """A seeded program, then everything read once more by a second client; each answer is one that is allowed."""
        _require_offered(lawful_store, table)
        workload = WORKLOADS[table]
        record = Record()
        for script in (workload.script(0, seed), workload.final_script(seed)):
            with closing(lawful_store.connect(lawful_store.connection(), TIMEOUT_S)) as client:
                record.follow(client, script, OPERATIONS)
        _require_lawful(record, table, Stage.SEQUENTIAL, lawful_known, lawful_progress, anew=lawful_anew)

    @pytest.mark.parametrize("table", WORKLOADS)
    def test_clients_at_once_see_what_the_model_allows(
        self, lawful_store: Backend, lawful_known: Known, lawful_progress: Progress, table: str
    ) -> None:
        """Clients that collide; some order of their operations explains every answer."""
        _require_offered(lawful_store, table)
        lawful_progress.require_reached(table, Stage.CONCURRENT)
        record = work_at_once(
            lawful_store, WORKLOADS[table], 0, clients=CLIENTS, most=OPERATIONS_EACH, timeout_s=TIMEOUT_S
        )
        _require_lawful(record, table, Stage.CONCURRENT, lawful_known, lawful_progress)

    @pytest.mark.parametrize("table", WORKLOADS)
    def test_what_was_acknowledged_survives_the_death_of_a_server(
        self, lawful_store: Backend, lawful_known: Known, lawful_progress: Progress, table: str
    ) -> None:
        """Each server is killed and restarted once, while clients are at work; then everything is read once more."""
        _require_offered(lawful_store, table)
        lawful_progress.require_reached(table, Stage.FAULTS)
        if not lawful_store.servers() or Fault.KILL not in getattr(lawful_store, "server_faults", frozenset(Fault)):
            pytest.skip(f"{UNSUPPORTED}faults on servers, as there is none that can be killed")

        kills: list[FaultEvent] = []

        def strike() -> None:
            for server in lawful_store.servers():
                time.sleep(_WORK_BEFORE_S)
                called_ns = time.monotonic_ns()
                lawful_store.kill(server)
                kills.append(FaultEvent("kill", server, called_ns, time.monotonic_ns(), details={"role": SERVER}))
                time.sleep(_DOWN_S)
                lawful_store.restart(server)

        record = work_at_once(
            lawful_store,
            WORKLOADS[table],
            1,
            clients=CLIENTS,
            most=OPERATIONS_EACH,
            timeout_s=TIMEOUT_S,
            meanwhile=strike,
        )
        record.faults, record.levels = kills, levels_of(lawful_store)
        with closing(lawful_store.connect(lawful_store.connection(), TIMEOUT_S)) as client:
            record.follow(client, WORKLOADS[table].final_script(1), OPERATIONS)
        _require_lawful(record, table, Stage.FAULTS, lawful_known, lawful_progress)

    def test_every_known_failure_still_fails(self, lawful_known: Known, lawful_progress: Progress) -> None:
        """No entry outlives its failure; a clause that no test put to the test stays as it is."""
        passes = lawful_progress.unexpected_passes(lawful_known)
        if passes:
            told = ", ".join(passes)
            pytest.fail(
                f"unexpected pass of {told}: kept by every test; take it out of the known failures", pytrace=False
            )


def _require_offered(backend: Backend, table: str) -> None:
    if table not in backend.tables:
        pytest.skip(f"{UNSUPPORTED}the table {table}")


def _require_lawful(
    record: Record,
    table: str,
    stage: Stage,
    known: Known,
    progress: Progress,
    *,
    anew: str | Builds | None = None,
) -> None:
    """`anew` builds the store once more: what one client found is then shown as a program, too."""
    if record.defects:
        progress.broke(table, stage)
        pytest.fail(f"the adapter {record.defects[0]}", pytrace=False)
    judgement = judge_history(record.history(), Path(f"{table}.jsonl"), Budget(), known=known)
    progress.note(judgement.clauses)
    anew = None if progress.is_broken(table) else anew  # one program will do for a table
    for evidence in judgement.evidence:
        progress.broke(table, stage)
        if judgement.compared.excuses:
            pytest.xfail(KNOWN + ", ".join(f"{one.clause}: {one.reason}" for one in judgement.compared.known.values()))
        told = "\n".join(evidence_lines(evidence, judgement.history))
        pytest.fail(told + record.smallest_program(anew), pytrace=False)
    if record.unsupported:
        pytest.skip(f"{UNSUPPORTED}{table} without {', '.join(sorted(record.unsupported))}")
    for part in judgement.verdict.objects:
        assert part.verdict is Verdict.LAWFUL, f"{part.key}: {part.verdict.value}; {part.progress}"
