"""What a call may lead to, by the declaration of its function: every outcome, with the state that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from string import Formatter

from lawful.models.model import Call, Transition, UnknownCall, Window, unknown_call
from lawful.models.rows import Rows
from lawful.models.task_store.answers import Hole, Template, has_holes, open_reply
from lawful.models.task_store.decisions import Decisions, Place, every_run
from lawful.models.task_store.effects import Effects
from lawful.models.task_store.evaluation import Evaluator, Situation
from lawful.models.task_store.state import AtLeast, Row, TableState, Value, as_json, key_text
from lawful.models.values import Json
from lawful.models.wording import name_text, part_text
from lawful.specs.field import Argument, Field
from lawful.specs.function import (
    AnyAbove,
    Case,
    CountRows,
    DeleteRows,
    Function,
    Insert,
    ListRows,
    OnAnyRow,
    OnRow,
    OnWhole,
    Reply,
    Shown,
)
from lawful.specs.table import Table

Step = Transition[TableState]

_PYTHON_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": Mapping,
    "array": Sequence,
    "any": object,
}


class Functions:
    """Carries out the functions of one table."""

    def __init__(self, table: Table, clock_error_ns: int) -> None:
        self.table = table
        self.evaluator = Evaluator(table)
        self._effects = Effects(table, self.evaluator)
        self._clock_error_ns = clock_error_ns
        self.row_shown = tuple(field.name for field in (*table.row_key, *table.fields) if field.shown)
        self._beside_shown = tuple(field.name for field in table.beside if field.shown)

    def initial(self) -> TableState:
        """The table without rows."""
        nothing = TableState(Row((), ()), Rows())
        return TableState(self._effects.initial(Situation(nothing, {}, Decisions(Window(0, 0)))), Rows())

    def steps(self, state: TableState, call: Call, window: Window) -> tuple[Step, ...]:
        """Every transition of `call` at some instant of `window`."""
        function = self.checked(call)
        if isinstance(function.body, OnAnyRow):
            return self._on_any_row(function.body, state, call, window)
        return tuple(every_run(window, lambda decisions: self._step(function, self.situation(state, call, decisions))))

    def situation(self, state: TableState, call: Call, decisions: Decisions) -> Situation:
        return Situation(state, call.arguments, decisions, self._clock_error_ns)

    def checked(self, call: Call) -> Function:
        """The function of `call`; raises `UnknownCall` for one that is not declared, or other arguments."""
        function = self.table.function(call.function)
        if function is None:
            raise unknown_call(self.table.name, call, [one.name for one in self.table.functions])
        for argument in function.arguments:
            _check_argument(call, argument)
        return function

    def key_of(self, body: OnRow, situation: Situation) -> list[Value]:
        """The key fields of the row that the call names."""
        if body.key:
            return [self.evaluator.value(part, situation) for part in body.key]
        return [situation.arguments[field.name] for field in self.table.row_key]  # type: ignore[misc]

    def inserted(self, situation: Situation, effect: Insert) -> Row:
        """The row that an insert would make in place of the one that `situation` looks at."""
        assert situation.row is not None
        return self._effects.inserted(effect, situation, situation.row.values[: len(self.table.row_key)])

    def shown(self, key: str | None, row: Row, names: Sequence[str]) -> Template:
        """The fields of a row as a client sees them; a hole for an integer that nobody saw."""
        return {name: _seen((key, name), row.get(name)) for name in names}

    def _step(self, function: Function, situation: Situation) -> Step:
        match function.body:
            case OnRow() as body:
                values = self.key_of(body, situation)
                key = key_text(values)
                return self._by_case(body.cases, situation.at(key, situation.state.rows.get(key)), values)
            case OnWhole(cases):
                return self._by_case(cases, situation)
            case ListRows() as body:
                return self._answered(self.listed(body, situation), situation, body.because, body.clause)
            case CountRows(because, clause, where):
                rows = [one for one in self.evaluator.live_rows(situation) if self.evaluator.holds(where, one)]
                return self._answered(len(rows), situation, because, clause)
            case DeleteRows() as body:
                return self._deleted(body, situation)
        raise TypeError(f"no body of a function: {function.body!r}")

    def _by_case(self, cases: Sequence[Case], situation: Situation, key_values: Sequence[Value] = ()) -> Step:
        for one in cases:
            if self.evaluator.holds(one.guard, situation):
                return self._taken(one, situation, key_values)
        raise AssertionError(f"no case of {self.table.name} applies; the last one must have no guard")

    def _taken(self, taken: Case, situation: Situation, key_values: Sequence[Value] = ()) -> Step:
        """The transition of a case that applies."""
        template = self.template(taken.answer, situation)
        because = self.worded(taken.because, situation)
        if not has_holes(template):
            return Transition(
                template, self._effects.after(situation, taken.effects, key_values), because, taken.clause
            )

        def after(filled: Mapping[Place | None, int]) -> TableState:
            seen = replace(situation, answer=filled.get(None))
            return _filled(self._effects.after(seen, taken.effects, key_values), filled)

        situation.answer = AtLeast(template.bound) if isinstance(template, Hole) else None
        unseen = self._effects.after(situation, taken.effects, key_values)
        return Transition(open_reply(template, after), unseen, because, taken.clause)

    def template(self, answer: Reply, situation: Situation) -> Template:
        """The answer of a case, with holes for what nobody saw."""
        match answer:
            case AnyAbove(bound):
                value = self.evaluator.value(bound, situation)
                return Hole(1 + (value.bound if isinstance(value, AtLeast) else value), None)
            case Shown(names):
                if situation.row is None:
                    return self.shown(None, situation.state.beside, names or self._beside_shown)
                return self.shown(situation.key, situation.row, names or self.row_shown)
            case Field(name):
                value = self.evaluator.value(answer, situation)
                key = situation.key if situation.row is not None else None
                return Hole(value.bound, (key, name)) if isinstance(value, AtLeast) else value
        return self.evaluator.value(answer, situation)

    def _on_any_row(self, body: OnAnyRow, state: TableState, call: Call, window: Window) -> tuple[Step, ...]:
        """One transition for each row that may be chosen, and the answer null unless one is certain to be there."""
        steps: list[Step] = []

        def take(key: str, one: Case) -> Callable[[Decisions], Step | None]:
            def run(decisions: Decisions) -> Step | None:
                at_row = self.situation(state, call, decisions).at(key, state.rows.get(key))
                chosen = self.evaluator.exists(at_row) and self.evaluator.holds(one.guard, at_row)
                return self._taken(one, at_row) if chosen else None

            return run

        for key, one in self._choices(body, state, call, window):
            steps += [step for step in every_run(window, take(key, one)) if step is not None]

        def none(decisions: Decisions) -> Step | None:
            situation = self.situation(state, call, decisions)
            for at_row in self.evaluator.live_rows(situation):
                if any(self.evaluator.holds(one.guard, at_row) for one in body.cases):
                    return None
            return self._answered(None, situation, body.none_because, body.none_clause)

        # Null is the answer in at most one run: the one in which every instant that may be ahead is ahead.
        steps += [step for step in every_run(window, none) if step is not None]
        return tuple(steps)

    def _choices(self, body: OnAnyRow, state: TableState, call: Call, window: Window) -> Iterator[tuple[str, Case]]:
        """The rows with the cases that may apply to them: all but those that do not, whatever is decided."""
        situation = self.situation(state, call, Decisions(window))
        for key, row in state.rows.items():
            for one in body.cases:
                at_row = situation.at(key, row)
                holds = self.evaluator.exists(at_row) and self.evaluator.holds(one.guard, at_row)
                if situation.decisions.taken:
                    situation = self.situation(state, call, Decisions(window))
                    yield key, one
                elif holds:
                    yield key, one

    def listed(self, body: ListRows, situation: Situation) -> list[Template]:
        """The right answer of a list."""
        rows = [one for one in self.evaluator.live_rows(situation) if self.evaluator.holds(body.where, one)]
        if body.descending is not None:
            name = body.descending.name
            rows.sort(key=lambda one: _order(one.row, name))  # stable: rows of equal rank stay in order of key
        offset = None if body.offset is None else situation.arguments[body.offset.name]
        limit = None if body.limit is None else situation.arguments[body.limit.name]
        page = rows[_count(offset) :] if offset is not None else rows
        page = page[: _count(limit)] if limit is not None else page
        return [self.shown(one.key, one.row, self.row_shown) for one in page if one.row is not None]

    def _deleted(self, body: DeleteRows, situation: Situation) -> Step:
        if body.where is None:
            return self._answered(None, situation, body.because, body.clause)
        going = [one.key for one in self.evaluator.live_rows(situation) if self.evaluator.holds(body.where, one)]
        state = self._effects.learnt(situation)
        for key in going:
            assert key is not None
            state = state._replace(rows=state.rows.without(key))
        return Transition(len(going), state, body.because, body.clause)

    def _answered(self, template: Template, situation: Situation, because: str, clause: str) -> Step:
        """The transition of a function that only looks."""
        state = self._effects.learnt(situation)
        if not has_holes(template):
            return Transition(template, state, because, clause)
        return Transition(open_reply(template, lambda filled: _filled(state, filled)), state, because, clause)

    def worded(self, because: str, situation: Situation) -> str:
        """A reason, with the names in braces replaced by the values of fields and arguments."""
        if "{" not in because:
            return because
        return because.format_map({name: _named(name, situation) for name in _names_in(because)})


@cache
def _names_in(because: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(because) if name)


def _named(name: str, situation: Situation) -> str:
    """The value of a field, else of an argument, as part of a sentence."""
    for row in (situation.row, situation.state.beside):
        if row is not None and name in row.names:
            value = row.get(name)
            return part_text(value) if isinstance(value, AtLeast) else name_text(as_json(value))
    return name_text(situation.arguments[name])


def _check_argument(call: Call, argument: Argument) -> None:
    if argument.name not in call.arguments:
        given = ", ".join(call.arguments) or "none"
        raise UnknownCall(f"{call.function} needs the argument {argument.name!r}; given: {given}")
    value = call.arguments[argument.name]
    if value is None and argument.nullable:
        return
    wanted = _PYTHON_TYPES[argument.type]
    wrong_kind = (isinstance(value, bool) and argument.type == "integer") or (
        isinstance(value, str) and argument.type == "array"
    )
    if wrong_kind or not isinstance(value, wanted):
        article = "an" if argument.type[0] in "aio" else "a"
        raise UnknownCall(f"{call.function} needs {article} {argument.type} as {argument.name!r}, not {value!r}")
    if argument.values and value not in argument.values:
        known = ", ".join(argument.values)
        raise UnknownCall(f"{value!r} is no {argument.name} that {call.function} knows; known: {known}")
    if argument.members and isinstance(value, Mapping):
        for name, member in value.items():
            if not _has_texts(member, argument.members):
                wanted_members = " and ".join(argument.members)
                raise UnknownCall(f"{name!r} in {argument.name} must have texts as {wanted_members}, not {member!r}")


def _has_texts(member: Json, names: Sequence[str]) -> bool:
    return (
        isinstance(member, Mapping)
        and set(member) == set(names)
        and all(isinstance(text, str) for text in member.values())
    )


def _seen(place: Place, value: Value) -> Template:
    return Hole(value.bound, place) if isinstance(value, AtLeast) else as_json(value)


def _filled(state: TableState, filled: Mapping[Place | None, int]) -> TableState:
    """The state with the integers that were seen."""
    for place, value in filled.items():
        if place is None:
            continue
        key, name = place
        if key is None:
            state = state._replace(beside=state.beside.changed({name: value}))
        elif (row := state.rows.get(key)) is not None:
            state = state._replace(rows=state.rows.put(key, row.changed({name: value})))
    return state


def _order(row: Row | None, name: str) -> int:
    value = None if row is None else row.get(name)
    assert isinstance(value, int)
    return -value


def _count(value: Json) -> int:
    assert isinstance(value, int)
    return max(value, 0)
