"""Values of the sequential model for what a solver found: texts for numbers, objects for facts about them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import count

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.containers import parts_of
from lawful.checkers.proof.logic import Term
from lawful.checkers.proof.steps import Outcome, Step
from lawful.checkers.proof.translation import SymbolicRow, Translator, View
from lawful.checkers.proof.values import Kind, Symbolic
from lawful.models.history import NS_PER_MS
from lawful.models.model import Call
from lawful.models.rows import Rows
from lawful.models.task_store.expiry import Expiry
from lawful.models.task_store.state import Row, TableState, Value, key_text
from lawful.models.values import Frozen, Json
from lawful.specs.expression import Scalar
from lawful.specs.field import INSTANT, Argument, Field

MOST_ITEMS = 20
"""How many items of an array, or rows beside those that were looked at, are written out."""
_SECOND_NS = 1000 * NS_PER_MS


class NotConcrete(Exception):
    """What the solver found stands for no value that could be written out."""


class Reader:
    """Reads values off the model of one solver."""

    def __init__(self, translator: Translator, model: z3.ModelRef) -> None:
        self._translator = translator
        self._table = translator.table
        self._codes = translator.codes
        self._model = model
        self._texts: dict[int, str] = {}
        self._numbers: dict[str, Iterator[int]] = {}
        declared = [part for part in parts_of(self._table) if isinstance(part, Argument)]
        self._members = next((one.members for one in declared if one.members), ())
        for text, digest in translator.digests:
            # The digest that the solver made up becomes the real one, as the model will compute it.
            hashed = self.text(self.integer(text), "text").encode()
            self._texts[self.integer(digest)] = hashlib.sha256(hashed).hexdigest()

    def true(self, condition: object) -> bool:
        if isinstance(condition, bool):
            return condition
        return bool(z3.is_true(self._model.eval(condition, model_completion=True)))

    def integer(self, term: object) -> int:
        number: int = self._model.eval(term, model_completion=True).as_long()
        return number

    def call(self, step: Step) -> Call:
        arguments = {one.name: self.json(one, step.before.arguments[one.name]) for one in step.function.arguments}
        return Call(step.function.name, arguments)

    def state(self, view: View) -> TableState:
        """The state before a step: the rows that are there, and what stands beside them."""
        beside = self._row(self._table.beside, view.beside)
        rows: Rows[Row] = Rows()
        for one in view.rows:
            if self.true(one.present):
                rows = rows.put(self.key(one), self._row((*self._table.row_key, *self._table.fields), one.values))
        return TableState(beside, rows)

    def with_rows_ahead(self, state: TableState, step: Step, outcome: Outcome) -> TableState:
        """The state with as many rows more as there have to be for a row to be dropped because of them."""
        field = next((one.by for one in outcome.droppings), None)
        watched = step.watched
        if field is None or watched is None or not self.true(watched.present):
            return state
        most = self.integer(outcome.droppings[0].most)
        if most > MOST_ITEMS:
            raise NotConcrete(f"{most} rows")
        template = state.rows.get(self.key(watched))
        assert template is not None
        start = max(abs(_integer(row.get(field.name))) for _, row in state.rows.items())
        for number in range(max(most, 0)):
            values: dict[str, Value] = {field.name: start + 1000 + number}
            for part in self._table.row_key:
                if part.name not in values:
                    values[part.name] = f"{part.name}-more-{number}" if part.type == "string" else start + 1000 + number
            row = template.changed(values)
            state = state._replace(
                rows=state.rows.put(key_text([row.get(one.name) for one in self._table.row_key]), row)
            )
        return state

    def key(self, row: SymbolicRow) -> str:
        return key_text([self.value(field, row.values[field.name]) for field in self._table.row_key])

    def value(self, declared: Field, value: Symbolic) -> Value:
        """A value in the form in which states hold it."""
        if self.true(value.null):
            return Frozen(None) if declared.type == "any" else None
        if declared.type == INSTANT:
            instant_ns = self.integer(value.term)
            return Expiry(instant_ns, instant_ns)
        found = self.json(declared, value)
        if declared.type in ("any", "object", "array"):
            return Frozen(found)
        assert found is None or isinstance(found, bool | int | str), found
        return found

    def json(self, declared: Field | Argument, value: Symbolic) -> Json:
        """A value as clients give and see it."""
        if self.true(value.null):
            return None
        match value.kind:
            case Kind.BOOLEAN:
                return self.true(value.term)
            case Kind.INTEGER | Kind.INSTANT:
                return self.integer(value.term)
            case Kind.TEXT:
                return self.text(self.integer(value.term), declared.name)
        return self._container(declared, self.integer(value.term))

    def text(self, number: int, hint: str) -> str:
        """The text of a number: a constant of the declaration, or one that is told from all others."""
        if number not in self._texts:
            known = self._codes.constant(number) if self._codes.known(number) else None
            if not isinstance(known, str):
                known = f"{hint}-{next(self._numbers.setdefault(hint, count(1)))}"
            self._texts[number] = known
        return self._texts[number]

    def answer(self, outcome: Outcome) -> Json:
        """The integer that the store chose; anything else is for the model to say."""
        if outcome.answer.kind is Kind.INTEGER and not self.true(outcome.answer.null):
            return self.integer(outcome.answer.term)
        return None

    def _row(self, fields: tuple[Field, ...], values: Mapping[str, Symbolic]) -> Row:
        return Row(
            tuple(field.name for field in fields), tuple(self.value(field, values[field.name]) for field in fields)
        )

    def _container(self, declared: Field | Argument, number: int) -> Json:
        known = self._codes.constant(number) if self._codes.known(number) else None
        if declared.type == "object":
            return known if isinstance(known, Mapping) else self._object(number)
        if declared.type == "array":
            return known if isinstance(known, list) else self._array(number)
        return known if self._codes.known(number) else self.text(number, declared.name)

    def _object(self, number: int) -> Json:
        """An object with a member for each value that the solver says stands in some member."""
        containers, term = self._translator.containers, z3.IntVal(number)
        held = [
            (name, one)
            for name, constants in containers.asked.items()
            for one in (*constants, None)
            if self.true(containers.holds(name, one)(term))
        ]
        made: dict[str, Json] = {}
        for (name, one), key in self._replaced(number, held):
            made[key] = self._member(number, name, "another" if one is None else one)
        for name, one in held:
            made[f"member-{len(made) + 1}"] = self._member(number, name, "another" if one is None else one)
        return made or {"member-1": self._member(number)}

    def _replaced(self, number: int, held: list[tuple[str, Scalar]]) -> Iterator[tuple[tuple[str, Scalar], str]]:
        """The members that a step replaces, each with a value: the one that is gone after, if one is."""
        containers = self._translator.containers
        for value, key, after in containers.replacements:
            if self.integer(value) == number and held and self.true(containers.has_member(value, key)):
                gone = [one for one in held if not self.true(containers.holds(*one)(after))]
                if gone:
                    held.remove(gone[0])
                yield (gone or held)[0], self.text(self.integer(key), "member")

    def _member(self, number: int, name: str | None = None, value: Scalar = None) -> Json:
        names = self._members or tuple(self._translator.containers.asked)
        return {one: value if one == name else f"{one}-of-{number}" for one in names}

    def _array(self, number: int) -> Json:
        """An array of as many items with the sums that the solver says."""
        containers, term = self._translator.containers, z3.IntVal(number)
        length = self.integer(containers.length(term))
        if not 0 < length <= MOST_ITEMS:
            raise NotConcrete(f"an array of {length} items")
        items: list[dict[str, Json]] = [{"item": f"{place + 1}-of-{number}"} for place in range(length)]
        for name in containers.summed:
            below = not self.true(containers.none_below_nought(name)(term))
            total = self.integer(containers.sum(name)(term))
            values = [total, *(0 for _ in items[1:])]
            if below and total >= 0 and length > 1:
                values[:2] = [-1, total + 1]
            for item, value in zip(items, values, strict=True):
                item[name] = value
        return items


def readable(translator: Translator, view: View, belief: tuple[Symbolic, ...] = ()) -> Iterator[object]:
    """What makes a counterexample easy to read: a right clock, few rows, small numbers, an ordinary time."""
    yield translator.clock_error_ns == 0
    for row in reversed(view.rows):
        if not isinstance(row.present, bool):
            yield z3.Not(row.present)
    yield view.now == 100 * _SECOND_NS
    for name, value in view.arguments.items():
        if name.endswith("_ms"):
            yield _some_seconds(value.term, 0, 1000)
    named = [*view.arguments.items(), *view.beside.items(), *(item for row in view.rows for item in row.values.items())]
    ranges = {name: number for number, name in enumerate(dict.fromkeys(name for name, _ in named), 1)}
    for name, value in (*named, *(("", one) for one in belief)):
        yield from _readable_value(value, view, ranges.get(name, 0))


def _readable_value(value: Symbolic, view: View, place: int) -> Iterator[object]:
    if value.kind is Kind.INTEGER:
        yield z3.And(value.term >= 0, value.term <= 9)
    elif value.kind is Kind.INSTANT:
        yield _some_seconds(value.term, view.now, _SECOND_NS)
    elif value.kind is Kind.TEXT:
        # Not a constant, which would look as if it meant something; and not that of another field by chance.
        yield z3.And(value.term >= 1000 * (place + 1), value.term < 1000 * (place + 2))
    if not isinstance(value.null, bool):
        yield z3.Not(value.null)


def _some_seconds(term: Term, start: Term, second: int) -> object:
    return z3.Or([term == start + ahead * second for ahead in range(-9, 10) if ahead])


def _integer(value: Value) -> int:
    assert isinstance(value, int)
    return value
