"""Mutilated files: bytes and lines moved about, and JSON changed where it stays JSON.

Blind changes of bytes hardly get past the first check of a reader. So half of the changes know lines, numbers, strings
and the members of objects, and put in what is known to hurt: numbers beyond 64 bits, halves of characters, deep
nesting, wrong types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

TOKENS = (
    *(b"\xff", b"\x00", b"\n", b"\r\n", b'"', b"{", b"}", b"[" * 70, b"]", b":", b",", b"#", b"#_", b"#a", b";", b"\\"),
    *(b"\\ud800", b"nil", b"null", b"true", b"NaN", b"##Inf", b"-", b"0", b"1e999", b"-0.0", b"0.5", b"9" * 30),
    *(b"9" * 5000, b'"unknown"', b":nemesis", b":info", b'"index":0,', b'"record":"footer"', b"\xc3", b"(" * 9999),
    *("😀".encode(), b"\xef\xbb\xbf", b"\xed\xa0\x80", b"PAR1", b"{:a", b"\\u0000", b"\x1b[2J", b"#{1 1}", b"\x85"),
)
NUMBERS = (
    b"-1",
    b"0",
    b"1",
    b"2",
    b"7",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775809",
    b"1.0",
)
NUMBER = re.compile(rb"-?\d+")

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308, "", "ok", "\ud800"),
    *([], {}, [[]], [None], {"": None}, {"a": {"a": {"a": 1}}}, "x" * 300, "\u2028", [1, "1", True], {"id": 1}),
)

_MEMBERS = ("", "index", "error", "result", "x", "key", "time", "object")
_Change = Callable[[Random, bytes], bytes]


def mutilated(random: Random, sample: bytes) -> bytes:
    """`sample` with one to four changes, or a few bytes that have nothing to do with it."""
    if random.random() < 0.02:
        return random.randbytes(random.randrange(60))
    content = sample
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        content = random.choice(_CHANGES)(random, content)
    return content


def _bytes(random: Random, content: bytes) -> bytes:
    start = random.randrange(len(content) + 1)
    end = min(len(content), start + random.choice((0, 1, 2, 5, 20, 120)))
    piece = content[start:end]
    put = random.choice((b"", random.choice(TOKENS), random.choice(TOKENS), random.randbytes(2), piece * 2))
    content = content[:start] + put + content[end:]
    if random.random() < 0.3:
        other = random.randrange(len(content) + 1)
        content = content[:other] + piece + content[other:]
    return content


def _one_bit(random: Random, content: bytes) -> bytes:
    if not content:
        return content
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :]


def _cut(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _lines(random: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    if not lines:
        return content
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            lines.insert(other, lines[at])
        case 1:
            del lines[at]
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at] = lines[at] * random.choice((2, 50))
    return b"".join(lines)


def _number(random: Random, content: bytes) -> bytes:
    found = list(NUMBER.finditer(content))
    if not found:
        return content
    match = random.choice(found)
    put = random.choice((random.choice(NUMBERS), random.choice(found)[0]))
    return content[: match.start()] + put + content[match.end() :]


def _json(random: Random, content: bytes) -> bytes:
    """One line, or the whole, as JSON with one value changed, added or taken out."""
    lines = content.splitlines()
    if not lines:
        return content
    at = random.randrange(len(lines))
    try:
        value = json.loads(lines[at])
    except (ValueError, RecursionError):
        return _number(random, content)
    holders = _holders(value)
    if not holders:
        return content
    holder = random.choice(holders)
    key = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
    match random.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[random.choice(("", "index", "error", "result", "x", "key", "time", "object"))] = random.choice(
                VALUES
            )
        case 2:
            other = random.choice(holders)
            holder[key] = json.loads(json.dumps(other))
        case _:
            holder[key] = random.choice(VALUES)
    lines[at] = json.dumps(value, separators=random.choice(((",", ":"), (", ", ": ")))).encode()
    return b"\n".join(lines) + b"\n"


def _holders(value: Any) -> list[Any]:
    """All objects and arrays in `value` that hold anything."""
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list) and one:
            found.append(one)
            waiting += one.values() if isinstance(one, dict) else one
    return found


_CHANGES: tuple[_Change, ...] = (_bytes, _bytes, _one_bit, _cut, _lines, _number, _number, _json, _json, _json)
