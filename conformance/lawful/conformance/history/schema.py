"""The JSON Schema of one record of a history file, made from the table that the reader goes by.

It says of one line what the reader says of one line, except that JSON Schema takes 1.0 for an integer, which the
reader does not. What concerns several lines (numbering, order, counts, one operation at a time) no schema can say.
"""

from __future__ import annotations

from types import NoneType
from typing import Any

from lawful.conformance.history.records import FORMAT_VERSION, INT64, MEMBERS, Member

_TYPES: dict[type, str] = {int: "integer", str: "string", dict: "object", NoneType: "null"}


def _member(name: str, member: Member) -> dict[str, Any]:
    described: dict[str, Any] = {"description": member.meaning}
    if name == "format":
        return described | {"const": FORMAT_VERSION}
    types = [_TYPES[one] for one in member.types]
    if types:
        described["type"] = types[0] if len(types) == 1 else types
    if member.choices:
        described["enum"] = list(member.choices)
    if name.endswith("_ns"):
        described |= {"minimum": 0 if name == "clock_error_ns" else -INT64, "maximum": INT64 - 1}
    if name in ("versions", "levels"):
        described["additionalProperties"] = {"type": "string"}
    return described


def _record(kind: str, members: dict[str, Member]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": "object",
        "properties": {"record": {"const": kind}} | {name: _member(name, one) for name, one in members.items()},
        "required": ["record", *(name for name, one in members.items() if one.required)],
        "additionalProperties": False,
    }
    if "outcome" in members:
        described["allOf"] = [_absent_with("result", ("fail", "unknown")), _absent_with("error", ("ok",))]
    if kind == "operation":
        described["allOf"].append(_RETURNS_UNLESS_UNKNOWN)
    return described


def _absent_with(absent: str, outcomes: tuple[str, ...]) -> dict[str, Any]:
    """With these outcomes the member `absent` has no value."""
    return {
        "if": {"properties": {"outcome": {"enum": list(outcomes)}}},
        "then": {"properties": {absent: {"type": "null"}}},
    }


_RETURNS_UNLESS_UNKNOWN: dict[str, Any] = {
    "if": {"properties": {"outcome": {"enum": ["ok", "fail"]}}},
    "then": {"properties": {"return_ns": {"type": "integer"}}, "required": ["return_ns"]},
}

HISTORY_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": f"One line of a lawful history, version {FORMAT_VERSION}",
    "description": (
        "A history is JSON Lines: a header, then records in the order in which they were written, then a footer. "
        "A file without a footer is truncated: its recorder died."
    ),
    "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in MEMBERS],
    "$defs": {kind: _record(kind, members) for kind, members in MEMBERS.items()},
}
