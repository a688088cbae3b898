"""Runs one side on some files in a fresh process, and holds it to its limits from outside as well.

Both sides get the same time limit as an argument. Porcupine has no limit of memory, so the resident memory of either
process is watched, and a process that takes too much is ended: what it did not report by then is inconclusive. What a
process that ends in an error did not report has failed, which is an error of the whole run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

PORCUPINE = Path(__file__).resolve().parent / "porcupine"
_REPOSITORY = Path(__file__).resolve().parents[2]
_BUILD_TIMEOUT_S = 300
_POLL_S = 0.05
INCONCLUSIVE = "inconclusive"
FAILED = "failed"
"""Instead of a verdict, where a side ended in an error."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What each side may use for each history."""

    seconds: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What one side said of one history, and what it took."""

    verdict: str
    method: str
    seconds: float
    cpu_seconds: float
    """What all its threads together used of the processors."""
    peak_mb: float
    operations: int
    bare_mb: float
    """The peak before the history was read."""
    repetitions: int = 1
    note: str | None = None
    """Why the process was ended, or what went wrong."""

    @property
    def bytes_per_operation(self) -> float:
        """The memory above that of the bare process."""
        return max(0.0, self.peak_mb - self.bare_mb) * 1e6 / max(1, self.operations)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as a command that takes options and files."""

    name: str
    command: tuple[str, ...]


def our_side(limits: Limits) -> Side:
    """The checkers of this repository, in the interpreter that runs this."""
    command = [sys.executable, "-m", "benchmarks.checkers.ours"]
    options = ["--limit", str(limits.seconds), "--memory-mb", str(limits.memory_mb)]
    return Side("ours", (*command, *options))


def porcupine_side(limits: Limits, folder: Path) -> Side | str:
    """Porcupine, built into `folder`; where that cannot be done, the reason."""
    go = shutil.which("go")
    if go is None:
        return "Go is not installed"
    program = folder / "porcupine"
    try:
        build = [go, "build", "-trimpath", "-o", str(program), "."]
        subprocess.run(build, cwd=PORCUPINE, check=True, capture_output=True, text=True, timeout=_BUILD_TIMEOUT_S)
    except subprocess.CalledProcessError as error:
        return f"go build failed: {(error.stderr.strip().splitlines() or ['no message'])[-1]}"
    except subprocess.TimeoutExpired:
        return f"go build did not end within {_BUILD_TIMEOUT_S} s"
    return Side("porcupine", (str(program), "-limit", str(limits.seconds)))


def measure(side: Side, files: Sequence[Path], limits: Limits) -> list[Measured]:
    """What `side` says of each of `files`, in one process."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*side.command, *map(str, files)], cwd=_REPOSITORY, stdout=output, stderr=errors, stdin=subprocess.DEVNULL
        )
        try:
            ended, peak_mb, seconds = _watch(process, _patience_s(files, limits), limits)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        errors.seek(0)
        measured = [_measured(json.loads(line)) for line in output if line.endswith("\n")]
        wrong = errors.read().strip().splitlines()
    verdict, note = (FAILED, (wrong or ["no message"])[-1]) if ended is None else (INCONCLUSIVE, ended)
    lost = Measured(verdict, side.name, seconds, seconds, peak_mb, 0, 0.0, note=note)
    return measured + [lost] * (len(files) - len(measured))


def _patience_s(files: Sequence[Path], limits: Limits) -> float:
    """How long a process may take in all: for reading, for two checks of each file, and for overrunning its limit."""
    reading_s = 30 + sum(file.stat().st_size for file in files) / 1e6
    return reading_s + 3 * limits.seconds * len(files)


def _watch(process: subprocess.Popen[bytes], patience_s: float, limits: Limits) -> tuple[str | None, float, float]:
    """Wait for the end of a process: why it had to be ended, the most memory that was seen, and the seconds."""
    started, peak_mb = time.monotonic(), 0.0
    ended = None
    while process.poll() is None:
        try:
            peak_mb = max(peak_mb, psutil.Process(process.pid).memory_info().rss / 1e6)
        except psutil.NoSuchProcess:
            continue
        if peak_mb > limits.memory_mb:
            ended = f"more than {limits.memory_mb:g} MB"
        elif time.monotonic() - started > patience_s:
            ended = f"more than {patience_s:.0f} s in all"
        if ended is not None:
            break
        time.sleep(_POLL_S)
    return ended, peak_mb, time.monotonic() - started


def _measured(report: dict[str, Any]) -> Measured:
    return Measured(**{name: value for name, value in report.items() if name != "file"})
