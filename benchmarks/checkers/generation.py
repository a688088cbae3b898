"""Concurrent histories of any length with a verdict that is known, in seconds for 10^6 operations.

Clients are simulated all at once: each has one operation after another, with random lengths and short pauses, and each
operation an instant of effect between call and return. An atomic object (see `objects`) is run in the order of these
instants, so the history is linearizable by construction. An operation with an unknown outcome takes effect in time or,
half of them, never; its client is not heard of again, and another takes its place. For a history in violation `stale`
changes one answer, and only where it can tell from the times that no order explains the new one.

`benchmarks.histories` serves tests: any model, every kind of fault, and a few hundred operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from benchmarks.checkers import neutral
from benchmarks.checkers.objects import OBJECTS
from benchmarks.checkers.stale import NEVER, Simulated, make_stale
from lawful.models.values import Json

_INITIAL: dict[str, Json] = {"key-value": "", "register": 0, "cas-register": 0, "counter": 0, "semaphore": 1}
"""What each object begins with; the others are empty."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a generated history is like. Equal cases give equal histories."""

    model: str
    operations: int
    clients: int = 5
    """How many operations can be open at once, those with an unknown outcome not counted."""
    unknown: int = 0
    """How many operations have an unknown outcome."""
    repeated: bool = False
    """Whether values repeat (twenty of them) or each one is new."""
    violation: bool = False
    """Whether one answer is stale."""
    seed: int = 1

    @property
    def name(self) -> str:
        parts = [self.model, "repeated" if self.repeated else None, f"{self.operations:,} operations"]
        parts += [f"{self.clients} clients", f"{self.unknown:,} unknown" if self.unknown else None]
        return ", ".join(part for part in (*parts, "one stale answer" if self.violation else None) if part)


def write_case(case: Case, path: Path) -> None:
    """Write the history of a case to a neutral file."""
    simulated = _simulate(case)
    if case.violation:
        make_stale(simulated, case.model, case.clients)
    neutral.write(path, neutral.Head(case.model, _INITIAL.get(case.model)), _rows(simulated))


def _simulate(case: Case) -> Simulated:
    """The operations in order of effect; those that never take effect are where they would have."""
    random = Random(case.seed)
    calls, returns, effects = _times(case)
    unknown = np.zeros(case.operations, bool)
    unknown[random.sample(range(case.operations), case.unknown)] = True
    order = np.argsort(effects)
    calls, returns, unknown = calls[order], returns[order], unknown[order]
    instants = _ranks(np.concatenate([calls, returns]))
    simulated = Simulated(
        call=instants[: case.operations],
        returned=np.where(unknown, NEVER, instants[case.operations :]),
    )
    step = OBJECTS[case.model](random, case)
    for is_unknown in unknown.tolist():
        happens = not is_unknown or random.random() < 0.5
        key, function, arguments, answer = step(is_unknown, happens)
        simulated.key.append(key)
        simulated.function.append(function)
        simulated.arguments.append(arguments)
        simulated.answer.append(None if is_unknown else answer)
    return simulated


def _times(case: Case) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Calls, returns and effects, in lengths of an operation; clients rest a quarter of that in between."""
    random = np.random.default_rng(case.seed)
    shape = (case.clients, -(-case.operations // case.clients))
    lengths = random.uniform(0.2, 1.8, shape)
    pauses = random.uniform(0.0, 0.5, shape)
    returns = np.cumsum(lengths + pauses, axis=1)
    calls = returns - lengths
    first = np.argsort(calls, axis=None)[: case.operations]
    calls, returns = calls.ravel()[first], returns.ravel()[first]
    return calls, returns, calls + (returns - calls) * random.uniform(0.0, 1.0, case.operations)


def _ranks(instants: NDArray[np.float64]) -> NDArray[np.int64]:
    ranks = np.empty(len(instants), np.int64)
    ranks[np.argsort(instants)] = np.arange(len(instants))
    return ranks


def _rows(simulated: Simulated) -> Iterator[neutral.Row]:
    by_call = np.argsort(simulated.call)
    calls, returns = simulated.call[by_call].tolist(), simulated.returned[by_call].tolist()
    for place, call, returned in zip(by_call.tolist(), calls, returns, strict=True):
        yield (
            simulated.key[place],
            simulated.function[place],
            simulated.arguments[place],
            simulated.answer[place],
            call,
            None if returned == NEVER else returned,
        )
