"""One random history per seed, everybody's opinion of it, and who contradicts the reference."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.agreement.data_types import varieties
from tests.agreement.opinions import OPINIONS

from lawful.checkers.linearizability import reference
from lawful.checkers.verdict import Verdict


@dataclass
class Tally:
    """What was said of a number of histories."""

    verdicts: Counter[str] = field(default_factory=Counter)
    """By the reference."""
    decided: Counter[str] = field(default_factory=Counter)
    """How many histories each of the others decided."""
    seconds: float = 0.0
    disagreements: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.verdicts += other.verdicts
        self.decided += other.decided
        self.seconds += other.seconds
        self.disagreements += other.disagreements

    def share(self, verdict: Verdict) -> float:
        return self.verdicts[verdict] / max(1, self.verdicts.total())


def compare(
    model_name: str,
    seeds: Iterable[int],
    asked: Sequence[str],
    *,
    every: Mapping[str, int] | None = None,
    stop: bool = False,
) -> Tally:
    """Ask `asked` about the histories of `seeds`. `stop`: at the first disagreement.

    `every`: who is asked about one history of that many only.
    """
    started_s = time.perf_counter()
    tally = Tally()
    kinds = varieties(model_name)
    for seed in seeds:
        name, kind = kinds[seed % len(kinds)]
        operations = kind.sampler.sample(Random(seed))
        expected = reference.check_object(operations, kind.model)
        tally.verdicts[expected.verdict.value] += 1
        for who in asked:
            if every is not None and seed // len(kinds) % every.get(who, 1):
                continue
            try:
                found = OPINIONS[who](operations, kind.model, expected)
            except Exception as defect:  # A checker that crashes disagrees as well.
                tally.disagreements.append(f"{name}, seed {seed}: {who}: {type(defect).__name__}: {defect}")
            else:
                tally.decided[who] += found is not Verdict.INCONCLUSIVE
                if found not in (expected.verdict, Verdict.INCONCLUSIVE):
                    tally.disagreements.append(f"{name}, seed {seed}: {who} says {found}, not {expected.verdict}")
        if stop and tally.disagreements:
            break
    tally.seconds = time.perf_counter() - started_s
    return tally


class Chunk(NamedTuple):
    """Some seeds of one model."""

    model: str
    first: int
    size: int
    asked: tuple[str, ...]
    every: tuple[tuple[str, int], ...]


def compared(chunk: Chunk) -> tuple[Chunk, Tally]:
    """What is said of the histories of a chunk; for a process of its own."""
    seeds = range(chunk.first, chunk.first + chunk.size)
    return chunk, compare(chunk.model, seeds, chunk.asked, every=dict(chunk.every))
