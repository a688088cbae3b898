"""The JSON Schema of one line of a history file, from the table of records that its reader goes by."""

from __future__ import annotations

from types import NoneType

from lawful.conformance.history.records import FORMAT_VERSION, INT64, MEMBERS, Member
from lawful.models.values import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NAMES: dict[type, str] = {int: "integer", str: "string", dict: "object", NoneType: "null"}


def history_schema() -> Json:
    """A schema that each line of a history keeps. The order of the lines is beyond what a schema can say."""
    return {
        "$schema": DIALECT,
        "title": "One line of a lawful history, version " + str(FORMAT_VERSION),
        "description": (
            "A history is JSON Lines: a header, then records in the order in which they were written, then a footer. "
            "A file without a footer is truncated: its recorder died."
        ),
        "oneOf": [_record(kind, members) for kind, members in MEMBERS.items()],
    }


def _record(kind: str, members: dict[str, Member]) -> Json:
    properties: dict[str, Json] = {"record": {"const": kind}}
    properties |= {name: _member(name, member) for name, member in members.items()}
    required = ["record", *(name for name, member in members.items() if member.required)]
    return {
        "title": kind,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _member(name: str, member: Member) -> Json:
    described: dict[str, Json] = {"description": member.meaning}
    if name == "format":
        return described | {"const": FORMAT_VERSION}
    types = [_NAMES[one] for one in member.types]
    if types:
        described["type"] = types[0] if len(types) == 1 else types
    if member.choices:
        described["enum"] = list(member.choices)
    if name.endswith("_ns"):
        described |= {"minimum": 0 if name == "clock_error_ns" else -INT64, "maximum": INT64 - 1}
    return described
