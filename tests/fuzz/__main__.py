"""Fuzzed files at full size: `make fuzz`, or `python -m tests.fuzz --help`.

Input number n of a target follows from n alone, so a run is resumed with `--seed`. Prints what is found as it is
found, and a table; exit code 1 where anything is.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.fuzz.inputs import Chunk, Result, run, targets

_CHUNK = 2_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="over all targets (1000000)")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first input of each target (0)")
    parser.add_argument("--processes", type=int, default=2, help="processes (2)")
    parser.add_argument("--targets", type=lambda text: text.split(","), default=targets(), help="comma-separated")
    options = parser.parse_args(arguments)
    each = -(-options.inputs // len(options.targets))
    end = options.seed + each
    chunks = [
        Chunk(target, first, min(_CHUNK, end - first))
        for first in range(options.seed, end, _CHUNK)
        for target in options.targets
    ]
    started_s = time.monotonic()
    results = _results(chunks, options.processes)
    _print(results, time.monotonic() - started_s)
    return 1 if any(result.findings for result in results) else 0


def _results(chunks: Sequence[Chunk], processes: int) -> list[Result]:
    if processes == 1:
        return [_told(run(chunk)) for chunk in chunks]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return [_told(result) for result in pool.imap_unordered(run, chunks)]


def _told(result: Result) -> Result:
    for number, problem in result.findings:
        print(f"FINDING  {result.chunk.target} {number}: {problem}", flush=True)  # noqa: T201
    return result


def _print(results: Sequence[Result], seconds: float) -> None:
    inputs: Counter[str] = Counter()
    read: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for result in results:
        inputs[result.chunk.target] += result.chunk.size
        read[result.chunk.target] += result.accepted
        found[result.chunk.target] += len(result.findings)
    print(f"{'target':16}  {'inputs':>9}  {'read':>9}  {'findings':>8}")  # noqa: T201
    for target, count in inputs.items():
        print(f"{target:16}  {count:9}  {read[target]:9}  {found[target]:8}")  # noqa: T201
    peak_mb = max((result.peak_mb for result in results), default=0.0)
    print(f"{inputs.total()} inputs in {seconds:.0f} s; at most {peak_mb:.0f} MB in a process")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
