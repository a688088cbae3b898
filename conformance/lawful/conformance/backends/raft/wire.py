"""What a client and a node say to each other: one JSON object a line, over TCP on the loopback interface.

A request is one of `invoke` (an operation of the task store), `no_op` (through the log, without effect) and `status`
(answered by the node alone). The reply is a result or an outcome, with the name of the node. Lines are bounded, so
that nonsense on the port cannot fill the memory of a node.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lawful.models.values import Json

LONGEST_REQUEST = 1_000_000
"""Bytes, with the end of the line."""
LONGEST_REPLY = 16_000_000
"""Bytes, with the end of the line. A list of every row is an answer."""

LOOPBACK = "127.0.0.1"


class NotALine(ValueError):
    """What was given or received is not a line of the protocol."""


def encode_line(fields: Mapping[str, Json], longest: int) -> bytes:
    """The line for an object. Raises `NotALine` where it is too long, or holds something that JSON has no form for."""
    try:
        # Escaped to ASCII: half of a surrogate pair is a string in JSON and in Python, but not in UTF-8.
        line = json.dumps(fields, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise NotALine(f"not a JSON value: {error}") from error
    if len(line) > longest:
        raise NotALine(f"{len(line)} bytes, longer than {longest}")
    return line


def decode_line(line: bytes, longest: int) -> dict[str, Any]:
    """The object on a line. Raises `NotALine`."""
    if len(line) > longest or not line.endswith(b"\n"):
        raise NotALine(f"no end of line within {longest} bytes")
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotALine(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise NotALine("not a JSON object")
    return fields
