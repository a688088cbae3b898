"""A table of the task store, declared once: fields, functions with guards and effects, clauses, properties.

From a declaration come the sequential model, proofs, generated programs, workloads, documentation and the words in
reports.
"""

from __future__ import annotations

from dataclasses import dataclass

from lawful.specs.clause import Clause
from lawful.specs.field import INSTANT, Argument, Drawn, Field
from lawful.specs.function import Function
from lawful.specs.property import Property

__all__ = ["Argument", "Drawn", "Field", "Function", "Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its functions and its clauses."""

    name: str
    number: str
    """In the contract: 1 to 14, and E1, E2 … for what only a shared store has."""
    meaning: str
    key: str | None
    """What its independent parts are named after (a lease's `scope`); None where functions reach across rows."""
    row_key: tuple[Field, ...]
    """The fields that tell rows apart; none where a part of the table is one row, `beside`."""
    fields: tuple[Field, ...]
    """The other fields of a row."""
    functions: tuple[Function, ...]
    clauses: tuple[Clause, ...]
    beside: tuple[Field, ...] = ()
    """Fields that stand beside the rows, once in each independent part."""
    expires: Field | None = None
    """The instant after which a row is gone, as if it had been deleted."""
    properties: tuple[Property, ...] = ()
    wrong_row: str | None = None
    """The clause that is broken by a row other than last written, where its field names no other; None: the one that
    decided the right answer."""
    independence: str | None = None
    """The clause that says that the parts named by `key` are independent of each other."""

    def function(self, name: str) -> Function | None:
        return next((function for function in self.functions if function.name == name), None)

    def field(self, name: str) -> Field | None:
        """A field of a row, other than those that tell rows apart, or one beside the rows."""
        return next((field for field in (*self.fields, *self.beside) if field.name == name), None)

    @property
    def timed(self) -> bool:
        """Whether answers depend on when calls take effect."""
        return any(field.type == INSTANT for field in (*self.fields, *self.beside))
