"""Which clause a wrong answer breaks, and why, by what the declaration says about blame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lawful.models.model import Call, Refusal, Window
from lawful.models.task_store.answers import Template, has_holes
from lawful.models.task_store.decisions import Decisions
from lawful.models.task_store.evaluation import Situation
from lawful.models.task_store.functions import Functions
from lawful.models.task_store.state import Row, TableState, key_text
from lawful.models.values import Json, canonical, identical
from lawful.models.wording import counted, name_text, stray_rows_text
from lawful.specs.expression import Expression
from lawful.specs.field import INSTANT, ORDINAL
from lawful.specs.function import Function, Insert, ListRows, OnAnyRow, OnRow, Shown
from lawful.specs.table import Table

GENERAL_CLAUSE = "TS-ALL-1"
"""What any answer breaks that cannot be, where nothing more special is said."""
LIST_CLAUSE = "TS-ALL-2"
ACKNOWLEDGED_CLAUSE = "TS-ALL-3"
RETRY_CLAUSE = "TS-ALL-6"


def refusal(functions: Functions, state: TableState, call: Call, reply: Json, window: Window) -> Refusal | None:
    """Why `reply` is not allowed; None where the reasons of the allowed answers say it all."""
    function = functions.checked(call)
    # Blame is about what was certain: an instant that may have passed counts as passed.
    situation = _looking_at(functions, function, functions.situation(state, call, _Lenient(window)), reply)
    situation.answer = reply
    if isinstance(function.body, OnAnyRow) and not isinstance(reply, Mapping):
        return None
    if isinstance(function.body, ListRows):
        return _wrong_list(functions, function.body, situation, reply)
    retried = _retried(functions, function, situation, reply)
    if retried is not None:
        return retried
    wrong = _wrong_fields(functions, function, situation, reply)
    for blame in function.blames:
        if blame.field is not None and wrong != [blame.field]:
            continue
        if functions.evaluator.holds(blame.guard, situation):
            return Refusal(functions.worded(blame.because, situation), blame.clause)
    if wrong:
        return _wrong_row(functions.table, wrong, situation)
    if isinstance(function.body, OnRow) and reply is None and situation.row is not None and function.reads_only:
        return Refusal(f"{_row(situation)} was written and not removed since", ACKNOWLEDGED_CLAUSE)
    return None


class _Lenient(Decisions):
    """Decides that whatever may have passed has."""

    def either(self, question: object) -> bool:
        return True


def _looking_at(functions: Functions, function: Function, situation: Situation, reply: Json) -> Situation:
    """The situation of the row that the call names, or that its answer does."""
    match function.body:
        case OnRow() as body:
            key = key_text(functions.key_of(body, situation))
        case OnAnyRow() if isinstance(reply, Mapping):
            key = key_text([_text(reply.get(field.name)) for field in functions.table.row_key])
        case _:
            return situation
    row = situation.state.rows.get(key)
    return situation.at(key, row)


def _row(situation: Situation) -> str:
    return name_text(situation.key)


def _text(value: Json) -> str | int | None:
    return value if isinstance(value, str | int) else None


def _retried(functions: Functions, function: Function, situation: Situation, reply: Json) -> Refusal | None:
    """Whether an insert was answered as a first one though the same row is there: a retry took effect again."""
    if not isinstance(function.body, OnRow) or situation.row is None or not functions.evaluator.exists(situation):
        return None
    for one in function.body.cases:
        inserts = [effect for effect in one.effects if isinstance(effect, Insert)]
        if not inserts or not isinstance(one.answer, Expression):
            continue
        if not identical(functions.evaluator.value(one.answer, situation), reply):
            continue
        if _are_alike(functions.table, functions.inserted(situation, inserts[0]), situation.row):
            because = f"{_row(situation)} was inserted before, exactly like this: a retry takes effect once"
            return Refusal(because, RETRY_CLAUSE)
    return None


def _are_alike(table: Table, row: Row, other: Row) -> bool:
    """Whether two rows hold the same, whenever they end and whenever they were used."""
    names = [field.name for field in (*table.row_key, *table.fields) if field.type not in (INSTANT, ORDINAL)]
    return all(row.get(name) == other.get(name) for name in names)


def _wrong_fields(functions: Functions, function: Function, situation: Situation, reply: Json) -> list[str]:
    """The fields in which the answered row differs from the right one; none where no row was answered."""
    if not isinstance(reply, Mapping) or isinstance(function.body, OnAnyRow):
        return []
    for one in getattr(function.body, "cases", ()):
        if isinstance(one.answer, Shown) and functions.evaluator.holds(one.guard, situation):
            right = functions.template(one.answer, situation)
            wrong = [name for name, value in right.items() if _differs(value, reply.get(name))]
            return wrong or ["further fields"] if right.keys() != reply.keys() or wrong else []
    return []


def _differs(right: Json, seen: Json) -> bool:
    return not has_holes(right) and not identical(right, seen)


def _wrong_row(table: Table, wrong: Sequence[str], situation: Situation) -> Refusal | None:
    clause = _clause_of_fields(table, wrong)
    of = "" if situation.key is None else f" of {_row(situation)}"
    return None if clause is None else Refusal(f"other than last written: {', '.join(wrong)}{of}", clause)


def _clause_of_fields(table: Table, wrong: Sequence[str]) -> str | None:
    """The clause that says what the fields hold, of the first of them; None where one of them has none."""
    clauses = {field.name: field.clause for field in (*table.row_key, *table.fields, *table.beside)}
    named = [clause for name in wrong if (clause := clauses.get(name) or table.wrong_row) is not None]
    return named[0] if len(named) == len(wrong) else None


def _wrong_list(functions: Functions, body: ListRows, situation: Situation, reply: Json) -> Refusal | None:
    """Whether rows are missing or extra, which breaks what holds for all lists, or only their choice and order."""
    if isinstance(reply, str) or not isinstance(reply, Sequence):
        return None
    shown = {canonical(row) for row in reply}
    live = list(functions.evaluator.live_rows(situation))
    names = functions.row_shown
    rows = [functions.shown(one.key, one.row, names) for one in live if one.row is not None]
    if any(map(has_holes, rows)):
        return None
    existing = {canonical(row) for row in rows}
    if not shown <= existing:
        stray = [row for row in reply if canonical(row) not in existing]
        return _as_looked_up(functions, live, stray) or _stray_rows(functions.table, body, rows, stray)
    limited = (body.limit, body.offset)
    pages = any(argument is not None and situation.arguments[argument.name] for argument in limited)
    zero = body.limit is not None and situation.arguments[body.limit.name] == 0
    right = {canonical(row) for row in functions.listed(body, situation)}
    if shown == right or pages or zero or not shown <= right:
        return Refusal("these are rows of the table, but not the right ones in the right order", body.clause)
    return Refusal(f"the list lacks {counted(len(right - shown), 'row')} of the table", body.choice or LIST_CLAUSE)


def _as_looked_up(functions: Functions, live: Sequence[Situation], stray: Sequence[Json]) -> Refusal | None:
    """What a look-up would be blamed for that answers a row like one of these, wrong in one field alone."""
    table = functions.table
    known = {one.key: one for one in live}
    blames = [
        blame for one in table.functions if one.reads_only and isinstance(one.body, OnRow) for blame in one.blames
    ]
    for row in stray:
        named = [row.get(field.name) for field in table.row_key] if isinstance(row, Mapping) else []
        at_row = known.get(key_text([_text(part) for part in named]))
        if at_row is None or at_row.row is None:
            continue
        wrong = _different(functions.shown(at_row.key, at_row.row, functions.row_shown), row)
        for blame in blames:
            if wrong == [blame.field] and functions.evaluator.holds(blame.guard, at_row):
                return Refusal(functions.worded(blame.because, at_row), blame.clause)
    return None


def _stray_rows(table: Table, body: ListRows, rows: Sequence[Template], stray: Sequence[Json]) -> Refusal:
    """Of a table that drops rows, those that should be gone by now break its clause about that.

    Where the rows are there, and other than they are shown, it is the clause that a look-up of them would break.
    """
    known = {_key_of(table, row): row for row in rows}
    wrong = {_key_of(table, row): _different(known.get(_key_of(table, row)), row) for row in stray}
    absent = [key for key, names in wrong.items() if not names]
    clause = None if absent else _clause_of_fields(table, sorted(set().union(*wrong.values())))
    told = next(row for row in stray if _key_of(table, row) == (absent or list(wrong))[0])
    because = stray_rows_text(_name_of(table, told), wrong[_key_of(table, told)], len(wrong) - 1)
    return Refusal(because, clause or (body.choice or LIST_CLAUSE if absent else GENERAL_CLAUSE))


def _different(right: Template, shown: Json) -> list[str]:
    """The fields in which a row is shown other than it is; none where there is no such row."""
    if right is None or not isinstance(shown, Mapping):
        return []
    return [name for name, value in right.items() if not identical(value, shown.get(name))]


def _name_of(table: Table, row: Json) -> str:
    parts = [row.get(field.name) for field in table.row_key] if isinstance(row, Mapping) else [row]
    return name_text(parts[0] if len(parts) == 1 else parts)


def _key_of(table: Table, row: Json) -> str:
    return canonical([row.get(field.name) for field in table.row_key] if isinstance(row, Mapping) else None)
