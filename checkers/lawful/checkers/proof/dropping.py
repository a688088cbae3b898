"""Rows that go because only so many are kept: how many come before a row is its rank, which is open but for the order.

With three rows one cannot count. So a rank is any number that agrees with the order of the rows that are there, and a
row goes where its rank is at least the number of rows that are kept. What is left of a row that has expired may be
swept away as well, which nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.logic import Condition, Term, conjunction, disjunction, greatest, implication, negation
from lawful.checkers.proof.translation import SymbolicRow, Translator, View
from lawful.checkers.proof.values import equal
from lawful.specs.field import Field
from lawful.specs.function import KeepGreatest


@dataclass(frozen=True, slots=True, eq=False)
class Competitor:
    """A row, and its place in the order."""

    competes: Condition
    """Whether it is among the rows of which only the greatest are kept."""
    by: Term
    rank: Term
    """How many rows come before it: those that are greater, and of those as great any."""
    swept: Condition
    """Whether what is left of it goes, as it has expired."""


@dataclass(frozen=True, slots=True, eq=False)
class Dropping:
    """That only so many rows are kept, those greatest in a field."""

    by: Field
    most: Term
    competitors: tuple[Competitor, ...]
    """The rows of the step, in their order."""

    def after(self, rows: tuple[SymbolicRow, ...]) -> tuple[SymbolicRow, ...]:
        """The rows without those that go."""
        return tuple(
            SymbolicRow(conjunction(row.present, negation(self._goes(one))), row.values)
            for row, one in zip(rows, self.competitors, strict=True)
        )

    def constraints(self) -> list[Condition]:
        """What is known of ranks."""
        known: list[Condition] = [one.rank >= 0 for one in self.competitors]
        for number, one in enumerate(self.competitors):
            for other in self.competitors[number + 1 :]:
                both = conjunction(one.competes, other.competes)
                known += [
                    implication(conjunction(both, one.by > other.by), one.rank < other.rank),
                    implication(conjunction(both, other.by > one.by), other.rank < one.rank),
                    implication(both, one.rank != other.rank),
                ]
        return known

    def at_most(self, rows: Term) -> Condition:
        """Whether no more than so many rows compete, as far as ranks tell."""
        return conjunction(*(implication(one.competes, one.rank < rows) for one in self.competitors))

    def kept(self) -> Term:
        """How many are kept at most."""
        return greatest(self.most, z3.IntVal(0))

    def _goes(self, one: Competitor) -> Condition:
        return disjunction(conjunction(one.competes, one.rank >= self.most), one.swept)


def dropped_by(
    effect: KeepGreatest, translator: Translator, view: View, place: int | None, inserted: SymbolicRow | None
) -> Dropping:
    """What goes by an effect of a call on the row at `place`, which `inserted` replaces where it is a row."""
    competitors = []
    for number, row in enumerate(view.rows):
        made = inserted if number == place else None
        competes = True if made is not None else _competes(effect, translator, view.at(row), inserted)
        by = (made or row).values[effect.by.name].term
        rank, swept = z3.Int(translator.fresh_name("rank")), z3.Bool(translator.fresh_name("swept"))
        expired = False if made is not None else negation(translator.exists(view.at(row)))
        competitors.append(Competitor(competes, by, rank, conjunction(expired, swept)))
    return Dropping(effect.by, translator.value(effect.most, view).term, tuple(competitors))


def _competes(effect: KeepGreatest, translator: Translator, view: View, inserted: SymbolicRow | None) -> Condition:
    there = translator.exists(view)
    if effect.among is None or inserted is None or view.row is None:
        return there
    name = effect.among.name
    return conjunction(there, equal(view.row.values[name], inserted.values[name]))
