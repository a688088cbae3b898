"""Where the values in answers about a declared table come from, read off its declaration (see `sources`).

A field is followed where every function that sets it takes it as it is from an argument or a constant, for the one
row that the call names, by its key or by what its key is made of. What is computed, chosen by the store or set on any
row is not followed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from lawful.models.history import Operation
from lawful.models.model import Window
from lawful.models.rows import Rows
from lawful.models.sources import Shown
from lawful.models.task_store.decisions import Decisions
from lawful.models.task_store.evaluation import Evaluator, Situation
from lawful.models.task_store.state import Row, TableState, key_text
from lawful.models.values import Json, canonical, identical
from lawful.models.wording import value_text
from lawful.specs import function as f
from lawful.specs.expression import EmptyArray, EmptyObject, Expression, Literal
from lawful.specs.field import Argument, Field
from lawful.specs.table import Table

EXISTENCE = "exists"
VALUE_CLAUSE = "TS-ALL-5"
HALF_ROW_CLAUSE = "TS-ALL-2"
"""Null in a field that is never null is no value that was changed: the row is not there, and what refers to it is."""

_NO_STATE = TableState(Row((), ()), Rows())


class Supply:
    """What the operations on one table supply, and what their answers show."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._evaluator = Evaluator(table)
        self._keys = tuple(field.name for field in table.row_key)
        self._key_clause = next((field.clause for field in table.row_key if field.clause is not None), None)
        fields = table.fields if table.row_key else table.beside
        untold = {name for function in table.functions for name in _not_followed(function)}
        self._never_null = {field.name for field in fields if not field.nullable and field.type != "any"}
        self._followed = tuple(
            field.name for field in fields if field.name not in untold and _constant(field.initially)
        )
        self._initially = {field.name: _value(field.initially, {}) for field in fields if _constant(field.initially)}

    def at_first(self) -> Iterator[Hashable]:
        """What stands beside the rows at first."""
        if not self._table.row_key:
            for name in self._followed:
                yield name, "", canonical(self._initially[name])

    def supplied(self, operation: Operation) -> Iterator[Hashable]:
        """What `operation` may put there."""
        function = self._table.function(operation.function)
        body = None if function is None else function.body
        if not isinstance(body, f.OnRow | f.OnWhole):
            return
        key = self._key(body, operation)
        for case in body.cases:
            if (
                isinstance(case.answer, Literal)
                and operation.result is not None
                and not identical(case.answer.value, operation.result)
            ):
                continue
            for effect in case.effects:
                yield from self._by(effect, key, operation.arguments)

    def shown(self, operation: Operation) -> Iterator[Shown]:
        """What the answer of `operation` shows."""
        function = self._table.function(operation.function)
        body = None if function is None else function.body
        if isinstance(body, f.ListRows) and isinstance(operation.result, Sequence):
            for row in operation.result:
                yield from self._in_row(row)
        elif isinstance(body, f.OnRow | f.OnWhole | f.OnAnyRow):
            answers = [case.answer for case in body.cases]
            if any(isinstance(answer, f.Shown) for answer in answers):
                yield from self._in_row(operation.result)
            elif isinstance(body, f.OnWhole) and len(answers) == 1 and isinstance(answers[0], Field):
                name = answers[0].name
                yield from self._in_row({name: operation.result})

    def _by(self, effect: f.Effect, key: str, arguments: Mapping[str, Json]) -> Iterator[Hashable]:
        if isinstance(effect, f.Insert):
            yield EXISTENCE, key
            given = dict(effect.values)
            for name in self._followed:
                value = _value(given[name], arguments) if name in given else self._initially[name]
                yield name, key, canonical(value)
        elif isinstance(effect, f.Update):
            for name, expression in effect.values:
                if name in self._followed:
                    yield name, key, canonical(_value(expression, arguments))

    def _in_row(self, row: Json) -> Iterator[Shown]:
        if not isinstance(row, Mapping):
            return
        key, what = "", f"the {self._table.name}"
        if self._keys:
            parts = [row.get(name) for name in self._keys]
            if not all(isinstance(part, str | int) for part in parts):
                return
            key = key_text([part for part in parts if isinstance(part, str | int)])
            what = f"{self._table.name} row {value_text(key)}"
            yield Shown(((EXISTENCE, key),), f"the {what}", self._key_clause)
        for name in self._followed:
            if name in row:
                source = (name, key, canonical(row[name]))
                half = row[name] is None and name in self._never_null
                clause = HALF_ROW_CLAUSE if half else VALUE_CLAUSE
                yield Shown((source,), f"{name} {value_text(row[name])} of {what}", clause)

    def _key(self, body: f.OnRow | f.OnWhole, operation: Operation) -> str:
        if isinstance(body, f.OnWhole):
            return ""
        if body.key:
            # A key is made of arguments alone: there is no state yet, and no time, to ask.
            asked = Situation(_NO_STATE, operation.arguments, Decisions(Window(0, 0)))
            parts = [self._evaluator.value(part, asked) for part in body.key]
        else:
            parts = [operation.arguments.get(name) for name in self._keys]
        return key_text([part for part in parts if isinstance(part, str | int)])


def _not_followed(function: f.Function) -> Iterable[str]:
    """The fields that `function` sets to what no argument says, or on a row that no argument names."""
    named = not isinstance(function.body, f.OnAnyRow)
    for case in function.cases:
        for effect in case.effects:
            if isinstance(effect, f.Insert | f.Update):
                for name, value in effect.values:
                    if not named or not (isinstance(value, Argument) or _constant(value)):
                        yield name


def _constant(expression: Expression) -> bool:
    return isinstance(expression, Literal | EmptyObject | EmptyArray)


def _value(expression: Expression, arguments: Mapping[str, Json]) -> Json:
    match expression:
        case Literal(value):
            return value
        case EmptyObject():
            return {}
        case EmptyArray():
            return []
        case Argument(name):
            return arguments.get(name)
    raise TypeError(f"neither an argument nor a constant: {expression!r}")
