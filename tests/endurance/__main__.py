"""Long runs under all faults, and what they leave in this process: `make endurance`.

Runs one store after the other in this very process, as long as asked for altogether. After each: open files, threads,
children and what is in the temporary folder have to be what they were before, memory may have grown by so much at the
most, and the verdict has to be the same when the file is checked again. Exit code 1 where anything is not.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psutil

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.backends.registry import choose
from lawful.conformance.errors import BackendError
from lawful.conformance.history.formats import load
from lawful.conformance.judging import check_objects
from lawful.conformance.model_choice import models_for
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.run.record import record_run
from lawful.conformance.run.tally import Tally
from lawful.conformance.workloads import workload_named

_LINKS = "partition-one,partition-bisect,partition-primary,one-way,delay,reset"
STORES = (
    ("redis-sentinel", "set", f"kill,pause,kill-primary,partition-pair,{_LINKS}"),
    ("redis-cluster", "set", f"kill,pause,kill-primary,{_LINKS}"),
    ("raft", "tenant_map", "kill,pause,kill-minority,slow-sync"),
    ("etcd", "cas-register", f"kill,pause,kill-primary,slow-sync,power-loss,{_LINKS}"),
)
_MOST_GROWTH_MB = 150.0
"""The first run imports what it needs, and a history is read whole to be judged."""


class Held(NamedTuple):
    """What this process holds."""

    files: int
    threads: int
    children: int
    folders: int
    memory_mb: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800.0, help="under faults, of all stores together (1800)")
    parser.add_argument("--seed", type=int, default=0, help="of clients and faults (0)")
    parser.add_argument("--stores", type=lambda text: text.split(","), default=[one[0] for one in STORES], help="all")
    options = parser.parse_args(arguments)
    stores = [one for one in STORES if one[0] in options.stores]
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder, "t")
        temporary.mkdir()
        tempfile.tempdir = str(temporary)
        os.environ["TMPDIR"] = str(temporary)
        found = [_run(one, options.seconds / len(stores), options.seed, Path(folder)) for one in stores]
    return 1 if not all(found) else 0


def _run(store: tuple[str, str, str], seconds: float, seed: int, folder: Path) -> bool:
    """One store; whether all is as it was."""
    backend, workload, faults = store
    plan = RunPlan(
        choose(backend), (workload_named(workload),), seed, clients=6, seconds=seconds, faults=parse_faults(faults)
    )
    path = folder / f"{backend}.jsonl"
    before, begun_s = _held(folder), time.monotonic()
    broken_off = ""
    try:
        record_run(plan, path, Tally(), lambda progress: None)
    except BackendError as error:
        broken_off = f"; broken off: {error}"
    gc.collect()
    after = _held(folder)
    if not path.exists():
        print(f"✗ {backend}: nothing was recorded{broken_off}", flush=True)  # noqa: T201
        return False
    history = load(path)
    first, again = _verdict(path), _verdict(path)
    kept = after[:4] == before[:4] and after.memory_mb - before.memory_mb < _MOST_GROWTH_MB
    glyph = "✓" if kept and first is again else "✗"
    print(  # noqa: T201
        f"{glyph} {backend}: {len(history)} operations, {len(history.faults)} actions of faults "
        f"in {time.monotonic() - begun_s:.0f} s, {first.value}{broken_off}; files {before.files} → "
        f"{after.files}, threads {before.threads} → {after.threads}, children {before.children} → {after.children}, "
        f"folders {before.folders} → {after.folders}, memory {before.memory_mb:.0f} → {after.memory_mb:.0f} MB",
        flush=True,
    )
    return kept and first is again


def _verdict(path: Path) -> Verdict:
    history = load(path)
    history = replace(history, header=replace(history.header, levels={}))
    return check_objects(history.by_object(), models_for(history.header), Budget(60.0), None).verdict


def _held(folder: Path) -> Held:
    process = psutil.Process()
    return Held(
        process.num_fds(),
        threading.active_count(),
        len(process.children(recursive=True)),
        len(list((folder / "t").iterdir())),
        process.memory_info().rss / 10**6,
    )


if __name__ == "__main__":
    sys.exit(main())
