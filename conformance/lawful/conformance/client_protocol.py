"""What the runner and a client process say to each other: one JSON object a line, over the process's own pipes.

Runner to client: `Setup` once, then one `Request` at a time. Client to runner: a `Reply` numbered `READY` once, then
one to each request, with its number. A process of its own per client is what makes killing a client at any instant
possible.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lawful.models.history import Outcome
from lawful.models.values import Json

LONGEST_LINE = 16_000_000
"""Bytes. A longer line is nonsense from an adapter, and is not kept in memory."""

READY = -1
"""The number of the first reply, which says whether the client could be built."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Which client to build. `backend` is `module:Class`."""

    backend: str
    connection: Mapping[str, Json]
    timeout_s: float

    def line(self) -> bytes:
        return _line({"backend": self.backend, "connection": self.connection, "timeout_s": self.timeout_s})


@dataclass(frozen=True, slots=True)
class Request:
    """One operation to carry out."""

    number: int
    table: str
    key: str | None
    function: str
    arguments: Mapping[str, Json]

    def line(self) -> bytes:
        return _line(
            {
                "number": self.number,
                "table": self.table,
                "key": self.key,
                "function": self.function,
                "arguments": self.arguments,
            }
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a request."""

    number: int
    outcome: Outcome
    result: Json = None
    error: str | None = None
    server: str | None = None
    defect: str | None = None
    """What the adapter itself did wrong, such as raising an exception of no meaning; the outcome is then unknown."""
    unsupported: bool = False

    def line(self) -> bytes:
        return _line(
            {
                "number": self.number,
                "outcome": self.outcome.value,
                "result": self.result,
                "error": self.error,
                "server": self.server,
                "defect": self.defect,
                "unsupported": self.unsupported,
            }
        )


class NonsenseLine(ValueError):
    """A line that is not what the protocol says."""


def parse_setup(line: bytes) -> Setup:
    """The first line that a client process reads."""
    fields = _fields(line)
    return Setup(str(fields["backend"]), fields["connection"], float(fields["timeout_s"]))


def parse_request(line: bytes) -> Request:
    """Any later line that a client process reads."""
    fields = _fields(line)
    return Request(
        fields["number"], str(fields["table"]), fields.get("key"), str(fields["function"]), fields["arguments"]
    )


def parse_reply(line: bytes) -> Reply:
    """A line that the runner reads. Raises `NonsenseLine`."""
    fields = _fields(line)
    try:
        return Reply(
            int(fields["number"]),
            Outcome(fields["outcome"]),
            fields.get("result"),
            fields.get("error"),
            fields.get("server"),
            fields.get("defect"),
            bool(fields.get("unsupported", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NonsenseLine(f"not a reply: {error!r}") from error


def _line(fields: Mapping[str, Json]) -> bytes:
    # Infinity and NaN are no JSON values; an adapter that answers one has answered nonsense.
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _fields(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise NonsenseLine(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise NonsenseLine("not a JSON object")
    return fields
