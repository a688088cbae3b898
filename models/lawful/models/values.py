"""JSON values as histories carry them, compared by type as well as by value.

Python holds `1 == True == 1.0`; a store that was given `1` and answers `true` has changed it (clause TS-ALL-5).
Every comparison of an answer with what a model allows goes through `identical`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

# Tuples occur in models, lists in what was read from a file; both stand for a JSON array.
Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


def identical(left: Json, right: Json) -> bool:
    """Whether two JSON values are the same in type and value; a list equals a tuple.

    >>> identical(1, True), identical([1, {"a": None}], (1, {"a": None})), identical(0, 0.0)
    (False, True, False)
    """
    if left is right:
        return True
    if isinstance(left, str) or isinstance(right, str) or left is None or right is None:
        return type(left) is type(right) and left == right
    if isinstance(left, Mapping):
        return (
            isinstance(right, Mapping)
            and left.keys() == right.keys()
            and all(identical(value, right[key]) for key, value in left.items())
        )
    if isinstance(left, Sequence):
        return isinstance(right, Sequence) and len(left) == len(right) and all(map(identical, left, right))
    return type(left) is type(right) and left == right


def canonical(value: Json) -> str:
    """One text per JSON value: equal texts exactly where `identical` holds; usable as a dictionary key.

    >>> canonical({"b": (1, 2), "a": "ß"})
    '{"a":"ß","b":[1,2]}'
    """
    if type(value) is int:
        # What most states hold; the encoder takes four times as long.
        return int.__repr__(value)
    return _encode(value)


# Built once: `json.dumps` builds an encoder at each call, which takes longer than to encode a small value.
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


class Frozen:
    """A JSON value as part of a state: hashable, and equal only where `identical` holds."""

    __slots__ = ("text", "value")

    def __init__(self, value: Json) -> None:
        self.value = value
        self.text = canonical(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frozen) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text
