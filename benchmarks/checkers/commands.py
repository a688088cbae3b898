"""`lawful check` as a process: from the shell and back, with all that is imported, read and printed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from lawful.conformance.history.formats import dump, load

HEAVY = ("numpy", "numba", "z3", "hypothesis", "pyarrow", "networkx")
"""What takes long to import."""

_REPOSITORY = Path(__file__).resolve().parents[2]
_RUN = """
import sys
from lawful.conformance.cli import main
try:
    sys.exit(main())
finally:
    from benchmarks.checkers.memory import peak_mb
    print("imported:", peak_mb(), *(name for name in HEAVY if name in sys.modules), file=sys.stderr)
"""
_REPETITIONS = 3
_REPEATED_UP_TO = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """One command."""

    name: str
    operations: int
    seconds: float
    """The median over the repetitions."""
    cpu_seconds: float
    peak_mb: float
    imported: tuple[str, ...]
    """The heavy libraries that were."""
    verdict: str

    @property
    def bytes_per_operation(self) -> float:
        return self.peak_mb * 1e6 / self.operations


def runs(lengths: tuple[int, ...], folder: Path) -> Iterator[Run]:
    """Registers with 5 % unknown outcomes as JSON Lines and, up to 10^6 operations, as Parquet."""
    for operations in lengths:
        file = folder / "register.jsonl"
        write_register(file, operations)
        yield _measured(f"JSON Lines, {operations:,} operations", file, operations)
        if 100 < operations <= _REPEATED_UP_TO and _has_pyarrow():
            table = folder / "register.parquet"
            dump(load(file, in_columns=True), table, "parquet")
            yield _measured(f"Parquet, {operations:,} operations", table, operations)
            table.unlink()
        file.unlink()


def _has_pyarrow() -> bool:
    return find_spec("pyarrow") is not None


def _measured(name: str, file: Path, operations: int) -> Run:
    times = [_timed(file) for _ in range(_REPETITIONS if operations <= _REPEATED_UP_TO else 1)]
    seconds, cpu_seconds, errors, verdict = sorted(times)[len(times) // 2]
    told = next(line for line in errors.splitlines() if line.startswith("imported:")).split()
    return Run(name, operations, seconds, cpu_seconds, float(told[1]), tuple(told[2:]), verdict)


def _timed(file: Path) -> tuple[float, float, str, str]:
    """Seconds, those of the processors, standard error and verdict of one run."""
    options = ["check", "--memory-mb", "8000", "--budget-s", "600", str(file)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", f"HEAVY = {HEAVY}\n{_RUN}", *options],
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CI": "1"},
    )
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    verdict = "lawful" if done.returncode == 0 else f"exit code {done.returncode}"
    return seconds, cpu_seconds, done.stderr, verdict


def write_register(path: Path, operations: int, clients: int = 20) -> None:
    """A lawful history: each operation takes effect in the middle, and every twentieth is a write nobody heard of."""
    random = np.random.default_rng(1)
    lengths = random.uniform(0.2, 1.8, (clients, -(-operations // clients)))
    returns = np.cumsum(lengths + random.uniform(0.0, 0.5, lengths.shape), axis=1)
    calls = (returns - lengths).ravel()
    first = np.argsort(calls)[:operations]
    call_ns = (calls[first] * 1e6).astype(np.int64)
    return_ns = (returns.ravel()[first] * 1e6).astype(np.int64)
    place = np.argsort(np.argsort(call_ns + return_ns, kind="stable"))
    unknown = np.arange(operations) % 20 == 19
    write = unknown | (random.random(operations) < 0.5)
    # What was written last before each effect; an unknown write is not seen.
    written = np.zeros(operations, np.int64)
    written[place] = np.where(write & ~unknown, np.arange(1, operations + 1), 0)
    seen = np.maximum.accumulate(np.where(written > 0, np.arange(operations), -1))
    there = np.where(seen < 0, 0, written[seen])[place]
    process = first // lengths.shape[1] + clients * (np.cumsum(unknown) - unknown)
    columns = zip(process.tolist(), write.tolist(), unknown.tolist(), there.tolist(), call_ns.tolist(), strict=True)
    with path.open("w", encoding="ascii") as stream:
        stream.write('{"record":"header","format":1,"model":"register","initial":0}\n')
        for index, ((client, writes, lost, value, called), end) in enumerate(
            zip(columns, return_ns.tolist(), strict=True)
        ):
            start = f'{{"record":"operation","index":{index},"process":{client},"object":"register","function":'
            times = f'"call_ns":{called}' + ("" if lost else f',"return_ns":{end}')
            if writes:
                outcome = '"unknown","error":"timed out"' if lost else '"ok"'
                stream.write(f'{start}"write","arguments":{{"value":{index + 1}}},"outcome":{outcome},{times}}}\n')
            else:
                stream.write(f'{start}"read","arguments":{{}},"outcome":"ok","result":{value},{times}}}\n')
        stream.write(f'{{"record":"footer","operations":{operations},"faults":0}}\n')
