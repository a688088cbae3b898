"""Values of each type that careless stores change: the extremes, the empty, the null, and what looks like another."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.conformance.workloads.script import CURIOUS_INTEGERS, CURIOUS_TEXTS, CURIOUS_VALUES
from lawful.conformance.workloads.table_traits import counted_values
from lawful.models.values import Json
from lawful.specs.field import Argument
from lawful.specs.table import Table

CONTROL_CHARACTERS = "".join(map(chr, (*range(32), 0x7F, 0x80, 0x9F, 0x200B, 0x202E, 0xFFFE)))
_LIKE_CODE = ("a::b:", "{}", "1.0", " a ", "%3A", "_index", "quote ' \" ` ;-- %s ?1 $")
"""What a store may have made for itself, or takes apart."""
_TEXTS = (*CURIOUS_TEXTS, *_LIKE_CODE, CONTROL_CHARACTERS, "\U0010ffff")
AWKWARD_INTEGERS = (*CURIOUS_INTEGERS, 2**31, 2**53, -(2**53) - 1, 2**63 - 2, -(2**63) + 1)
_VALUES = (*CURIOUS_VALUES, [[]], [{}], {"a:b": None}, -0.0, 1e300, 1.0, 2**53 + 1, False, 0)


def awkward_values(table: Table, argument: Argument) -> tuple[Json, ...]:
    """The values for an argument; of a field with few, all."""
    return (*((None,) if argument.nullable else ()), *_of_type(table, argument))


def _of_type(table: Table, argument: Argument) -> tuple[Json, ...]:
    if argument.values:
        return argument.values
    match argument.type:
        case "string":
            return _TEXTS
        case "integer":
            return AWKWARD_INTEGERS
        case "boolean":
            return (True, False)
        case "array":
            return ([], *([text] for text in _TEXTS), list(_TEXTS))
        case "object" if argument.members:
            return ({}, *_objects(table, argument))
        case "object":
            return ({}, *({text: value} for text, value in zip(_TEXTS, _VALUES, strict=False)))
    return (*_VALUES, *_TEXTS)


def _objects(table: Table, argument: Argument) -> Iterator[Json]:
    """Objects of objects, with each text as a name and as a member."""
    for text in _TEXTS:
        yield {text: {name: _member(table, name, text) for name in argument.members}}


def _member(table: Table, name: str, text: str) -> str:
    values = counted_values(table, name)
    return values[0] if values else text
