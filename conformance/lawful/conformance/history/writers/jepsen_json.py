"""Histories as Jepsen's events in JSON: one array with an object to a line, as elle-cli takes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lawful.conformance.history.json_text import encode
from lawful.conformance.history.text_file import write_lines
from lawful.conformance.history.writers.events import WrittenEvent, events_of
from lawful.models.history import History
from lawful.models.values import Json


def write_jepsen_json(history: History, path: Path) -> None:
    """Write the events of `history` to `path`. Raises `UsageError`."""
    write_lines(path, _lines(events_of(history)))


def _lines(events: list[WrittenEvent]) -> Iterator[str]:
    yield "["
    for number, event in enumerate(events, start=1):
        yield encode(_members(event)).decode() + ("," if number < len(events) else "")
    yield "]"


def _members(event: WrittenEvent) -> dict[str, Json]:
    members: dict[str, Json] = {
        "process": event.process,
        "type": event.type,
        "f": event.function,
        "value": event.value,
    }
    rest: dict[str, Json] = {"key": event.key, "object": event.object, "error": event.error, "time": event.time_ns}
    return members | {name: value for name, value in rest.items() if value is not None}
