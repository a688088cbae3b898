"""What is claimed of a table: of every state, or of every step, by its declaration and by what follows from that.

An invariant is proved by induction: it holds at first, and each step leaves it true where all invariants of the table
held before. Two claims join those that are declared, as the others could not be proved without them: that fields hold
values of their types, and that no item of an array whose items are summed is below nought, where that is so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from lawful.checkers.proof.containers import parts_of
from lawful.checkers.proof.logic import Condition, implication
from lawful.checkers.proof.steps import Steps
from lawful.checkers.proof.translation import Translator, View
from lawful.specs import expression as x
from lawful.specs.field import Field
from lawful.specs.property import Exclusive, Invariant, Kept, StepProperty
from lawful.specs.table import Table

TYPES_CLAUSE = "TS-ALL-5"
TYPES_SENTENCE = "Every field holds a value of its type."


@dataclass(frozen=True, slots=True)
class WellTyped:
    """Every field holds a value of its type."""

    clause: str = TYPES_CLAUSE
    sentence: str = TYPES_SENTENCE


@dataclass(frozen=True, slots=True)
class NoneBelowNought:
    """No item of an array has a number below nought under a name."""

    field: Field
    name: str
    clause: str = TYPES_CLAUSE

    @property
    def sentence(self) -> str:
        return f"No {self.name} in {self.field.name} is below nought."


StateClaim: TypeAlias = Invariant | WellTyped | NoneBelowNought
Claim: TypeAlias = StateClaim | StepProperty | Exclusive | Kept


def state_claims(table: Table) -> Iterator[StateClaim]:
    """What has to be proved of every state."""
    yield WellTyped()
    yield from _sums(table)
    yield from (one for one in table.properties if isinstance(one, Invariant))


def _sums(table: Table) -> Iterator[NoneBelowNought]:
    summed = {
        (part.value.name, part.name): part.value
        for part in parts_of(table)
        if isinstance(part, x.SumOfItems) and isinstance(part.value, Field)
    }
    yield from (NoneBelowNought(field, name) for (_, name), field in summed.items())


def holds_of(claim: StateClaim, translator: Translator, steps: Steps, view: View) -> Condition:
    """Whether `claim` holds of the row that is looked at, and of what stands beside the rows."""
    match claim:
        case WellTyped():
            return steps.well_typed(view)
        case NoneBelowNought(field, name):
            return translator.containers.none_is_below_nought(translator.value(field, view), name)
        case Invariant(holds=holds):
            premise = translator.exists(view) if speaks_of_rows(holds, translator.table) else True
            return implication(premise, translator.holds(holds, view))


def speaks_of_rows(expression: x.Expression, table: Table) -> bool:
    """Whether an expression is about a row, and not only about what stands beside the rows."""
    names = {field.name for field in (*table.row_key, *table.fields)}
    return any(
        isinstance(part, x.Exists | x.Existed) or (isinstance(part, Field) and part.name in names)
        for part in parts_of(expression)
    )


def depends_on_time(claim: StateClaim, table: Table) -> bool:
    """Whether a claim may become true or false though nobody calls anything."""
    if not isinstance(claim, Invariant):
        return False
    expires = table.expires is not None and speaks_of_rows(claim.holds, table)
    return expires or any(isinstance(part, x.Passed) for part in parts_of(claim.holds))
