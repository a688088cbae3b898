"""What is measured: series of histories that grow in one way, and the recorded ones.

A side that gave up on a history is not asked about the later ones of the same series: they are harder, and each would
cost the whole time limit again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

from benchmarks.checkers import neutral
from benchmarks.checkers.generation import Case
from lawful.conformance.history.formats import load


class Extent(StrEnum):
    """How much is measured."""

    QUICK = "quick"
    DEFAULT = "default"
    HUGE = "huge"


@dataclass(frozen=True, slots=True)
class Series:
    """Histories from easy to hard."""

    name: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Recorded histories that are measured together, each with its verdict."""

    name: str
    files: tuple[tuple[Path, str], ...]

    @property
    def title(self) -> str:
        histories = "history" if len(self.files) == 1 else "histories"
        return f"{self.name}, {len(self.files)} recorded {histories}"


_UNIQUE = ("register", "set", "fifo-queue", "stack", "priority-queue", "counter", "semaphore")
"""What is swept up to the longest histories."""
_LONGEST = {"cas-register": 100_000, "register, repeated": 100_000, "key-value": 100_000, "append-list": 10_000}
"""Lists show all that they hold in each answer, so longer histories of them would be files of gigabytes."""
_SHORTEST_STALE = {"semaphore": 2_000}
"""In a shorter one, some release overlaps each grant that would be one too many."""
_CORPORA = ("etcd", "kv", "cas-register")
_FOLDER_VERDICTS = {"ok": "lawful", "bad": "violation"}


def series_of(extent: Extent) -> list[Series]:
    """The generated histories."""
    if extent is Extent.QUICK:
        return [*_lengths((2_000,), (2_000,)), *_concurrency(600, (10,)), *_unknown(((1_000, 20),)), *_asked(1_000)]
    lengths = [1_000, 10_000, 100_000, 1_000_000]
    if extent is Extent.HUGE:
        lengths.append(10_000_000)
    return [
        *_lengths(lengths, (1_000, 10_000, 100_000)),
        *_concurrency(2_000, (10, 20, 40, 64)),
        *_unknown(((1_000, 10), (1_000, 100), (100_000, 10_000), (1_000_000, 100_000))),
        *_asked(100_000),
    ]


def _lengths(lengths: Sequence[int], of_violations: Sequence[int]) -> Iterable[Series]:
    """Each data type, good and bad, with few clients."""
    for title in (*_UNIQUE, *_LONGEST):
        model = title.partition(",")[0]
        repeated = title in ("cas-register", "register, repeated")
        for violation, numbers in ((False, lengths), (True, of_violations)):
            shortest = _SHORTEST_STALE.get(title, 0) if violation else 0
            fitting = (number for number in numbers if shortest <= number <= _LONGEST.get(title, number))
            cases = (Case(model, operations, repeated=repeated, violation=violation) for operations in fitting)
            yield _series("length", cases)


def _concurrency(operations: int, clients: Sequence[int]) -> Iterable[Series]:
    """Each data type, good and bad, with more and more clients."""
    for title in (*_UNIQUE, *_LONGEST):
        model = title.partition(",")[0]
        repeated = title in ("cas-register", "register, repeated")
        for violation in (False, True):
            if violation and model in _NEVER_STALE:
                continue
            cases = (Case(model, operations, each, repeated=repeated, violation=violation) for each in clients)
            yield _series("concurrency", cases)


_NEVER_STALE = ("set", "semaphore")
"""With many clients, some operation overlaps always that may explain any answer."""


def _unknown(amounts: Sequence[tuple[int, int]]) -> Iterable[Series]:
    for violation in (False, True):
        for model in ("register", "fifo-queue", "stack"):
            # Registers show what 10^5 unknown outcomes cost; a queue of that size would only take time.
            fitting = (amount for amount in amounts if model == "register" or amount[0] <= 100_000)
            cases = (Case(model, operations, unknown=unknown, violation=violation) for operations, unknown in fitting)
            yield _series("unknown outcomes", cases)


def _asked(unknown: int) -> Iterable[Series]:
    """What has to be fast, and what other checkers are known to give up on."""
    five_percent = Case("register", 10 * unknown, 20, unknown=unknown // 2)
    stale = Case("register", 2 * unknown, unknown=unknown, violation=True)
    yield _series("asked for", (five_percent,))
    yield _series("asked for", (stale,))
    for violation in (False, True):
        yield _series("asked for", (Case("cas-register", 2_000, 20, repeated=True, violation=violation),))
        yield _series("asked for", (Case("key-value", 2_000, 50, violation=violation),))


def _series(name: str, cases: Iterable[Case]) -> Series:
    return Series(name, tuple(cases))


def corpora_in(folder: Path) -> list[Corpus]:
    """The recorded histories below `folder`, where the folder of each is its verdict."""
    corpora = []
    for name in _CORPORA:
        found = chain.from_iterable(
            ((path, verdict) for path in sorted((folder / name / verdict_folder).glob("*.*")))
            for verdict_folder, verdict in _FOLDER_VERDICTS.items()
        )
        files = tuple(found)
        if files:
            corpora.append(Corpus(name, files))
    return corpora


def write_recorded(path: Path, to: Path) -> None:
    """Write a recorded history as a neutral file."""
    history = load(path)
    model = history.header.model
    if model is None:
        raise ValueError(f"{path} does not tell its model")
    initial = "" if model == "key-value" and history.header.initial is None else history.header.initial
    neutral.write(to, neutral.Head(model, initial), neutral.rows_of(history, model))
