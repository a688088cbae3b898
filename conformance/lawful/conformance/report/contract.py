"""The contract as a page of Markdown, from the declarations and nothing else: `docs/contract.md` is this page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lawful.models.declaration_wording import (
    condition_text,
    effect_text,
    reason_text,
    reply_text,
    signature_text,
    type_text,
    value_text,
)
from lawful.models.wording import enumerated
from lawful.specs.clause import Clause, Level
from lawful.specs.expression import Expression
from lawful.specs.field import INSTANT, NULL, ORDINAL, Argument, Field
from lawful.specs.function import Case, CountRows, DeleteRows, Function, ListRows, OnAnyRow, OnRow, OnWhole
from lawful.specs.property import Exclusive, Invariant, Kept, Property, StepProperty
from lawful.specs.table import Table
from lawful.specs.task_store import CLAUSES

COMMAND = "lawful contract > docs/contract.md"

_INTRODUCTION = f"""# The contract of the task store

Written by `{COMMAND}` from the declarations in `specs/lawful/specs/task_store/`; a test holds the two equal.
The same declarations are the models that histories are checked against.

**How a function reads.** It takes effect at one instant. Of its cases the first whose condition holds applies. A name
in `backquotes` is a field; *the given* means an argument of the call. A row that has expired is as good as gone,
and an instant that is null has passed. Effects of one case happen at once, so the values that they speak of are those
from before.

