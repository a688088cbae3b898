"""A table of the task store: its functions with their arguments and answers, and its clauses."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.specs.clause import Clause


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function. Types are JSON's, plus `integer` for a number without a fraction."""

    name: str
    type: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One operation that clients may call on a table."""

    name: str
    arguments: tuple[Argument, ...]
    answer: tuple[str, ...]
    """The JSON types of the answer; any other answer is nonsense, whatever the state."""
    meaning: str
    reads_only: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its functions and its clauses."""

    name: str
    key: str | None
    """What its independent parts are named after (a lease's `scope`); None where functions reach across rows."""
    functions: tuple[Function, ...]
    clauses: tuple[Clause, ...]

    def function(self, name: str) -> Function | None:
        return next((function for function in self.functions if function.name == name), None)
