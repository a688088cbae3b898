"""The value of an expression of a declaration, for one call on one row.

Each expression is turned into a function once, since a search evaluates the same guards over and over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lawful.models.task_store.decisions import Decisions
from lawful.models.task_store.expiry import Expiry, expiry_of
from lawful.models.task_store.state import AtLeast, Row, TableState, Value
from lawful.models.values import Frozen, Json, identical
from lawful.specs import expression as x
from lawful.specs.field import Argument, Field
from lawful.specs.table import Table

Plain: TypeAlias = Any
"""A JSON value, an instant, or an integer that nobody saw."""


@dataclass(slots=True)
class Situation:
    """What an expression may refer to."""

    state: TableState
    arguments: Mapping[str, Json]
    decisions: Decisions
    clock_error_ns: int = 0
    key: str | None = None
    """Of the row that is looked at."""
    row: Row | None = None
    """None: there is none."""
    answer: Plain = None

    def at(self, key: str, row: Row | None) -> Situation:
        """The same call, looking at another row."""
        return Situation(self.state, self.arguments, self.decisions, self.clock_error_ns, key, row, self.answer)


Evaluated = Callable[[Situation], Plain]


class Evaluator:
    """Evaluates the expressions of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._beside = {field.name for field in table.beside}
        self._functions: dict[int, tuple[x.Expression, Evaluated]] = {}

    def value(self, expression: x.Expression, situation: Situation) -> Plain:
        """The value of `expression`. Objects and arrays are plain JSON values."""
        return self._function(expression)(situation)

    def _function(self, expression: x.Expression) -> Evaluated:
        known = self._functions.get(id(expression))
        if known is None:
            # The expression is kept with its function, so that its identity is not given to another.
            known = self._functions[id(expression)] = (expression, self._compiled(expression))
        return known[1]

    def holds(self, guard: x.Expression | None, situation: Situation) -> bool:
        """Whether `guard` holds; one that is None does."""
        return guard is None or bool(self.value(guard, situation))

    def live_rows(self, situation: Situation) -> Iterator[Situation]:
        """Every row that has not expired, in order of key."""
        for key, row in situation.state.rows.items():
            at_row = situation.at(key, row)
            if self.exists(at_row):
                yield at_row

    def exists(self, situation: Situation) -> bool:
        """Whether the row that is looked at exists and has not expired."""
        if situation.row is None:
            return False
        expires = self._table.expires
        return expires is None or not self._has_passed(expires, situation)

    def _compiled(self, expression: x.Expression) -> Evaluated:
        match expression:
            case x.Literal(value):
                return lambda situation: value
            case x.EmptyObject():
                return lambda situation: {}
            case x.EmptyArray():
                return lambda situation: ()
            case Argument(name):
                return lambda situation: situation.arguments[name]
            case Field():
                return self._field(expression)
            case x.Exists():
                return self.exists
            case x.Answered():
                return lambda situation: situation.answer
            case x.Passed(instant):
                assert isinstance(instant, Field), "only the instant that a field holds can have passed"
                return lambda situation: self._has_passed(instant, situation)
            case x.After(ttl_ms):
                return self._after(ttl_ms)
            case x.AnyRow(where):
                return lambda situation: any(self.holds(where, one) for one in self.live_rows(situation))
            case x.NextOrdinal():
                return self._next_ordinal()
        return self._compiled_operator(expression)

    def _compiled_operator(self, expression: x.Expression) -> Evaluated:
        of = self._function
        match expression:
            case x.Comparison(operator, left, right):
                return self._comparison(expression, operator, of(left), of(right))
            case x.Among(value, values):
                return _among(of(value), values)
            case x.Both(left, right):
                return _both(of(left), of(right))
            case x.Either(left, right):
                return _either(of(left), of(right))
            case x.Not(value):
                return _not(of(value))
        return self._compiled_arithmetic(expression)

    def _compiled_arithmetic(self, expression: x.Expression) -> Evaluated:
        of = self.value
        match expression:
            case x.Sum(left, right):
                return lambda at: of(left, at) + of(right, at)
            case x.Difference(left, right):
                return lambda at: of(left, at) - of(right, at)
            case x.Doubled(value, times, most):
                return lambda at: min(of(value, at) << min(max(of(times, at), 0), most.bit_length()), most)
            case x.Conditional(condition, then, otherwise):
                return lambda at: of(then, at) if of(condition, at) else of(otherwise, at)
            case x.Sha256(hashed):
                # Half a surrogate pair has no UTF-8, and no store takes it; a history may name it all the same.
                return lambda at: hashlib.sha256(str(of(hashed, at)).encode(errors="surrogatepass")).hexdigest()
        return self._compiled_container(expression)

    def _compiled_container(self, expression: x.Expression) -> Evaluated:
        of = self.value
        match expression:
            case x.Record(members):
                return lambda at: {name: of(value, at) for name, value in members}
            case x.WithMember(value, key, member):
                return lambda at: {**of(value, at), of(key, at): of(member, at)}
            case x.EveryMember(value, name, values):
                return lambda at: all(member[name] in values for member in of(value, at).values())
            case x.SomeMember(value, name, values):
                return lambda at: any(member[name] in values for member in of(value, at).values())
            case x.WithItem(value, item, kept):
                return lambda at: _last([*of(value, at), of(item, at)], None if kept is None else of(kept, at))
            case x.FirstItems(value, most):
                return lambda at: list(of(value, at))[: max(of(most, at), 0)]
            case x.WithoutFirstItems(value, most):
                return lambda at: list(of(value, at))[max(of(most, at), 0) :]
            case x.CountOfItems(value):
                return lambda at: len(of(value, at))
            case x.SumOfItems(value, name):
                return lambda at: sum(item[name] for item in of(value, at))
        raise TypeError(f"an expression of a declaration, not {expression!r}")

    def _field(self, field: Field) -> Evaluated:
        name = field.name
        if name in self._beside:
            return lambda situation: _plain(situation.state.beside.get(name))
        return lambda situation: None if situation.row is None else _plain(situation.row.get(name))

    def _has_passed(self, field: Field, situation: Situation) -> bool:
        beside = field.name in self._beside
        row = situation.state.beside if beside else situation.row
        expiry = None if row is None else row.get(field.name)
        if not isinstance(expiry, Expiry):
            return True
        return situation.decisions.passed((None if beside else situation.key, field.name), expiry)

    def _after(self, ttl_ms: x.Expression) -> Evaluated:
        return lambda at: expiry_of(at.decisions.window, self.value(ttl_ms, at), at.clock_error_ns)

    def _next_ordinal(self) -> Evaluated:
        def next_ordinal(situation: Situation) -> int:
            return 1 + max((_ordinal(row) for _, row in situation.state.rows.items()), default=0)

        (name,) = [field.name for field in self._table.fields if field.type == "ordinal"]

        def _ordinal(row: Row) -> int:
            value = row.get(name)
            assert isinstance(value, int)
            return value

        return next_ordinal

    def _comparison(self, question: x.Expression, operator: str, left: Evaluated, right: Evaluated) -> Evaluated:
        def compared(situation: Situation) -> bool:
            known = _compared(operator, left(situation), right(situation))
            return situation.decisions.either((situation.key, id(question))) if known is None else known

        return compared


