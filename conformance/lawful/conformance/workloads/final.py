"""What one fresh client does when all is over: it reads everything, and takes every right that must be free by then.

A row that was lost shows as one that no read answers, a job that was lost as one that no claim returns, a lease that
stayed behind as one that cannot be had.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from lawful.conformance.workloads.client import keys_of
from lawful.conformance.workloads.drawing import AGES, LONG_MS, Drawing, own_name
from lawful.conformance.workloads.memory import Memory
from lawful.conformance.workloads.script import Intent, generator_of
from lawful.conformance.workloads.table_traits import exclusive_of, grants
from lawful.models.history import Outcome
from lawful.models.values import Json
from lawful.specs.field import Argument, Drawn
from lawful.specs.function import Function, OnAnyRow
from lawful.specs.table import Table

_MOST_READS = 24
"""Of one function in one part of a table, without those of rows that a list has shown."""
_MOST_ROWS = 40
_MOST_GRANTS = 400
_CLIENTS = ("final", "too late")


class FinalScript:
    """Implements `Script`."""

    def __init__(self, table: Table, seed: int) -> None:
        self._table = table
        self._drawing = Drawing(table, 0, generator_of(seed, f"{table.name}/final").choice, Memory(table))
        self._right = exclusive_of(table)
        self._keys = tuple(field.name for field in table.row_key)
        self._shown: set[tuple[str | None, tuple[Json, ...]]] = set()
        self._grants_left = _MOST_GRANTS
        self._ahead: deque[Intent] = deque()
        for key in keys_of(table):
            self._ahead += self._everything(key)

    def next(self) -> Intent | None:
        return self._ahead.popleft() if self._ahead else None

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        function = self._table.function(intent.function)
        assert function is not None
        if isinstance(function.body, OnAnyRow) and result is not None and self._grants_left > 0:
            self._grants_left -= 1
            self._ahead.appendleft(intent)
        if isinstance(result, Sequence) and not isinstance(result, str):
            for row in result:
                if isinstance(row, Mapping):
                    self._ahead.extendleft(self._of_row(intent.key, row))

    def _everything(self, key: str | None) -> Iterator[Intent]:
        yield from self._reads(key)
        for function in grants(self._table):
            if isinstance(function.body, OnAnyRow):
                yield self._grant(function, key, _CLIENTS[0])
            else:
                yield from (self._grant(function, key, client) for client in _CLIENTS)
                yield from self._reads(key)

    def _reads(self, key: str | None) -> Iterator[Intent]:
        for function in self._table.functions:
            if function.reads_only:
                values = [[(one.name, value) for value in self._values(one)] for one in function.arguments]
                for arguments in islice(product(*values), _MOST_READS):
                    yield Intent(self._table.name, key, function.name, dict(arguments))

    def _of_row(self, key: str | None, row: Mapping[str, Json]) -> Iterator[Intent]:
        """Reads of a row that a list has shown, once, where nothing else has named it."""
        named = tuple(row.get(name) for name in self._keys)
        if not named or (key, named) in self._shown or len(self._shown) >= _MOST_ROWS:
            return
        self._shown.add((key, named))
        for function in self._table.functions:
            seen = [one.name for one in function.arguments if one.drawn is Drawn.SEEN]
            if function.reads_only and seen and all(one.name in row for one in function.arguments):
                yield Intent(
                    self._table.name, key, function.name, {one.name: row[one.name] for one in function.arguments}
                )

    def _grant(self, function: Function, key: str | None, client: str) -> Intent:
        assert self._right is not None
        given = {one.name: LONG_MS for one in function.arguments if one.drawn is Drawn.DURATION}
        arguments = self._drawing.arguments(function, key, {**given, self._right.believer: client})
        return Intent(self._table.name, key, function.name, arguments)

    def _values(self, argument: Argument) -> Sequence[Json]:
        """What to ask for in a final read; what a list must show first is none."""
        if argument.nullable:
            return (None,)
        if argument.values:
            return argument.values
        match argument.drawn:
            case Drawn.IDENTITY if argument.type == "string":
                return self._drawing.shared_names(argument.like or argument.name)
            case Drawn.SELF:
                return [own_name(argument.name, client) for client in range(8)]
            case Drawn.AGE | Drawn.IDENTITY:
                return AGES
            case Drawn.SEEN if argument.name in self._keys:
                return ()
            case Drawn.DURATION:
                return (LONG_MS,)
            case Drawn.FEW | Drawn.ABOVE_SEEN | Drawn.SEEN:
                return (1,)
        return ("",) if argument.type == "string" else (None,)
