"""The agreement of all checkers at full size: `make agreement`, or `python -m tests.agreement --help`.

Prints one line per model and one per disagreement; exit code 1 where there is any. With `--resume FILE`, what is done
is kept in the file, one line per chunk of seeds, and not done again.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.agreement.agreement import Chunk, Tally, compared
from tests.agreement.data_types import MODEL_NAMES
from tests.agreement.opinions import OPINIONS

_CHUNK = 250
_SHARES = (("z3", 10), ("core", 10), ("impatient search", 10), ("native search", 20), ("compiled search", 20))
"""Z3 takes a hundred times as long as a search, and the others ten times."""
_TOLD = ",".join(f"{who}={share}" for who, share in _SHARES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    options = _options(arguments)
    tallies = {model: Tally() for model in options.models}
    known = _known(options.resume)
    chunks = [
        Chunk(model, first, min(_CHUNK, options.seed + options.histories - first), options.asked, options.every)
        for first in range(options.seed, options.seed + options.histories, _CHUNK)
        for model in options.models
    ]
    for chunk in chunks:
        if chunk in known:
            tallies[chunk.model].add(known[chunk])
    for chunk, tally in _run([chunk for chunk in chunks if chunk not in known], options.processes):
        tallies[chunk.model].add(tally)
        if options.resume is not None:
            with options.resume.open("a") as stream:
                stream.write(json.dumps([chunk, vars(tally)]) + "\n")
        for told in tally.disagreements:
            print(f"DISAGREEMENT  {chunk.model}: {told}", flush=True)  # noqa: T201
    print(table(tallies, options.asked))  # noqa: T201
    return 1 if any(tally.disagreements for tally in tallies.values()) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.agreement", description=__doc__)
    parser.add_argument("--histories", type=int, default=20_000, help="histories per model (20000)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--models", type=_names(MODEL_NAMES), default=MODEL_NAMES, help="comma-separated names")
    parser.add_argument("--asked", type=_names(tuple(OPINIONS)), default=tuple(OPINIONS), help="whom to ask")
    parser.add_argument("--every", type=_shares, default=_SHARES, help=f"who is asked about one of how many ({_TOLD})")
    parser.add_argument("--processes", type=int, default=2, help="processes (2)")
    parser.add_argument("--resume", type=Path, help="file that holds what is done")
    return parser.parse_args(arguments)


def _names(known: tuple[str, ...]) -> Any:
    def names(text: str) -> tuple[str, ...]:
        chosen = tuple(text.split(","))
        if not set(chosen) <= set(known):
            raise argparse.ArgumentTypeError(f"known: {', '.join(known)}")
        return chosen

    return names


def _shares(text: str) -> tuple[tuple[str, int], ...]:
    pairs = (part.partition("=") for part in text.split(","))
    return tuple((who, int(share)) for who, _, share in pairs)


def _known(path: Path | None) -> dict[Chunk, Tally]:
    if path is None or not path.exists():
        return {}
    known = {}
    for line in path.read_text().splitlines():
        (model, first, size, asked, every), tally = json.loads(line)
        tally |= {name: Counter(tally[name]) for name in ("verdicts", "decided")}
        known[Chunk(model, first, size, tuple(asked), tuple(map(tuple, every)))] = Tally(**tally)
    return known


def _run(chunks: Sequence[Chunk], processes: int) -> Iterator[tuple[Chunk, Tally]]:
    if processes == 1:
        yield from map(compared, chunks)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(compared, chunks)


def table(tallies: dict[str, Tally], asked: Sequence[str]) -> str:
    """One line per model: histories, their verdicts, how many each one decided, seconds, disagreements."""
    heading = ["model", "histories", "lawful", "violation", *asked, "seconds", "disagreements"]
    rows = [heading]
    for model, tally in tallies.items():
        total = tally.verdicts.total()
        shares = [f"{100 * tally.verdicts[name] / max(1, total):.0f} %" for name in ("lawful", "violation")]
        decided = [str(tally.decided[who]) for who in asked]
        ends = [f"{tally.seconds:.0f}", str(len(tally.disagreements))]
        rows.append([model, str(total), *shares, *decided, *ends])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )


if __name__ == "__main__":
    sys.exit(main())
