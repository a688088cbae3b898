"""The inputs by number, and what becomes of a chunk of them in a process of its own."""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.fuzz.mutation import mutilated
from tests.fuzz.reading import CONFIGURATION, finding
from tests.fuzz.samples import CONFIGURATION as RIGHT_CONFIGURATION
from tests.fuzz.samples import formats, samples
from tests.fuzz.tables import odd_table

_THOROUGHLY = 10
"""One input of these is read in every way that there is."""
_MOST_MEMORY = 4 * 2**30
"""Address space of a process."""


class Chunk(NamedTuple):
    """Some inputs of one target, by number."""

    target: str
    first: int
    size: int


class Result(NamedTuple):
    """What became of a chunk."""

    chunk: Chunk
    accepted: int
    """How many inputs were no error."""
    findings: list[tuple[int, str]]
    peak_mb: float


def targets() -> list[str]:
    """Everything that reads a file."""
    return [*formats(), CONFIGURATION]


def content_of(target: str, number: int) -> bytes:
    """The input with this number."""
    random = Random(f"{target}/{number}")
    if target == CONFIGURATION:
        return mutilated(random, RIGHT_CONFIGURATION)
    if target == "parquet" and random.random() < 0.5:
        return odd_table(random)
    # Now and then the file of another format: what is not refused there must not be misread.
    name = random.choice(formats()) if random.random() < 0.02 else target
    return mutilated(random, random.choice(samples(name)))


def run(chunk: Chunk) -> Result:
    """Read all inputs of a chunk."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    findings, accepted = [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        for number in range(chunk.first, chunk.first + chunk.size):
            content = content_of(chunk.target, number)
            told, problem = finding(content, chunk.target, path, thoroughly=number % _THOROUGHLY == 0)
            accepted += told
            if problem is not None:
                findings.append((number, problem))
    unit = 1 if sys.platform == "darwin" else 1024
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return Result(chunk, accepted, findings, peak_mb)
