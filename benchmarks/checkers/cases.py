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


_UNIQUE = ("register", "set", "fifo-queue", "stack", "priority-queue")
_CORPORA = ("etcd", "kv", "cas-register")
_FOLDER_VERDICTS = {"ok": "lawful", "bad": "violation"}


def series_of(extent: Extent) -> list[Series]:
    """The generated histories."""
    if extent is Extent.QUICK:
        return [*_lengths((10_000,), (1_000,)), *_concurrency(600, (10,), (10,)), *_unknown(((1_000, 20),))]
    lengths = [1_000, 10_000, 100_000, 1_000_000]
    if extent is Extent.HUGE:
        lengths.append(10_000_000)
    return [
        *_lengths(lengths, (1_000, 100_000)),
        *_concurrency(2_000, (10, 20, 40, 64), (10, 20, 40)),
        *_unknown(((1_000, 10), (1_000, 100), (100_000, 10_000), (1_000_000, 100_000))),
    ]


def _lengths(lengths: Sequence[int], of_violations: Sequence[int]) -> Iterable[Series]:
    for model in _UNIQUE:
        yield _series("length", (Case(model, operations) for operations in lengths))
        yield _series("length", (Case(model, operations, violation=True) for operations in of_violations))
    for model in ("register", "cas-register", "key-value"):
        repeated = model != "key-value"
        short = tuple(operations for operations in lengths if operations <= 100_000)
        yield _series("length", (Case(model, operations, repeated=repeated) for operations in short))
        yield _series(
            "length", (Case(model, operations, repeated=repeated, violation=True) for operations in of_violations)
        )


def _concurrency(operations: int, clients: Sequence[int], of_violations: Sequence[int]) -> Iterable[Series]:
    for violation in (False, True):
        for model, repeated in (("register", False), ("register", True), ("cas-register", True), ("fifo-queue", False)):
            numbers = of_violations if violation else clients
            cases = (Case(model, operations, each, repeated=repeated, violation=violation) for each in numbers)
            yield _series("concurrency", cases)


def _unknown(amounts: Sequence[tuple[int, int]]) -> Iterable[Series]:
    for violation in (False, True):
        for model in ("register", "fifo-queue"):
            # Registers show what 10^5 unknown outcomes cost; a queue of that size would only take time.
            fitting = (amount for amount in amounts if model == "register" or amount[0] <= 100_000)
            cases = (Case(model, operations, unknown=unknown, violation=violation) for operations, unknown in fitting)
            yield _series("unknown outcomes", cases)


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
