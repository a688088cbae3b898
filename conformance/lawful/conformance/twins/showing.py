"""The smallest program that shows a twin's mistake, as text that can be pasted and run.

One client is enough for most mistakes: Hypothesis looks for their program (see `state_machine`). The others need
clients at once, or something that goes wrong, and a simulated run is made smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

from lawful.conformance.report.columns import columns
from lawful.conformance.run.stages import Stage
from lawful.conformance.twins.backend import backend_of
from lawful.conformance.twins.matrix import hunt_twin
from lawful.conformance.twins.program import Program, program_text
from lawful.conformance.twins.smallest import made_plain
from lawful.conformance.twins.twin import BrokenStore

_SEEDS = 2
_SEARCH_S, _REDUCTION_S = 6.0, 6.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A twin and its program."""

    twin: BrokenStore
    program: str | None
    """As Python; None: the twin was not caught by its clause."""
    picture: str | None = None
    """What the clients saw, where there is more than one."""


def show_twin(twin: BrokenStore, seed: int = 0) -> Shown:
    """The smallest program found."""
    row = hunt_twin(twin, seed)
    if row.first is None or row.program is None:
        return Shown(twin, None)
    by_one_client = _by_one_client(twin, seed) if row.first.stage is Stage.SEQUENTIAL else None
    return by_one_client or _simulated(twin, row.program)


def _by_one_client(twin: BrokenStore, seed: int) -> Shown | None:
    """The program of Hypothesis; None where it finds none that the clause of the twin rejects."""
    # To import Hypothesis takes longer than to hunt most twins.
    from lawful.conformance.state_machine import smallest_program

    for number in range(seed, seed + _SEEDS):
        found = smallest_program(
            [twin.table], backend_of(twin.name), seed_number=number, limit_s=_SEARCH_S, reduction_s=_REDUCTION_S
        )
        if found is None:
            return None
        if found.clause == twin.clause:
            return Shown(twin, found.text)
    return None


def _simulated(twin: BrokenStore, program: Program) -> Shown:
    program = made_plain(twin.make, program, twin.clause)
    history = program.run(twin.make())
    return Shown(twin, program_text(twin.name, program), columns(history.operations, history.faults))
