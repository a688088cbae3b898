"""JSON as the history file uses it: stricter than Python's, and bounded.

Refused are what RFC 8259 leaves open and what would change a verdict or crash a report later: NaN and infinities,
a name given twice in one object (readers keep the first or the last, as they like), text that is not Unicode
(halves of surrogate pairs), and nesting so deep that a recursive function runs out of stack. Integers are exact at any
size that is of use. The same rules hold for writing, so that whatever was recorded can be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from lawful.models.values import Json

MAX_DEPTH = 64
"""How deep lists and objects may be nested in one record."""


class NotJson(ValueError):
    """A text that is not JSON, or a value that JSON cannot carry; the message says why."""


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJson(f"the number {text[:40]} is too large")
    return number


def _refuse_constant(name: str) -> Json:
    raise NotJson(f"{name} is not a JSON number")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"the name {twice!r} occurs twice in one object")
    return members


_DECODER = json.JSONDecoder(
    object_pairs_hook=_each_name_once, parse_float=_finite, parse_constant=_refuse_constant, strict=True
)


def decode(text: str) -> Any:
    """The JSON value that `text` holds, which must begin and end with it. Raises `NotJson`."""
    value, end = decode_at(text, 0)
    if end != len(text):
        raise NotJson(f"something follows the JSON value at column {end + 1}")
    return value


def decode_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at `start`, and where it ends. Raises `NotJson`."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise NotJson(f"not JSON: {error.msg.lower()} at column {error.colno}") from None
    except RecursionError:
        raise NotJson(f"nested deeper than {MAX_DEPTH}") from None
    except NotJson:
        raise
    except ValueError:
        raise NotJson("a number has too many digits") from None
    if text.count("[", start, end) + text.count("{", start, end) > MAX_DEPTH or text.find("\\u", start, end) >= 0:
        require_json(value)
    return value, end


def _plain(value: object) -> object:
    """For the encoder: any mapping as an object, any other sequence as an array."""
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload]


_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_plain)


def encode(value: Json) -> bytes:
    """`value` on one line of ASCII, without a line end. Raises `NotJson`."""
    require_json(value)
    try:
        return _ENCODER.encode(value).encode("ascii")
    except ValueError:
        raise NotJson("a number has too many digits") from None


def require_json(value: object, depth: int = 0) -> None:
    """Raise `NotJson` unless `value` can be written and comes back as it is."""
    if value is None or isinstance(value, bool | int):
        return
    if isinstance(value, str):
        _require_unicode(value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise NotJson(f"{value} is not a JSON number")
    elif depth >= MAX_DEPTH:
        raise NotJson(f"nested deeper than {MAX_DEPTH}")
    elif isinstance(value, Mapping):
        for name, member in value.items():
            if not isinstance(name, str):
                raise NotJson(f"the name {name!r} of an object is not a string")
            _require_unicode(name)
            require_json(member, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        for member in value:
            require_json(member, depth + 1)
    else:
        raise NotJson(f"JSON has no {type(value).__name__}")


def _require_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotJson(f"{text[error.start]!r} is half of a character, not Unicode text") from None
