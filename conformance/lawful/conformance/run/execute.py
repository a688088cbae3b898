"""A whole run: record, then judge the file, then write the report beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.errors import BackendError, ExitCode, UsageError, gravest
from lawful.conformance.judging import EXIT_CODES
from lawful.conformance.report.markdown import markdown
from lawful.conformance.run.faults import INJECTED
from lawful.conformance.run.judgement import Judgement, judge
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.run.record import Listener, Progress, record_run
from lawful.conformance.run.stages import Broken
from lawful.conformance.run.tally import Tally
from lawful.conformance.run.termination import termination_interrupts

HISTORY_NAME = "history.jsonl"
REPORT_NAME = "report.md"
_LONGEST_NAME = 60
"""Of workloads in the name of a folder: file systems end a name at 255 bytes."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run that came to a verdict."""

    folder: Path
    judgement: Judgement
    failure: BackendError | None = None
    """What broke the recording off; the judgement is on what was recorded until then."""
    interrupted: bool = False
    unsupported: frozenset[str] = frozenset()
    """`table.function` that the adapter declined, and tables that it does not offer."""
    broken: tuple[Broken, ...] = ()
    """The tables that were left out of later stages."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """What may help with a defect of the adapter, by its text."""

    @property
    def faults(self) -> int:
        """How many faults were injected."""
        return sum(fault.fault in INJECTED for fault in self.judgement.history.faults)

    @property
    def exit_code(self) -> ExitCode:
        """What the process should tell the shell."""
        verdict, compared = self.judgement.verdict.verdict, self.judgement.compared
        excused = verdict is Verdict.VIOLATION and compared.excuses
        codes = [ExitCode.LAWFUL if excused else EXIT_CODES[verdict]]
        if compared.unexpected_passes:
            codes.append(ExitCode.VIOLATION)
        if self.failure is not None or self.judgement.defects:
            codes.append(ExitCode.BACKEND_FAILED)
        return gravest(codes)


def execute(plan: RunPlan, runs: Path, budget: Budget, listener: Listener) -> RunResult:
    """Carry out `plan` in a new folder under `runs`.

    Raises `UsageError` for a plan that makes no sense, and `BackendError` where nothing could be recorded.
    """
    folder = new_folder(plan, runs)
    path = folder / HISTORY_NAME
    tally = Tally()
    broken: tuple[Broken, ...] = ()
    failure: BackendError | None = None
    interrupted = False
    try:
        with termination_interrupts():
            recording = record_run(plan, path, tally, listener)
        interrupted, broken = recording.interrupted, recording.broken
    except BackendError as error:
        if not path.exists():
            _remove_if_empty(folder)
            raise
        failure = error
    except UsageError:
        _remove_if_empty(folder)
        raise
    started_s = time.monotonic()
    listener(Progress("checking", 0.0, tally, 0))
    judgement = judge(path, budget, tally.defects, plan.command(), plan.known_failures)
    (folder / REPORT_NAME).write_text(markdown(judgement), encoding="utf-8")
    listener(Progress("done", time.monotonic() - started_s, tally, 0))
    unsupported = frozenset(tally.unsupported).union(f"the table {table}" for table in plan.not_offered)
    return RunResult(folder, judgement, failure, interrupted, unsupported, broken, tally.hints)


def new_folder(plan: RunPlan, runs: Path) -> Path:
    """A folder for one run, named by time, backend, workload and seed."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    workload = plan.workload_name if len(plan.workload_name) <= _LONGEST_NAME else f"{len(plan.workloads)}-tables"
    name = f"{moment}-{plan.backend.label}-{workload}-{plan.seed}"
    for attempt in range(1, 1000):
        folder = runs / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise UsageError(f"cannot write to {runs}", cause=str(error), hint="choose another with --runs") from error
        return folder
    raise UsageError(f"{runs} holds a thousand runs of the same second", hint="choose another with --runs")


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
