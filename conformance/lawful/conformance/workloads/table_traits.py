"""What the declaration of a table tells those who write programs against it: who holds what, what stays, what shows.

Everything here is a function of the declaration.
"""

from __future__ import annotations

from collections.abc import Iterator

from lawful.models.values import Json
from lawful.specs.expression import Exists, Expression, Literal
from lawful.specs.field import Drawn, Field
from lawful.specs.function import (
    Delete,
    DeleteRows,
    Effect,
    Function,
    Insert,
    KeepGreatest,
    ListRows,
    Update,
)
from lawful.specs.property import Exclusive
from lawful.specs.table import Table


def exclusive_of(table: Table) -> Exclusive | None:
    """The right that one client has at a time, where the table gives one."""
    return next((one for one in table.properties if isinstance(one, Exclusive)), None)


def grants(table: Table) -> tuple[Function, ...]:
    """The functions that give a right to who has none; those that extend one answer with a boolean."""
    right = exclusive_of(table)
    named = () if right is None else right.granted_by
    return tuple(one for one in table.functions if one.name in named and "boolean" not in one.answer)


def for_holders(table: Table) -> tuple[Function, ...]:
    """The functions that are of use to who has the right: they take its name, or what it was shown."""
    right = exclusive_of(table)
    if right is None:
        return ()
    keys = {field.name for field in table.row_key}

    def is_of_use(function: Function) -> bool:
        shown = (one.drawn is Drawn.SEEN and one.name not in keys for one in function.arguments)
        return any(one.name == right.believer for one in function.arguments) or any(shown)

    taken = grants(table)
    return tuple(one for one in table.functions if not one.reads_only and one not in taken and is_of_use(one))


def names_fill_up(table: Table) -> bool:
    """Whether a row can be made once only and never goes: with a few names all inserts would soon be refused."""
    makers = [one for one in table.functions if any(isinstance(effect, Insert) for effect in _effects(one))]
    removes = table.expires is not None or any(
        isinstance(one.body, DeleteRows) or any(isinstance(effect, Delete | KeepGreatest) for effect in _effects(one))
        for one in table.functions
    )
    return bool(makers) and not removes and all(any(_refuses_existing(one)) for one in makers)


def whole_lists(table: Table) -> tuple[Function, ...]:
    """The functions that answer every row when their arguments are null."""
    return tuple(
        one
        for one in table.functions
        if isinstance(one.body, ListRows) and all(argument.nullable for argument in one.arguments)
    )


def initially(table: Table, name: str) -> Json:
    """What a field holds before anybody wrote it; null where there is no such field."""
    field = table.field(name)
    return field.initially.value if field is not None and isinstance(field.initially, Literal) else None


def counted_values(table: Table, name: str) -> tuple[str, ...]:
    """The only values of a field, where they are counted. A member of an object takes them from the field of its name:
    a task that a node has has the statuses of a task."""
    field = table.field(name)
    return () if field is None else field.values


def written(function: Function) -> Iterator[tuple[str, Expression]]:
    """The fields that a call set, with what they were set to; of the first case that has effects."""
    for case in function.cases:
        if case.effects:
            for effect in case.effects:
                if isinstance(effect, Insert | Update):
                    yield from effect.values
            return


def shown_alone(function: Function) -> str | None:
    """The field whose value is the whole answer; None where an answer is a row, or what no field holds."""
    for case in function.cases:
        if isinstance(case.answer, Field):
            return case.answer.name
    return None


def _effects(function: Function) -> Iterator[Effect]:
    for case in function.cases:
        yield from case.effects


def _refuses_existing(function: Function) -> Iterator[bool]:
    for case in function.cases:
        yield isinstance(case.guard, Exists) and not case.effects