def _among(value: Evaluated, values: Sequence[x.Scalar]) -> Evaluated:
    if all(isinstance(one, str) for one in values):
        texts = frozenset(values)
        return lambda at: (found := value(at)).__class__ is str and found in texts

    def among(at: Situation) -> bool:
        found = value(at)
        return any(identical(found, one) for one in values)

    return among


def _both(left: Evaluated, right: Evaluated) -> Evaluated:
    return lambda at: left(at) and right(at)


def _either(left: Evaluated, right: Evaluated) -> Evaluated:
    return lambda at: left(at) or right(at)


def _not(value: Evaluated) -> Evaluated:
    return lambda at: not value(at)


def _plain(value: Value) -> Plain:
    return value.value if isinstance(value, Frozen) else value


def _last(items: Sequence[Json], most: int | None) -> Sequence[Json]:
    return items if most is None else items[max(len(items) - most, 0) :]


def _compared(operator: str, left: Plain, right: Plain) -> bool | None:
    """None where one side is an integer that nobody saw, and both answers are possible."""
    if isinstance(left, AtLeast) or isinstance(right, AtLeast):
        return _compared_unseen(operator, left, right)
    if operator == "=":
        # Most are texts; `identical` would have to rule out all that is not.
        return left == right if left.__class__ is str and right.__class__ is str else identical(left, right)
    if left is None or right is None:
        return False
    return bool(left < right) if operator == "<" else bool(left <= right)


def _compared_unseen(operator: str, left: Plain, right: Plain) -> bool | None:
    if left is None or right is None:
        return False
    if isinstance(right, AtLeast) and isinstance(left, int):
        if operator == "=":
            return False if left < right.bound else None
        return True if left < right.bound or (operator == "<=" and left == right.bound) else None
    if isinstance(left, AtLeast) and isinstance(right, int):
        if operator == "=":
            return False if right < left.bound else None
        return False if right < left.bound or (operator == "<" and right == left.bound) else None
    return None
