"""A core before a solver: is there a sequence of effects that explains its answers?

The question goes to Z3 as clauses (see `encoding`), with the outcome of each operation as an assumption; where there is
no solution, the solver names the outcomes that it needed. This shares neither the order of search nor the rules of the
search with it, and for registers and strings not even the model (see `tables`). Source: Z3, de Moura and Bjørner,
TACAS 2008.

A model with time is asked first with each operation's own interval, as the front door searches (`models.own_window`):
that is wider, so a contradiction is one. Where that finds an explanation, the exact windows are asked about.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import z3  # type: ignore[import-untyped]

from lawful.checkers.certificate.encoding import assumption, encoded, placed
from lawful.checkers.certificate.tables import table_of
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, TimedModel
from lawful.models.own_window import OwnWindows, with_own_windows


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver says of a core."""

    contradicts: bool | None
    """Whether no order explains it; None: the solver gave up."""
    named: tuple[int, ...] = ()
    """The operations whose outcomes contradict each other, by index."""
    order: tuple[int, ...] = ()
    """Where there is an explanation: the operations in the order in which they take effect."""
    reason: str | None = None
    """Why it gave up."""


def solve(operations: Sequence[Operation], model: AnyModel[Any], seconds: float) -> Answer:
    """Ask the solver about `operations`, all on one object; failed ones are left out. Raises `TooLarge`."""
    happened = [operation for operation in operations if operation.outcome is not Outcome.FAIL]
    if not isinstance(model, TimedModel):
        return _asked(happened, model, seconds)
    started_s = time.monotonic()
    by_own_windows = _asked(with_own_windows(happened), OwnWindows(model), seconds)
    if by_own_windows.contradicts is not False:
        return by_own_windows
    return _asked(happened, model, seconds - (time.monotonic() - started_s))


def _asked(operations: Sequence[Operation], model: AnyModel[Any], seconds: float) -> Answer:
    started_s = time.monotonic()
    clauses = encoded(operations, table_of(operations, model, seconds))
    known = {assumption(i): one.index for i, one in enumerate(operations) if one.outcome is Outcome.OK}
    solver = z3.SolverFor("QF_FD")
    solver.from_string(clauses)
    left_s = seconds - (time.monotonic() - started_s)
    solver.set("timeout", max(1, round(left_s * 1000)))
    found = solver.check(*map(z3.Bool, known))
    if found == z3.unsat:
        return Answer(True, _needed(solver, known))
    if found == z3.sat:
        return Answer(False, order=_order(solver.model(), operations))
    return Answer(None, reason=f"no answer within {seconds:g} s ({solver.reason_unknown()})")


def _needed(solver: z3.Solver, known: dict[str, int]) -> tuple[int, ...]:
    """The operations that the solver needed, and of these as few as it can do with."""
    needed = [str(literal) for literal in solver.unsat_core()]
    for name in list(needed):
        rest = [other for other in needed if other != name]
        if solver.check(*map(z3.Bool, rest)) == z3.unsat:
            needed = rest
    return tuple(sorted(known[name] for name in needed))


def _order(model: z3.ModelRef, operations: Sequence[Operation]) -> tuple[int, ...]:
    slots = range(len(operations))
    return tuple(
        operation.index
        for slot in slots
        for place, operation in enumerate(operations)
        if z3.is_true(model.eval(z3.Bool(placed(place, slot))))
    )
