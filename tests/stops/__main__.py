"""Runs that are stopped at random moments: `make stops`, or `python -m tests.stops --help`.

Each run has servers, clients, faults and, every third time, a simulated disk. It is stopped by Ctrl-C, SIGTERM or
SIGKILL at a moment that follows from the seed and the number of the run. No process of it may be there some seconds
later, and no folder in the temporary one. Exit code 1 where anything is.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import psutil

_LATEST_S = 6.0
"""After its start. Some are stopped before the servers are up, some when the final reads are under way."""
_END_S = 20.0
"""How long everything may take to be gone."""
_MARK = "LAWFUL_STOPPED_RUN"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_STORES = (
    ("redis", "jobs", "kill,pause"),
    ("redis,appendfsync=everysec", "set", "power-loss,slow-sync"),
    ("sqlite", "tasks", "kill"),
    ("sqlite", "set", "power-loss"),
    ("raft", "leader_lease", "kill,pause"),
    ("redis-sentinel", "set", "partition-primary,kill"),
)


class Stopped(NamedTuple):
    """One run that was stopped."""

    store: str
    sent: signal.Signals
    after_s: float
    code: int
    processes: list[str]
    """Those that were left."""
    files: list[str]
    """Those that were left in the temporary folder."""

    @property
    def is_clean(self) -> bool:
        return not self.processes and not self.files


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.stops", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how many (200)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments and signals (0)")
    options = parser.parse_args(arguments)
    found = [_told(number, stopped(options.seed, number)) for number in range(options.runs)]
    counts = Counter(one.sent.name for one in found)
    unclean = sum(not one.is_clean for one in found)
    print(f"{len(found)} runs stopped ({', '.join(f'{n} by {name}' for name, n in counts.items())})")  # noqa: T201
    print(f"{unclean} left something behind")  # noqa: T201
    return 1 if unclean else 0


def stopped(seed: int, number: int) -> Stopped:
    """Start a run, stop it, and look for what it left."""
    random = Random(f"{seed}/{number}")
    backend, workload, faults = _STORES[number % len(_STORES)]
    sent, after_s = random.choice(_SIGNALS), random.uniform(0.0, _LATEST_S)
    mark = str(uuid.uuid4())
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder, "t")
        temporary.mkdir()
        command = [sys.executable, "-m", "lawful.conformance.cli", "run", "--backend", backend, "--workload", workload]
        command += ["--faults", faults, "--seconds", "3", "--clients", "4", "--seed", str(number), "--brief"]
        process = subprocess.Popen(
            [*command, "--runs", str(Path(folder, "runs"))],
            env={**os.environ, "TMPDIR": str(temporary), _MARK: mark},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(after_s)
        process.send_signal(sent)
        code = process.wait(120)
        processes, files = _left(mark, temporary)
        end_s = time.monotonic() + _END_S
        while (processes or files) and time.monotonic() < end_s:
            time.sleep(0.1)
            processes, files = _left(mark, temporary)
        for one in processes:
            one.kill()
        return Stopped(f"{backend} {faults}", sent, after_s, code, [_name(one) for one in processes], files)


def _left(mark: str, temporary: Path) -> tuple[list[psutil.Process], list[str]]:
    """The processes of a run, and what is in its temporary folder."""
    return [one for one in psutil.process_iter() if _mark(one) == mark], [path.name for path in temporary.iterdir()]


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(_MARK)
    except psutil.Error:
        return None


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:120]
    except psutil.Error:
        return "a process that has ended by now"


def _told(number: int, one: Stopped) -> Stopped:
    if not one.is_clean:
        left = "; ".join([*one.processes, *one.files])
        print(f"run {number}, {one.store}, {one.sent.name} after {one.after_s:.2f} s: {left}", flush=True)  # noqa: T201
    return one


if __name__ == "__main__":
    sys.exit(main())
