"""`lawful watch`: the verdict on a history while it is written."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

import click

from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.conformance.cli.application import report_error
from lawful.conformance.cli.check_file import limit
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.watch_output import JsonOutput, Output, TextOutput
from lawful.conformance.configuration import Configuration, effective
from lawful.conformance.errors import ExitCode, LawfulError, gravest
from lawful.conformance.history.follow import wait_for
from lawful.conformance.judging import EXIT_CODES
from lawful.conformance.model_choice import require_model
from lawful.conformance.watching.checkpoint import resume, write_checkpoint
from lawful.conformance.watching.report import finding
from lawful.conformance.watching.watch import Settings, Watch, verdict_so_far
from lawful.models.history import NS_PER_MS

_POLL_S = 0.1
_CHECKPOINT_EVERY_S = 5.0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@setting_options("model", "initial", "format", "budget_s", "memory_mb", "clock_error_ms")
@click.option("--wait", "wait_s", metavar="SECONDS", type=click.FloatRange(0), default=0.0, help="For FILE to appear.")
@click.option("--once", is_flag=True, help="Stop where the file ends now.")
@click.option("--keep-going", is_flag=True, help="After a violation, go on with the other objects.")
@click.option(
    "--checkpoint", metavar="FILE", type=click.Path(path_type=Path), help="Go on from here if it exists; keep it fresh."
)
def watch(
    file: Path, wait_s: float, once: bool, keep_going: bool, checkpoint: Path | None, **options: str | None
) -> ExitCode:
    """Judge a history while it is written.

    Follows FILE, which lawful run or any other recorder is writing as JSON Lines, in memory that does not grow with it.
    A violation is reported at the answer that makes it inevitable, and ends the watch. Else the footer ends it, or
    Ctrl-C: the verdict on an unfinished recording is inconclusive, and says that it is lawful so far.

    --budget-s is the time for each answer here, --memory-mb the memory for all objects.
    """
    configuration = effective(options).configuration
    if configuration.model is not None:
        require_model(configuration.model)
    wait_for(file, wait_s)
    settings = settings_of(configuration)
    output: Output = JsonOutput() if configuration.format == "json" else TextOutput(progress=sys.stderr.isatty())
    resumed = checkpoint is not None and checkpoint.exists()
    watched = resume(file, settings, checkpoint) if checkpoint is not None and resumed else Watch(file, settings)
    with watched, _Stop() as stop:
        return _Session(watched, output, stop, checkpoint, once=once, keep_going=keep_going).run()


def settings_of(configuration: Configuration) -> Settings:
    """What decides verdicts."""
    error_ms = configuration.clock_error_ms
    return Settings(
        Budget(limit(configuration.budget_s), limit(configuration.memory_mb)),
        configuration.model,
        configuration.initial,
        None if error_ms is None else round(error_ms * NS_PER_MS),
    )


class _Session:
    """One call of the command."""

    def __init__(
        self, watched: Watch, output: Output, stop: _Stop, checkpoint: Path | None, *, once: bool, keep_going: bool
    ) -> None:
        self._watch = watched
        self._output = output
        self._stop = stop
        self._checkpoint = checkpoint
        self._once = once
        self._keep_going = keep_going
        self._saved_s = time.monotonic()
        self._is_stale = False
        """Whether lines were read that the checkpoint does not know."""

    def run(self) -> ExitCode:
        codes = []
        try:
            self._follow()
            self._save()
        except LawfulError as error:
            self._output.clear()
            report_error(error)
            codes.append(error.code)
        parts = self._watch.verdicts()
        verdict = verdict_so_far(parts, self._watch.is_complete)
        if not codes or verdict is Verdict.VIOLATION:
            codes.append(EXIT_CODES[verdict])
        self._output.end(self._watch, parts, verdict, gravest(codes))
        return gravest(codes)

    def _follow(self) -> None:
        """Until the footer, a violation, a signal, or the end of the file that is there now."""
        self._report(part for part in self._watch.verdicts() if part.verdict is Verdict.VIOLATION)
        while not self._is_over():
            for part in self._watch.read():
                if part is not None:
                    self._report([part])
                if self._is_over():
                    return
                if part is None:
                    self._is_stale = True
                    if self._is_due():
                        self._save()
                        self._output.progress(self._watch)
            self._report(self._watch.pause())
            self._output.progress(self._watch)
            if self._is_stale and self._is_due() and not self._is_over():
                # Else what came last before a long silence would be in no checkpoint.
                self._save()
            if self._once:
                return
            self._stop.wait(_POLL_S)

    def _is_due(self) -> bool:
        return time.monotonic() - self._saved_s > _CHECKPOINT_EVERY_S

    def _is_over(self) -> bool:
        return self._watch.is_complete or self._stop.asked or self._is_refuted()

    def _is_refuted(self) -> bool:
        return self._output.violations > 0 and not self._keep_going

    def _report(self, parts: Iterable[ObjectVerdict]) -> None:
        for part in parts:
            self._output.clear()
            if part.verdict is Verdict.VIOLATION:
                watched = self._watch.objects.objects[part.key]
                self._output.violation(finding(watched, part, list(self._watch.faults)))
            else:
                self._output.inconclusive(part)
            if self._is_refuted():
                return

    def _save(self) -> None:
        """Not after a violation that ends the watch: whoever goes on from the checkpoint before finds it again."""
        self._saved_s = time.monotonic()
        self._is_stale = False
        if self._checkpoint is not None and not self._is_refuted():
            write_checkpoint(self._watch, self._checkpoint)


class _Stop:
    """Ctrl-C and SIGTERM ask for an end in order, between two lines; a second one ends at once."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._before: dict[signal.Signals, Any] = {}

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    def wait(self, seconds: float) -> None:
        """For so long, or until it is asked for."""
        self._asked.wait(seconds)

    def __enter__(self) -> _Stop:
        if threading.current_thread() is threading.main_thread():  # no other thread may set handlers
            self._before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():
            signal.default_int_handler(number, frame)
        self._asked.set()