**Levels** say what it takes to see a clause broken: *sequential*, one client alone; *concurrent*, clients at the same
time; *timed*, the passing of time; *crash*, a client or a server that dies.
"""
_MEANINGS = {INSTANT: "an instant by the store's clock", ORDINAL: "the order of last use"}


def contract_lines(tables: Iterable[Table]) -> Iterator[str]:
    """The page, line by line."""
    chosen = list(tables)
    yield from _INTRODUCTION.splitlines()
    yield ""
    yield "## Every table"
    yield ""
    yield from _clauses(clause for clause in CLAUSES.values() if clause.table == "all")
    for table in chosen:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield from ("", f"## {table.number}. {table.name}", "", table.meaning, "")
    yield _parts(table)
    yield from ("", *_fields(table), "")
    for function in table.functions:
        yield from (f"### {table.name}: {function.name}", "", *_function(table, function), "")
    yield from (f"### {table.name}: clauses", "", *_clauses(table.clauses))
    if table.properties:
        yield from ("", f"### {table.name}: properties", "", *map(_property, table.properties))


def _parts(table: Table) -> str:
    told = []
    if table.row_key:
        told.append(f"A row for each {enumerated([f'`{field.name}`' for field in table.row_key])}.")
    if table.beside:
        beside = enumerated([f"`{field.name}`" for field in table.beside])
        told.append(f"{beside} {'stands' if len(table.beside) == 1 else 'stand'} beside the rows, once.")
    if table.key is not None:
        told.append(f"All of it for each `{table.key}` on its own, which is the key of a call.")
    if table.expires is not None:
        told.append(f"A row expires at its `{table.expires.name}`.")
    return " ".join(told)


def _fields(table: Table) -> Iterator[str]:
    yield from _rows("field", "type", "initially", "notes")
    keys = {field.name for field in table.row_key}
    for field in (*table.row_key, *table.fields, *table.beside):
        yield _row(f"`{field.name}`", type_text(field), _initially(field), ", ".join(_notes(field, keys)))


def _initially(field: Field) -> str:
    """Nothing for a field that is never null, and that an insert therefore has to give."""
    may_be_null = field.nullable or field.type == "any"
    return value_text(field.initially) if may_be_null or field.initially != NULL else ""


def _notes(field: Field, keys: set[str]) -> Iterator[str]:
    if field.name in keys:
        yield "key"
    yield from _values(field)
    if field.type in _MEANINGS:
        yield _MEANINGS[field.type]
    if not field.shown:
        yield "not shown to clients"


def _values(one: Field | Argument) -> Iterator[str]:
    if one.values:
        yield f"one of {', '.join(one.values)}"


def _function(table: Table, function: Function) -> Iterator[str]:
    yield from ("```text", signature_text(function), "```", "", function.meaning)
    notes = [f"`{one.name}` is {told}" for one in function.arguments for told in _values(one)]
    notes += [
        f"every member of `{one.name}` has {enumerated([f'`{name}`' for name in one.members])}"
        for one in function.arguments
        if one.members
    ]
    if notes:
        yield f"Here {enumerated(notes)}."
    yield ""
    match function.body:
        case OnRow(cases, key):
            if key:
                yield from (f"The row is the one of {enumerated([value_text(part) for part in key])}.", "")
            yield from _cases(table, cases)
        case OnWhole(cases):
            yield from _cases(table, cases)
        case OnAnyRow() as body:
            yield from ("On a row of the store's choice, of those that one of these holds for:", "")
            yield from _cases(table, body.cases)
            yield from ("", f"Where there is none, the answer is null: {body.none_because} ({body.none_clause}).")
        case ListRows() as body:
            yield _list(body)
        case CountRows(because, clause, where):
            yield f"Counts the rows{_where(where)}: {because} ({clause})."
        case DeleteRows(because, clause, where):
            which = " that have expired; the answer is null" if where is None else f"{_where(where)}; answers how many"
            yield f"Removes the rows{which}: {because} ({clause})."


def _where(where: Expression | None) -> str:
    return "" if where is None else f" in which {condition_text(where)}"


def _list(body: ListRows) -> str:
    order = "order of key"
    if body.descending is not None:
        order = f"descending order of `{body.descending.name}`, equal ones in {order}"
    pages = [] if body.offset is None else [f"the given `{body.offset.name}` first ones are left out"]
    pages += [] if body.limit is None else [f"at most the given `{body.limit.name}` are answered"]
    paged = f" Then {enumerated(pages)}; null means no such limit." if pages else ""
    return f"Answers the rows{_where(body.where)}, in {order}: {body.because} ({body.clause}).{paged}"


def _cases(table: Table, cases: Iterable[Case]) -> Iterator[str]:
    yield from _rows("when", "answer", "effect", "because", "clause")
    for one in cases:
        when = "otherwise" if one.guard is None else condition_text(one.guard)
        effects = "; ".join(map(effect_text, one.effects))
        yield _row(when, reply_text(one.answer, table), effects, reason_text(one.because), one.clause)


def _clauses(clauses: Iterable[Clause]) -> Iterator[str]:
    yield from _rows("clause", "level", "what must hold", "source")
    for clause in clauses:
        yield _row(clause.id, Level(clause.level).value, clause.sentence, clause.source)


def _property(one: Property) -> str:
    match one:
        case Invariant():
            kind, formally = "in every state", condition_text(one.holds)
        case StepProperty():
            of = f" of {enumerated(list(one.of))}" if one.of else ""
            kind, formally = f"across every step{of}", condition_text(one.holds)
        case Exclusive():
            granted, given_up = enumerated(list(one.granted_by)), enumerated(list(one.given_up_by))
            kind = f"at every instant; {granted} grant it to the `{one.believer}`, {given_up} give it up"
            formally = f"as long as a client may believe it has the right, {condition_text(one.invariant)}"
        case Kept():
            kind = f"after every {enumerated(list(one.of))} where {condition_text(one.where)}"
            formally = (
                f"at most {value_text(one.most)} rows are there, and none went that is greater in `{one.by.name}` "
                "than one that is there, or though there was room for it"
            )
    return f"- {one.sentence} ({one.clause}; {kind})  \n  That is: {formally}."


def _rows(*names: str) -> tuple[str, str]:
    return _row(*names), _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    """One row of a table; what would end a cell is escaped."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |".replace("|  |", "| |")
