"""Jepsen's events as JSON, the way elle-cli reads them: one array of objects, or one object after the other.

Members are those of Jepsen's EDN maps (see `knossos`) without the colon. Values are JSON already.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lawful.conformance.errors import UsageError
from lawful.conformance.history.json_text import NotJson, decode_at, encode
from lawful.conformance.history.lines import read_text
from lawful.conformance.history.readers.events import EVENT_TYPES, Event, Reading, WrongEvent, history_of
from lawful.models.history import History
from lawful.models.values import Json


class Element(NamedTuple):
    """One JSON value of a file, and the line on which it begins."""

    line: int
    value: Any


def read_jepsen_json(path: Path, reading: Reading) -> History:
    """The history in the JSON file at `path`. Raises `UsageError`."""
    try:
        return history_of((_event(element) for element in elements(read_text(path))), reading.of_knossos())
    except WrongEvent as error:
        raise UsageError(f"{path}, line {error.line}: {error.problem}", hint=error.hint) from error


def elements(text: str) -> Iterator[Element]:
    """The elements of one array, or values one after the other. Raises `WrongEvent`."""
    position = _behind_space(text, 0)
    in_array = text.startswith("[", position)
    if in_array:
        position = _behind_space(text, position + 1)
        if text.startswith("]", position):
            position, in_array = _behind_space(text, position + 1), False
    line, counted_to = 1, 0
    while position < len(text) or in_array:
        line += text.count("\n", counted_to, position)
        counted_to = position
        try:
            value, position = decode_at(text, position)
        except NotJson as error:
            raise WrongEvent(line, str(error)) from error
        yield Element(line, value)
        position = _behind_space(text, position)
        if in_array:
            position, in_array = _behind_separator(text, position, line)


def _behind_separator(text: str, position: int, line: int) -> tuple[int, bool]:
    """Behind the comma or bracket that follows an element, and whether another element follows."""
    mark = text[position : position + 1]
    if mark not in (",", "]"):
        raise WrongEvent(line, "an element of the array is followed neither by a comma nor by a bracket")
    position = _behind_space(text, position + 1)
    if mark == "]" and position < len(text):
        raise WrongEvent(line, "something follows the array")
    return position, mark == ","


def _behind_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _event(element: Element) -> Event:
    line, members = element
    if not isinstance(members, dict):
        raise WrongEvent(line, "an event is not an object", 'such as {"process":0,"type":"invoke","f":"read"}')
    event_type = _name(members, "type", line)
    if event_type not in EVENT_TYPES:
        raise WrongEvent(line, f"unknown type {event_type!r:.40}", f"one of {', '.join(EVENT_TYPES)}")
    if "process" not in members:
        raise WrongEvent(line, "an event has no 'process'")
    process, time_ns = members["process"], members.get("time")
    return Event(
        line=line,
        process=process if type(process) is int else _text(process),
        type=event_type,
        function=_name(members, "f", line),
        value=members.get("value"),
        error=_optional_text(members.get("error")),
        key=_optional_text(members.get("key")),
        time_ns=time_ns if type(time_ns) is int else None,
        object=_optional_text(members.get("object")),
    )


def _name(members: dict[str, Any], member: str, line: int) -> str:
    value = members.get(member)
    if isinstance(value, str):
        return value.removeprefix(":")
    raise WrongEvent(line, f"{member!r} is not a string", f"each event has the string {member!r}")


def _text(value: Json) -> str:
    return value.removeprefix(":") if isinstance(value, str) else encode(value).decode()


def _optional_text(value: Json) -> str | None:
    return None if value is None else value if isinstance(value, str) else encode(value).decode()
