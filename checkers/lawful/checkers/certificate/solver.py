"""A core as a problem for an SMT solver: is there an order of effects that explains its answers?

Every operation has a position, an integer, and the numbers of the states before and after it. An operation that takes
effect sees what exactly one other left (or the initial state), and nothing that changes the state stands between the
two. All that the outcome of an operation says hangs on one Boolean of its own: that it took effect, that it answered
so, and that what was called after its return comes after it. The solver is asked with all of these assumed, and where
it finds no solution it names those that it needed.

This shares neither the order of search nor the rules of the search with it, and for registers and strings not even
the model (see `tables`). Source: Z3, de Moura and Bjørner, TACAS 2008.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import z3  # type: ignore[import-untyped]

from lawful.checkers.certificate.tables import Row, Table, table_of
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel

MOST_OPERATIONS = 64


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
    if len(happened) > MOST_OPERATIONS:
        return Answer(None, reason=f"too large: {len(happened)} operations, of at most {MOST_OPERATIONS}")
    return _Problem(happened, table_of(happened, model)).solve(seconds)


class _Problem:
    def __init__(self, operations: Sequence[Operation], table: Table) -> None:
        self.operations = operations
        self.table = table
        names = [f"#{operation.index}" for operation in operations]
        self.position = [z3.Int(f"position {name}") for name in names]
        self.before = [z3.Int(f"before {name}") for name in names]
        self.after = [z3.Int(f"after {name}") for name in names]
        self.happens = [z3.Bool(f"happens {name}") for name in names]
        self.known = {i: z3.Bool(names[i]) for i, operation in enumerate(operations) if operation.outcome is Outcome.OK}
        self.changing = [
            i for i, rows in enumerate(table.effects) if table.is_timed or any(row.before != row.after for row in rows)
        ]
        self.solver = z3.Solver()

    def solve(self, seconds: float) -> Answer:
        self.solver.set("timeout", max(1, round(seconds * 1000)))
        self.solver.set("core.minimize", True)
        for i in range(len(self.operations)):
            self._takes_effect(i)
            self._sees_what_was_left(i)
            if self.table.is_timed:
                self._within_its_window(i)
        for i in self.known:
            self._outcome(i)
        found = self.solver.check(*self.known.values())
        if found == z3.unsat:
            needed = {str(literal) for literal in self.solver.unsat_core()}
            return Answer(True, tuple(self.operations[i].index for i in self.known if str(self.known[i]) in needed))
        if found == z3.sat:
            return Answer(False, order=self._order(self.solver.model()))
        return Answer(None, reason=f"no answer within {seconds:g} s ({self.solver.reason_unknown()})")

    def _takes_effect(self, i: int) -> None:
        """What an operation may do if its outcome is not known; one that explains nothing later is left out."""
        in_doubt = z3.And(self.happens[i], z3.Not(self.known[i])) if i in self.known else self.happens[i]
        self.solver.add(z3.Implies(in_doubt, self._one_of(self.table.effects[i], i)))
        useful = [z3.And(known, self.position[i] < self.position[j]) for j, known in self.known.items() if j != i]
        itself = [self.known[i]] if i in self.known else []
        self.solver.add(z3.Implies(self.happens[i], z3.Or(*itself, *useful)))

    def _outcome(self, i: int) -> None:
        """All that is known by the outcome of `i`."""
        operation = self.operations[i]
        assert operation.return_ns is not None
        claims = [self.happens[i], self._one_of(self.table.answers[i], i)]
        claims += [
            z3.Implies(self.happens[j], self.position[i] < self.position[j])
            for j, later in enumerate(self.operations)
            if later.call_ns > operation.return_ns
        ]
        self.solver.add(z3.Implies(self.known[i], z3.And(*claims)))

    def _sees_what_was_left(self, i: int) -> None:
        initial = z3.Bool(f"{self.operations[i].index} sees the initial state")
        sources = [initial]
        untouched = [z3.Implies(self.happens[k], self.position[k] > self.position[i]) for k in self.changing if k != i]
        self.solver.add(z3.Implies(initial, z3.And(self.before[i] == self.table.initial, *untouched)))
        for j in self.changing:
            if j != i:
                sees = z3.Bool(f"{self.operations[i].index} sees {self.operations[j].index}")
                sources.append(sees)
                self.solver.add(z3.Implies(sees, self._next_to(j, i)))
        self.solver.add(z3.Implies(self.happens[i], z3.Or(*sources)))

    def _next_to(self, j: int, i: int) -> z3.BoolRef:
        """`i` comes after `j` and meets the state that `j` left."""
        between = [
            z3.Implies(
                self.happens[k],
                z3.Or(self.position[k] < self.position[j], self.position[k] > self.position[i]),
            )
            for k in self.changing
            if k not in (i, j)
        ]
        follows = (self.happens[j], self.position[j] < self.position[i], self.before[i] == self.after[j])
        return z3.And(*follows, *between)

    def _within_its_window(self, i: int) -> None:
        """The latest call among what took effect up to `i`, and the earliest return among what does from `i` on."""
        earliest, latest = self._bounds(i)
        calls, returns = [], []
        for j, operation in enumerate(self.operations):
            if j in self.changing:
                up_to = z3.And(self.happens[j], self.position[j] <= self.position[i])
                self.solver.add(z3.Implies(up_to, earliest >= operation.call_ns))
                calls.append(z3.And(up_to, earliest == operation.call_ns))
            if j in self.known:
                from_on = z3.And(self.known[j], self.position[j] >= self.position[i])
                self.solver.add(z3.Implies(from_on, latest <= operation.return_ns))
                returns.append(z3.And(from_on, latest == operation.return_ns))
        self.solver.add(z3.Implies(self.happens[i], z3.And(z3.Or(*calls), z3.Or(*returns))))

    def _bounds(self, i: int) -> tuple[z3.ArithRef, z3.ArithRef]:
        index = self.operations[i].index
        return z3.Int(f"earliest #{index}"), z3.Int(f"latest #{index}")

    def _one_of(self, rows: Iterable[Row], i: int) -> z3.BoolRef:
        """That operation `i` leads from a state to another as one of `rows` has it."""
        by_after: dict[int, list[Row]] = {}
        stays: list[int] = []
        for row in sorted(rows, key=str):
            if row.before == row.after and row.earliest_ns is None:
                stays.append(row.before)
            else:
                by_after.setdefault(row.after, []).append(row)
        ways = [z3.And(self.after[i] == self.before[i], _among(self.before[i], stays))] if stays else []
        for after, led in by_after.items():
            ways.append(z3.And(self.after[i] == after, z3.Or(*(self._from(row, i) for row in led))))
        return z3.Or(*ways)

    def _from(self, row: Row, i: int) -> z3.BoolRef:
        if row.earliest_ns is None:
            return self.before[i] == row.before
        earliest, latest = self._bounds(i)
        return z3.And(self.before[i] == row.before, earliest == row.earliest_ns, latest == row.latest_ns)

    def _order(self, model: z3.ModelRef) -> tuple[int, ...]:
        placed = [i for i in range(len(self.operations)) if z3.is_true(model.eval(self.happens[i]))]
        placed.sort(key=lambda i: model.eval(self.position[i], model_completion=True).as_long())
        return tuple(self.operations[i].index for i in placed)


def _among(term: z3.ArithRef, values: Sequence[int]) -> z3.BoolRef:
    return z3.Or(*(term == value for value in values))
