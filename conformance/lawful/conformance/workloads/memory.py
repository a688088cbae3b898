"""What one client saw of a table, by row and field: where it takes from what it asks for next.

A worker names the job that it claimed, a leader shows the token that it was granted, a writer the version that it read
or made. The memory is short, as there are long runs.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from lawful.conformance.workloads.script import Intent
from lawful.conformance.workloads.table_traits import shown_alone, written
from lawful.models.history import Outcome
from lawful.models.values import Json
from lawful.specs.expression import Answered, Expression, Literal, Sum
from lawful.specs.field import Argument, Field
from lawful.specs.table import Table

_VALUES, _ROWS = 4, 6
_LISTED = 2
"""Rows of a list that are remembered as such; all are looked at."""

Row = tuple[Json, ...]
"""The fields of a row's key."""


class Memory:
    """Of one client."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._keys = tuple(field.name for field in table.row_key)
        self._beside = {field.name for field in table.beside}
        self._values: dict[tuple[str | None, Row | None, str], deque[Json]] = defaultdict(lambda: deque(maxlen=_VALUES))
        self._rows: dict[str | None, deque[Row]] = defaultdict(lambda: deque(maxlen=_ROWS))

    def values(self, key: str | None, row: Row | None, name: str) -> Sequence[Json]:
        """What was seen under `name` in a row, the latest last."""
        return self._values.get(self._place(key, row, name), ())

    def rows(self, key: str | None) -> Sequence[Row]:
        """The rows that were met, the latest last."""
        return self._rows.get(key, ())

    def row_in(self, fields: Mapping[str, Json]) -> Row | None:
        """The row that arguments or an answer name; None where they name none."""
        return tuple(fields[name] for name in self._keys) if all(name in fields for name in self._keys) else None

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        """Told what became of an operation."""
        row = self.row_in(intent.arguments)
        if self._keys and row is not None and (outcome is not Outcome.OK or result is not None):
            self._met(intent.key, row)
        if outcome is not Outcome.OK:
            return
        if isinstance(result, Mapping):
            row = self._saw_row(intent.key, result, row)
        elif isinstance(result, Sequence) and not isinstance(result, str):
            self._saw_rows(intent.key, result)
        self._saw_effects(intent, row, result)

    def _saw_rows(self, key: str | None, rows: Sequence[Json]) -> None:
        for number, row in enumerate(rows):
            if isinstance(row, Mapping):
                named = self._saw_row(key, row, None)
                if named is not None and self._keys and number < _LISTED:
                    self._met(key, named)

    def _saw_row(self, key: str | None, shown: Mapping[str, Json], asked: Row | None) -> Row | None:
        named = self.row_in(shown)
        row = asked if named is None else named
        for name, value in shown.items():
            self._values[self._place(key, row, name)].append(value)
        return row

    def _saw_effects(self, intent: Intent, row: Row | None, result: Json) -> None:
        """What an operation that was not refused has written is what the client now takes for so."""
        function = self._table.function(intent.function)
        if function is None or result is False or result is None:
            return
        alone = shown_alone(function)
        if alone is not None:
            self._values[self._place(intent.key, row, alone)].append(result)
        for name, expression in written(function):
            known, value = self._written(expression, intent, row, result)
            if known:
                self._values[self._place(intent.key, row, name)].append(value)

    def _written(self, expression: Expression, intent: Intent, row: Row | None, result: Json) -> tuple[bool, Json]:
        match expression:
            case Literal(value):
                return True, value
            case Argument(name):
                return True, intent.arguments.get(name)
            case Answered():
                return True, result
            case Sum(Field(name), Literal(step)):
                seen = self.values(intent.key, row, name)
                if seen and isinstance(seen[-1], int) and isinstance(step, int):
                    return True, seen[-1] + step
        return False, None

    def _place(self, key: str | None, row: Row | None, name: str) -> tuple[str | None, Row | None, str]:
        """Where values are kept. What stands beside the rows is the same for all: a pod reports what a get showed."""
        return key, None if name in self._beside else row, name

    def _met(self, key: str | None, row: Row) -> None:
        rows = self._rows[key]
        if row in rows:
            rows.remove(row)
        rows.append(row)
