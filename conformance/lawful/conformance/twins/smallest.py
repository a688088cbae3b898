"""The smallest program that still shows a twin's mistake: calls are left out as long as the same clause rejects it.

The times of the calls that stay are kept, so clients overlap as they did. What is left is minimal in that no single
call and no restart can go.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from lawful.conformance.twins.hunt import MakesStore, broken_clauses
from lawful.conformance.twins.program import Program
from lawful.conformance.twins.simulation import Act, Restart

_LONGEST_S = 4.0

Part = Act | Restart


def smallest(make: MakesStore, program: Program, clause: str, longest_s: float = _LONGEST_S) -> Program:
    """A part of `program` after which `clause` rejects the store, as small as was found within `longest_s` seconds."""
    deadline_s = time.perf_counter() + longest_s

    def rejects(parts: Sequence[Part]) -> bool:
        return clause in broken_clauses(_program(parts).run(make()))[1]

    return _program(_minimised([*program.acts, *program.restarts], rejects, deadline_s))


def _minimised(parts: list[Part], rejects: Callable[[Sequence[Part]], bool], deadline_s: float) -> list[Part]:
    """Leave out halves, then quarters, and so on down to single parts, until none can go."""
    size = max(len(parts) // 2, 1)
    while parts:
        start, shrunk = 0, False
        while start < len(parts):
            if time.perf_counter() > deadline_s:
                return parts
            without = parts[:start] + parts[start + size :]
            if without and rejects(without):
                parts, shrunk = without, True
            else:
                start += size
        if size == 1 and not shrunk:
            return parts
        size = max(size // 2, 1)
    return parts


def _program(parts: Sequence[Part]) -> Program:
    return Program(
        tuple(part for part in parts if isinstance(part, Act)),
        tuple(part for part in parts if isinstance(part, Restart)),
    )
