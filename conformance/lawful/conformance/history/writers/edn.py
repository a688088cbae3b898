"""Histories as EDN, one event to a line, for Knossos, Elle and other tools around Jepsen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from lawful.conformance.history.text_file import write_lines
from lawful.conformance.history.writers.events import WrittenEvent, events_of
from lawful.models.history import History
from lawful.models.values import Json

_KEYWORD = re.compile(r"[A-Za-z_][A-Za-z0-9_*!?<>=.+-]*")


def write_edn(history: History, path: Path) -> None:
    """Write the events of `history` to `path`. Raises `UsageError`."""
    write_lines(path, map(_event_text, events_of(history)))


def _event_text(event: WrittenEvent) -> str:
    process = str(event.process) if isinstance(event.process, int) else _named(event.process)
    members = [
        f":process {process}",
        f":type :{event.type}",
        f":f {_named(event.function)}",
        f":value {edn_text(event.value)}",
    ]
    if event.key is not None:
        members.append(f":key {edn_text(event.key)}")
    if event.object is not None:
        members.append(f":object {_named(event.object)}")
    if event.error is not None:
        members.append(f":error {edn_text(event.error)}")
    if event.time_ns is not None:
        members.append(f":time {event.time_ns}")
    return "{" + ", ".join(members) + "}"


def _named(name: str) -> str:
    """A name as a keyword where it can be one, else as a string."""
    return f":{name}" if _KEYWORD.fullmatch(name) else edn_text(name)


def edn_text(value: Json) -> str:
    """A JSON value in EDN; objects are maps with strings as keys.

    >>> edn_text({"a": [1, None, True, "x"]})
    '{"a" [1 nil true "x"]}'
    """
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes of quotes, line ends and characters beyond ASCII are EDN's as well.
        return json.dumps(value)
    if isinstance(value, int | float):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{edn_text(name)} {edn_text(member)}" for name, member in value.items()) + "}"
    assert isinstance(value, Sequence)
    return "[" + " ".join(map(edn_text, value)) + "]"
