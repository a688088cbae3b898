"""The messages of the protocol: requests that the runner sends, and the reply to each, one JSON object a line.

The runner numbers its requests; a reply carries the number of its request and exactly one of the members of `KINDS`,
which says what became of it. Lines are ASCII: a reader that also splits at U+2028 or U+0085 cannot be led astray.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lawful.conformance.history.json_text import NotJson, decode, encode
from lawful.models.history import Outcome
from lawful.models.values import Json

PROTOCOL = 1
"""The version that this package speaks."""

LONGEST_LINE = 16_000_000
"""Bytes. A longer line is nonsense from an adapter, and is not kept in memory."""

KINDS = ("ok", "failed", "unknown", "unsupported", "defect")
"""What a reply may say: it has exactly one of these members. All but `ok` carry a text that says why."""

_OUTCOMES = {
    "ok": Outcome.OK,
    "failed": Outcome.FAIL,
    "unknown": Outcome.UNKNOWN,
    "unsupported": Outcome.FAIL,
    "defect": Outcome.UNKNOWN,
}
_SHOWN = 80
"""Characters of a line that is no reply, in errors."""


@dataclass(frozen=True, slots=True)
class Request:
    """One operation to carry out."""

    number: int
    table: str
    key: str | None
    function: str
    arguments: Mapping[str, Json]

    def message(self, client: str) -> dict[str, Json]:
        """As a message of `client`; whoever sends it gives it its id."""
        return {
            "do": "call",
            "client": client,
            "table": self.table,
            "key": self.key,
            "function": self.function,
            "arguments": self.arguments,
        }


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
    hint: str | None = None
    """What the author of the adapter may look at; not part of the line."""

    def line(self) -> bytes:
        """Raises `NotJson` where the result is nothing that JSON can carry."""
        fields: dict[str, Json] = {"id": self.number, self._kind(): self._value()}
        if self.server is not None:
            fields["server"] = self.server
        return line_of(fields)

    def _kind(self) -> str:
        if self.defect is not None:
            return "defect"
        if self.unsupported:
            return "unsupported"
        return next(kind for kind, outcome in _OUTCOMES.items() if outcome is self.outcome)

    def _value(self) -> Json:
        return self.result if self.outcome is Outcome.OK else self.defect or self.error or ""


OUTPUT_HINT = "the output is for replies alone; what is meant for people belongs on standard error"
REPLY_HINT = 'a reply is one line such as {"id":3,"ok":true}, with the id of its request'


class NonsenseLine(ValueError):
    """A line that is not what the protocol says. `hint`: what its author may look at."""

    def __init__(self, text: str, hint: str = REPLY_HINT) -> None:
        super().__init__(text)
        self.hint = hint


def line_of(message: Mapping[str, Json]) -> bytes:
    """A message as it is sent. Raises `NotJson`."""
    return encode(message) + b"\n"


def parse_request(line: bytes) -> dict[str, Any]:
    """A line that an adapter reads: an object with `id` and `do`. Raises `NonsenseLine`."""
    fields = _object(line)
    if "id" not in fields or "do" not in fields:
        raise NonsenseLine(f"it has no id or no do: {shown(line)}")
    return fields


def parse_reply(line: bytes) -> Reply:
    """A line that the runner reads. Raises `NonsenseLine`."""
    fields = _object(line)
    number = fields.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise NonsenseLine(f"it has no id that is an integer: {shown(line)}")
    kinds = [kind for kind in KINDS if kind in fields]
    if len(kinds) != 1:
        has = " and ".join(kinds) or "none"
        raise NonsenseLine(f"it has {has} of {', '.join(KINDS)}, where exactly one belongs: {shown(line)}")
    strange = sorted(fields.keys() - {"id", "server", *KINDS})
    if strange:
        raise NonsenseLine(f"it has the unknown member {strange[0]!r}: {shown(line)}")
    (kind,) = kinds
    return _reply(number, kind, fields[kind], fields.get("server"), line)


def _reply(number: int, kind: str, value: Any, server: Any, line: bytes) -> Reply:
    if server is not None and not isinstance(server, str):
        raise NonsenseLine(f"its server is not a string: {shown(line)}")
    if kind == "ok":
        return Reply(number, Outcome.OK, value, server=server)
    if not isinstance(value, str):
        raise NonsenseLine(f"its {kind} is not a string that says why: {shown(line)}")
    defect = value if kind == "defect" else None
    return Reply(number, _OUTCOMES[kind], None, value, server, defect, kind == "unsupported")


def shown(line: bytes, most: int = _SHOWN) -> str:
    """The beginning of a line, for an error."""
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    return text if len(text) <= most else f"{text[:most]}…"


def _object(line: bytes) -> dict[str, Any]:
    if not line.strip():
        raise NonsenseLine("it is empty", OUTPUT_HINT)
    try:
        fields = decode(line.decode("utf-8").strip(" \t\r\n"))
    except UnicodeDecodeError:
        raise NonsenseLine(f"it is not UTF-8: {shown(line)}", OUTPUT_HINT) from None
    except NotJson as error:
        raise NonsenseLine(f"{error}: {shown(line)}", OUTPUT_HINT) from None
    if not isinstance(fields, dict):
        raise NonsenseLine(f"it is no JSON object: {shown(line)}")
    return fields
