"""Broken twins: a table declared once more, with one mistake in it, and the clause that has to reject it.

A clause that rejects nothing is no promise, and a checker that has never failed is no evidence. So each clause has
twins, each named by its mistake. A twin is made from the right declaration by changing a named part of it; where that
part is gone, making the twin fails, so that no twin becomes right, or wrong in another way, by an edit of the table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from lawful.specs.expression import Expression, Literal, Operand, Scalar, operand
from lawful.specs.field import Argument, Field
from lawful.specs.function import (
    Assignments,
    Case,
    Effect,
    Function,
    Insert,
    OnAnyRow,
    OnRow,
    OnWhole,
    Reply,
    Update,
)
from lawful.specs.table import Table


@dataclass(frozen=True, slots=True)
class Twin:
    """A table with one mistake."""

    name: str
    """The mistake, as in `release-without-owner-check`."""
    clause: str
    """The clause that rejects it."""
    mistake: str
    """What is wrong, as a sentence without a full stop."""
    table: Table


class NoSuchPart(ValueError):
    """What a twin would change is not in the declaration any more."""


Part = TypeVar("Part")

Reason: TypeAlias = str | tuple[str, bool]
"""Names a case: by its reason, and where two cases have the same one, with the answer."""

Change: TypeAlias = Callable[[Function], Function]
"""A change of one function."""


def changed(table: Table, function: str, *changes: Change) -> Table:
    """`table` with the function of that name changed."""
    found = function_of(table, function)
    for change in changes:
        found = change(found)
    functions = tuple(found if one.name == function else one for one in table.functions)
    return dataclasses.replace(table, functions=functions)


def without_expiry(table: Table) -> Table:
    """`table` with rows that stay for ever."""
    if table.expires is None:
        raise NoSuchPart(f"rows of {table.name} do not expire")
    return dataclasses.replace(table, expires=None)


def function_of(table: Table, name: str) -> Function:
    """The function of that name."""
    return _named({one.name: one for one in table.functions}, name, f"function of {table.name}")


def field_of(table: Table, name: str) -> Field:
    """The field of that name, to be used in a guard."""
    fields = (*table.row_key, *table.fields, *table.beside)
    return _named({one.name: one for one in fields}, name, f"field of {table.name}")


def argument_of(table: Table, function: str, name: str) -> Argument:
    """The argument of that name, to be used in a guard."""
    arguments = {one.name: one for one in function_of(table, function).arguments}
    return _named(arguments, name, f"argument of {table.name}.{function}")


def _named(known: Mapping[str, Part], name: str, kind: str) -> Part:
    if name not in known:
        raise NoSuchPart(f"no {kind} is called {name!r}; there are {', '.join(known)}")
    return known[name]


def without_case(because: Reason) -> Change:
    """The case with that reason never applies; those after it do."""
    return _cases(because, lambda case: ())


def with_case(case: Case) -> Change:
    """Another case, asked before all others."""
    return lambda function: _with_cases(function, (case, *_cases_of(function)))


def guarded(because: Reason, guard: Expression | None) -> Change:
    """The case with that reason applies under another condition."""
    return _cases(because, lambda case: (dataclasses.replace(case, guard=guard),))


def answering(because: Reason, answer: Operand | Reply) -> Change:
    """The case with that reason answers something else."""
    reply = operand(answer) if answer is None or isinstance(answer, bool | int | str | Expression) else answer
    return _cases(because, lambda case: (dataclasses.replace(case, answer=reply),))


def doing(because: Reason, *effects: Effect) -> Change:
    """The case with that reason has other effects; where none is given, it has none."""
    return _cases(because, lambda case: (dataclasses.replace(case, effects=effects),))


def assigning(because: Reason, **values: Operand) -> Change:
    """The case with that reason sets these fields as well, or to other values."""

    def assigned(case: Case) -> Iterable[Case]:
        given = {name: operand(value) for name, value in values.items()}
        yield _with_assignments(case, lambda old: tuple({**dict(old), **given}.items()))

    return _cases(because, assigned)


def leaving(because: Reason, *names: str) -> Change:
    """The case with that reason leaves these fields as they are."""

    def left(case: Case) -> Iterable[Case]:
        set_by_case = {
            name for effect in case.effects if isinstance(effect, Insert | Update) for name, _ in effect.values
        }
        if not set(names) <= set_by_case:
            raise NoSuchPart(f"{because!r} does not set {', '.join(sorted(set(names) - set_by_case))}")
        yield _with_assignments(case, lambda old: tuple((name, value) for name, value in old if name not in names))

    return _cases(because, left)


def body(**parts: Any) -> Change:
    """The body of the function with other parts, such as the `where` of a list."""

    def replaced(function: Function) -> Function:
        known = {part.name for part in dataclasses.fields(function.body)}
        if not parts.keys() <= known:
            raise NoSuchPart(f"the body of {function.name} has {', '.join(sorted(known))}, not {', '.join(parts)}")
        return dataclasses.replace(function, body=dataclasses.replace(function.body, **parts))

    return replaced


def _cases(because: Reason, change: Callable[[Case], Iterable[Case]]) -> Change:
    def replaced(function: Function) -> Function:
        cases = _cases_of(function)
        named = [case for case in cases if because in (case.because, (case.because, _constant(case)))]
        if len(named) != 1:
            known = "; ".join(case.because for case in cases)
            raise NoSuchPart(f"not one case of {function.name} has the reason {because!r}; there are: {known}")
        return _with_cases(
            function, tuple(new for case in cases for new in (change(case) if case in named else (case,)))
        )

    return replaced


def _constant(case: Case) -> Scalar:
    return case.answer.value if isinstance(case.answer, Literal) else None


def _cases_of(function: Function) -> tuple[Case, ...]:
    if not isinstance(function.body, OnRow | OnWhole | OnAnyRow):
        raise NoSuchPart(f"{function.name} has no cases")
    return function.body.cases


def _with_cases(function: Function, cases: tuple[Case, ...]) -> Function:
    assert isinstance(function.body, OnRow | OnWhole | OnAnyRow)
    return dataclasses.replace(function, body=dataclasses.replace(function.body, cases=cases))


def _with_assignments(case: Case, change: Callable[[Assignments], Assignments]) -> Case:
    if not any(isinstance(effect, Insert | Update) for effect in case.effects):
        raise NoSuchPart(f"{case.because!r} sets no field")
    effects = tuple(
        dataclasses.replace(effect, values=change(effect.values)) if isinstance(effect, Insert | Update) else effect
        for effect in case.effects
    )
    return dataclasses.replace(case, effects=effects)
