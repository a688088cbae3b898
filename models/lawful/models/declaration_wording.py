"""What a declared table says, in English: expressions, guards, effects and answers. For the contract page and reports.

Names of fields stand in backquotes, arguments are *given*, texts are quoted as in JSON. A condition is worded together
with its negation, and `not a or b` as `if a, b`: so the sentences read as somebody would say them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeGuard

from lawful.models.values import canonical
from lawful.models.wording import enumerated
from lawful.specs import expression as x
from lawful.specs.field import Argument, Field
from lawful.specs.function import (
    AnyAbove,
    Delete,
    Effect,
    Function,
    Insert,
    KeepGreatest,
    Reply,
    Shown,
    Update,
)
from lawful.specs.table import Table


def signature_text(function: Function) -> str:
    """`claim(worker: string, ttl_ms: integer) -> object or null`."""
    arguments = ", ".join(f"{one.name}: {type_text(one)}" for one in function.arguments)
    return f"{function.name}({arguments}) -> {' or '.join(function.answer)}"


def type_text(one: Field | Argument) -> str:
    """`string or null`."""
    return f"{one.type} or null" if one.nullable else one.type


def condition_text(expression: x.Expression, holds: bool = True) -> str:
    """A condition as a clause of a sentence; `holds` False: its negation.

    >>> state, worker = Field("state", "string"), Argument("worker", "string")
    >>> condition_text(~state.is_("queued") | x.EXISTS & state.is_(worker))
    'if `state` is "queued", then the row exists and `state` is the given `worker`'
    """
    match expression:
        case x.Not(value):
            return condition_text(value, not holds)
        case x.Both() | x.Either():
            return _joined(expression, holds)
        case x.Comparison(operator, left, right):
            return _compared(operator, left, right, holds)
        case x.Among(value, values):
            return f"{value_text(value)} {_among(values, holds)}"
        case x.Passed(instant):
            return f"{value_text(instant)} {'has' if holds else 'has not'} passed"
        case x.Before(x.Passed(instant)):
            return f"{value_text(instant)} {'had' if holds else 'had not'} passed before"
        case x.Exists():
            return "the row exists" if holds else "there is no such row"
        case x.Existed():
            return "the row existed before" if holds else "the row did not exist before"
        case x.AnyRow(where):
            return f"there is {'a' if holds else 'no'} row in which {condition_text(where)}"
        case x.EveryMember(value, name, values):
            every = "every" if holds else "some"
            return f"in {every} member of {value_text(value)}, `{name}` {_among(values, holds)}"
        case x.SomeMember(value, name, values):
            some = "some" if holds else "every"
            return f"in {some} member of {value_text(value)}, `{name}` {_among(values, holds)}"
    return f"{value_text(expression)} is {'true' if holds else 'not true'}"


def value_text(expression: x.Expression) -> str:
    """The value of an expression as a noun.

    >>> value_text(x.After(Argument("ttl_ms", "integer")))
    'the instant that is the given `ttl_ms` milliseconds from now'
    """
    match expression:
        case x.Literal(value):
            return canonical(value)
        case x.EmptyObject():
            return "an empty object"
        case x.EmptyArray():
            return "an empty array"
        case Argument(name):
            return f"the given `{name}`"
        case Field(name):
            return f"`{name}`"
        case x.Before(field):
            return f"{value_text(field)} before"
        case x.Answered():
            return "the answer"
        case x.NextOrdinal():
            return "a number above that of every row"
        case x.Believer():
            return "the client that was told so"
        case x.BelievedUntil():
            return "the instant until which it was told so"
    return _computed_text(expression)


def _computed_text(expression: x.Expression) -> str:
    match expression:
        case x.After(ttl_ms):
            return f"the instant that is {value_text(ttl_ms)} milliseconds from now"
        case x.Sha256(text):
            return f"the SHA-256 of {value_text(text)}"
        case x.Conditional(condition, then, otherwise):
            return f"{value_text(then)} if {condition_text(condition)}, else {value_text(otherwise)}"
        case x.Sum(left, right):
            return f"{value_text(left)} plus {_bracketed(right)}"
        case x.Difference(left, right):
            return f"{value_text(left)} minus {_bracketed(right)}"
        case x.Doubled(value, times, most):
            return f"{value_text(value)}, doubled as often as {value_text(times)} says, but at most {most}"
    return _container_text(expression)


def _container_text(expression: x.Expression) -> str:
    of = value_text
    match expression:
        case x.Record(members):
            return "{" + ", ".join(f"{name}: {of(value)}" for name, value in members) + "}"
        case x.WithMember(value, name, member):
            return f"{of(value)} with {of(member)} under {of(name)}"
        case x.WithItem(value, item, most):
            kept = "" if most is None else f", of which the {_number(most)} last stay"
            return f"{of(value)} with {of(item)} at its end{kept}"
        case x.FirstItems(value, most):
            return f"the {_number(most)} first items of {of(value)}"
        case x.WithoutFirstItems(value, most):
            return f"{of(value)} without its {_number(most)} first items"
        case x.CountOfItems(value):
            return f"the number of items of {of(value)}"
        case x.SumOfItems(value, name):
            return f"the sum of `{name}` over the items of {of(value)}"
    if isinstance(expression, _CONDITIONS):
        return f"whether {condition_text(expression)}"
    raise TypeError(f"no words for {expression!r}")


_CONDITIONS = (
    x.Not,
    x.Both,
    x.Either,
    x.Comparison,
    x.Among,
    x.Passed,
    x.Exists,
    x.Existed,
    x.AnyRow,
    x.EveryMember,
    x.SomeMember,
)


def reply_text(reply: Reply, table: Table) -> str:
    """What a case answers."""
    match reply:
        case Shown(names):
            whole = "the row" if table.row_key else enumerated([f"`{one.name}`" for one in table.beside if one.shown])
            return enumerated([f"`{name}`" for name in names]) if names else whole
        case AnyAbove(bound):
            return f"any integer above {value_text(bound)}"
        case x.Expression():
            return value_text(reply)


def effect_text(effect: Effect) -> str:
    """One effect of a case."""
    match effect:
        case Insert(values):
            return f"the row is made{_made_with(values)}"
        case Update(values):
            return "; ".join(f"`{name}` becomes {value_text(value)}" for name, value in values)
        case Delete():
            return "the row is removed"
        case KeepGreatest(most, by, among):
            rows = "of all rows" if among is None else f"of the rows equal in `{among.name}`"
            return f"{rows}, only the {_number(most)} greatest in `{by.name}` stay"


def reason_text(because: str) -> str:
    """A reason, with the names of fields and arguments where a report has their values."""
    return because.replace("{", "`").replace("}", "`")


def _bracketed(value: x.Expression) -> str:
    return f"({value_text(value)})" if isinstance(value, x.Sum | x.Difference) else value_text(value)


def _number(value: x.Expression) -> str:
    """A value after the word *the*."""
    return value_text(value).removeprefix("the ")


def _made_with(values: Sequence[tuple[str, x.Expression]]) -> str:
    given = [f"`{name}`" for name, value in values if isinstance(value, Argument) and value.name == name]
    other = [f"`{name}` {value_text(value)}" for name, value in values if f"`{name}`" not in given]
    told = ([f"{enumerated(given)} as given"] if given else []) + other
    return f" with {', '.join(told)}" if told else ""


def _among(values: Sequence[x.Scalar], holds: bool) -> str:
    told = [canonical(value) for value in values]
    if len(told) == 1:
        return f"is {told[0]}" if holds else f"is not {told[0]}"
    return f"is {'one' if holds else 'none'} of {enumerated(told)}"


_WORDS = {"=": ("is", "is not"), "<": ("is below", "is at least"), "<=": ("is at most", "is above")}
_TURNED_WORDS = {"=": ("is", "is not"), "<": ("is above", "is at most"), "<=": ("is at least", "is below")}


_SUBJECTS = (Field, x.Answered, x.CountOfItems, x.SumOfItems, x.Sum, x.Difference, x.Before, Argument)
"""What a comparison is about, where both sides could be: `token` is above 3, rather than 3 is below `token`."""


def _compared(operator: str, left: x.Expression, right: x.Expression, holds: bool) -> str:
    if operator == "=" and right == x.Before(left):
        return f"{value_text(left)} is {'' if holds else 'not '}as before"
    turned = _rank(right) < _rank(left)
    words = (_TURNED_WORDS if turned else _WORDS)[operator][0 if holds else 1]
    one, other = (right, left) if turned else (left, right)
    return f"{value_text(one)} {words} {value_text(other)}"


def _rank(side: x.Expression) -> int:
    return next((rank for rank, kind in enumerate(_SUBJECTS) if isinstance(side, kind)), len(_SUBJECTS))


def _joined(expression: x.Both | x.Either, holds: bool) -> str:
    """`a and b`, `a or b`, `if a, then b`; a negation goes to the parts."""
    every = isinstance(expression, x.Both) is holds
    parts = [(part, holds) for part in _parts(expression, type(expression))]
    if every:
        return " and ".join(_all_parts(parts))
    conditions = [(part.value, not positive) for part, positive in parts if isinstance(part, x.Not) and positive]
    rest = [(part, positive) for part, positive in parts if not (isinstance(part, x.Not) and positive)]
    if conditions and rest:
        told = " and ".join(_part(part, not negated, within="and") for part, negated in conditions)
        follows = " or ".join(_part(part, positive, within="or") for part, positive in rest)
        return f"if {told}, then {condition_text(*rest[0]) if len(rest) == 1 else follows}"
    return " or ".join(_part(part, positive, within="or") for part, positive in parts)


def _all_parts(parts: Sequence[tuple[x.Expression, bool]]) -> Iterator[str]:
    """Each part; the fields that stay as they were, or are as given, together."""
    unchanged = [part.left for part, positive in parts if positive and _is_unchanged(part)]
    given = [part.left for part, positive in parts if positive and _is_given(part)]
    for fields, how in ((unchanged, "as before"), (given, "as given")):
        if len(fields) > 1:
            yield f"{enumerated([value_text(field) for field in fields])} are {how}"
    for part, positive in parts:
        told = positive and ((len(unchanged) > 1 and _is_unchanged(part)) or (len(given) > 1 and _is_given(part)))
        if not told:
            yield _part(part, positive, within="and")


def _is_unchanged(part: x.Expression) -> TypeGuard[x.Comparison]:
    return isinstance(part, x.Comparison) and part.operator == "=" and part.right == x.Before(part.left)


def _is_given(part: x.Expression) -> TypeGuard[x.Comparison]:
    if not isinstance(part, x.Comparison) or part.operator != "=":
        return False
    return isinstance(part.left, Field) and isinstance(part.right, Argument) and part.left.name == part.right.name


def _part(part: x.Expression, holds: bool, within: str) -> str:
    """One part of several, in brackets where it is joined otherwise."""
    text = condition_text(part, holds)
    inner, positive = part, holds
    while isinstance(inner, x.Not):
        inner, positive = inner.value, not positive
    if not isinstance(inner, x.Both | x.Either):
        return text
    joins_all = isinstance(inner, x.Both) is positive
    return text if joins_all == (within == "and") and not text.startswith("if ") else f"({text})"


def _parts(expression: x.Expression, kind: type[x.Both] | type[x.Either]) -> Iterator[x.Expression]:
    if isinstance(expression, kind):
        yield from _parts(expression.left, kind)
        yield from _parts(expression.right, kind)
    else:
        yield expression
