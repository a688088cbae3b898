"""What most lines of a large history have in common: everything but some integers and strings.

A history of 10^7 lines has a handful of *templates*. The first line of each is read with all care, by the reader that
reads small files; from it the template is learned. A line that agrees with a template byte for byte, with other
integers and strings in its holes, is as good as the first one, and native code can tell (`scanning`).

Nothing is learned from a line that is not plain: with characters beyond ASCII, escapes, values that are lists or
objects, numbers that are not integers of at most 18 digits. Such lines are read with care, each.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

INTEGER_COLUMNS = ("index", "process", "call_ns", "return_ns", "first", "second", "result")
"""What an integer in a line may be."""
TEXT_COLUMNS = ("first", "second", "result", "key", "error", "server")
"""What a string in a line may be; these follow the integer columns."""
TEXT_HOLES = len(INTEGER_COLUMNS)

_TOKEN = re.compile(rb'"[^"]*"|-?[0-9][0-9.eE+-]*|[a-z]+|[{}\[\]:,]|[ \t]+')
_INTEGER = re.compile(rb"0|-?[1-9][0-9]{0,17}")
_TIMES = {
    "operation": {"call_ns": "call_ns", "return_ns": "return_ns"},
    "invoke": {"time_ns": "call_ns"},
    "return": {"time_ns": "return_ns"},
}


class Template(NamedTuple):
    """A line with holes."""

    pieces: tuple[bytes, ...]
    """What is around the holes, from the beginning of the line to its end."""
    holes: tuple[int, ...]
    """Which column goes where: one of `INTEGER_COLUMNS` or, counted on from there, one of `TEXT_COLUMNS`."""
    record: dict[str, Any]
    """The record of the line that it was learned from; what is in no hole is the same in all."""
    names: tuple[str, ...]
    """Of the arguments, in the order of their columns."""


def learned(line: bytes, record: dict[str, Any]) -> Template | None:
    """The template of a plain line without its end, which holds `record`; None where nothing can be learned."""
    kind = record["record"]
    if kind not in _TIMES or not line.isascii() or b"\\" in line:
        return None
    names = tuple(record.get("arguments", {}))
    found = _Holes(kind, names)
    if len(names) > 2 or not found.read(line):
        return None
    return Template((*found.pieces, line[found.end :] + b"\n"), tuple(found.holes), record, names)


class _Holes:
    """Walks through the tokens of a line and cuts holes where values are."""

    def __init__(self, kind: str, names: tuple[str, ...]) -> None:
        self._integers = _TIMES[kind] | {"index": "index", "process": "process", "result": "result"}
        self._texts = {name: name for name in ("key", "error", "server", "result")}
        self._arguments = dict(zip(names, ("first", "second"), strict=False))
        self.pieces: list[bytes] = []
        self.holes: list[int] = []
        self.end = 0
        """Where the last hole ends."""

    def read(self, line: bytes) -> bool:
        """Whether the line is plain."""
        inside, name, is_name = 0, "", True
        in_arguments = False
        for match in _TOKEN.finditer(line):
            token = match[0]
            if token == b"{":
                inside += 1
                in_arguments = inside == 2 and name == "arguments"
                is_name = True
                if inside > 1 and not in_arguments:
                    return False
            elif token == b"}":
                inside -= 1
                in_arguments = False
            elif token == b",":
                is_name = True
            elif token == b":":
                is_name = False
            elif token in (b"[", b"]"):
                return False
            elif token.isspace():
                continue
            elif is_name:
                name = token[1:-1].decode()
            elif not self._value(line, match, name, in_arguments):
                return False
        return True

    def _value(self, line: bytes, match: re.Match[bytes], name: str, in_arguments: bool) -> bool:
        token = match[0]
        if token in (b"null", b"true", b"false"):
            return True
        if token.startswith(b'"'):
            column = (self._arguments if in_arguments else self._texts).get(name)
            if column is not None:
                self._cut(line, match, TEXT_HOLES + TEXT_COLUMNS.index(column))
            return True
        column = (self._arguments if in_arguments else self._integers).get(name)
        if column is None or not _INTEGER.fullmatch(token):
            return False
        self._cut(line, match, INTEGER_COLUMNS.index(column))
        return True

    def _cut(self, line: bytes, match: re.Match[bytes], column: int) -> None:
        # The quotes of a string belong to the pieces.
        quote = int(column >= TEXT_HOLES)
        self.pieces.append(line[self.end : match.start() + quote])
        self.holes.append(column)
        self.end = match.end() - quote
