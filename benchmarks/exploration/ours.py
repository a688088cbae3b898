"""`lawful explore raft` as a process, which is how anybody runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.exploration.measured import Measured, Stopwatch
from lawful.models.raft.raft import Bounds

_REPOSITORY = Path(__file__).resolve().parents[2]
_RUN = "import sys; from lawful.conformance.cli import main; sys.exit(main())"


def measure(name: str, bounds: Bounds, options: Sequence[str] = ()) -> Measured:
    """One search. Raises `RuntimeError` where it does not come out safe."""
    limits = ("--budget-s", "1800", "--memory-mb", "8000", "--format", "json")
    within = (f"--{one}={getattr(bounds, one)}" for one in ("servers", "terms", "log", "messages", "values"))
    command = [sys.executable, "-c", _RUN, "explore", "raft", *within, *limits, *options]
    watch = Stopwatch()
    done = subprocess.run(command, cwd=_REPOSITORY, capture_output=True, text=True, check=False)
    seconds, cpu_seconds = watch.stopped()
    if done.returncode:
        raise RuntimeError(
            f"{name} ended with exit code {done.returncode}: {done.stderr.strip() or done.stdout[-300:]}"
        )
    found = json.loads(done.stdout)
    return Measured(
        name,
        distinct=found["distinct"],
        generated=found["generated"],
        depth=found["depth"],
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        note=f"{found['bytes_per_state']:.0f} bytes a state",
    )
