"""EDN, the notation in which Jepsen, Knossos and Elle store histories (github.com/edn-format/edn).

What is read: nil, booleans, integers, decimals, characters, strings, symbols, keywords, lists, vectors, sets, maps,
comments, discarded forms, and tagged forms, among them Clojure's records (`#jepsen.history.Op{…}`). Refused, because
a JSON history has no place for them: NaN and infinities, ratios, and Clojure's reader macros.

The parser keeps its own stack, bounded by `MAX_DEPTH`: a file of a million opening brackets is an error message and
not a stack overflow.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

MAX_DEPTH = 64
"""How deep forms may be nested."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """`:name`, without the colon."""

    name: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """A bare word."""

    name: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """`#tag form`."""

    tag: str
    form: EdnValue


@dataclass(frozen=True, slots=True)
class EdnSet:
    """The members of a set, in the order in which they are written."""

    members: tuple[EdnValue, ...]


class EdnMap(dict["EdnValue", "EdnValue"]):
    """A map that knows where in the text it begins."""

    offset: int = 0


EdnValue: TypeAlias = (
    "bool | int | float | str | Keyword | Symbol | Tagged | EdnSet | EdnMap | tuple[EdnValue, ...] | None"
)


class NotEdn(ValueError):
    """A text that is not EDN; `offset` says where."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.offset = offset


_TOKEN = re.compile(
    r"""
      (?P<open>\#\{ | [(\[{])
    | (?P<close>[)\]}])
    | "(?P<string>(?:[^"\\]++ | \\.)*+)"
    | \\(?P<character>u[0-9a-fA-F]{4} | [a-z]{2,} | .)
    | (?P<discard>\#_)
    | \#(?P<tag>[^\W\d_][^\s,;()\[\]{}"\\#]*+)
    | (?P<atom>[^\s,;()\[\]{}"\\#`~@^'][^\s,;()\[\]{}"\\`~@^]*+)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"(?:[\s,]++|;[^\n]*+)*+")
_INTEGER = re.compile(r"[+-]?(?:\d+N?|0[xX][0-9a-fA-F]+)")
_DECIMAL = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?M?")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CODE = re.compile(r"u[0-9a-fA-F]{4}")
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", "\\": "\\", '"': '"', "b": "\b", "f": "\f"}
_CHARACTERS = {"newline": "\n", "return": "\r", "space": " ", "tab": "\t", "formfeed": "\f", "backspace": "\b"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "#{": "}"}
_PREFIXES = ("#", "#_")
_CONSTANTS: dict[str, bool | None] = {"nil": None, "true": True, "false": False}


@dataclass(slots=True)
class _Frame:
    """A form that has begun: a collection, or a prefix that waits for the form behind it."""

    opened_by: str
    """A bracket, `#_` for a discard, or `#` for a tag."""
    offset: int
    tag: str = ""
    items: list[EdnValue] = field(default_factory=list)


def parse(text: str) -> Iterator[EdnValue]:
    """The forms of `text`, one after the other. Raises `NotEdn`."""
    stack: list[_Frame] = []
    for token in _tokens(text):
        kind = token.lastgroup
        if kind == "atom":
            value = _atom(token[0], token.start())
        elif kind == "close":
            value = _collection(stack, token)
        elif kind == "string":
            value = _string(token)
        elif kind == "character":
            value = _character(token)
        else:
            if len(stack) == MAX_DEPTH:
                raise NotEdn(f"nested deeper than {MAX_DEPTH}", token.start())
            opened_by = "#" if kind == "tag" else token[0]
            stack.append(_Frame(opened_by, token.start(), token["tag"] or ""))
            continue
        if stack and stack[-1].opened_by in _PREFIXES:
            complete, value = _behind_prefixes(stack, value)
            if not complete:
                continue
        if stack:
            stack[-1].items.append(value)
        else:
            yield value
    if stack:
        raise NotEdn(f"the text ends within what begins with {stack[-1].opened_by!r}", stack[-1].offset)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    position = _SPACE.match(text).end()  # type: ignore[union-attr]  # it matches the empty text as well
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise NotEdn(_no_token(text, position), position)
        yield token
        position = _SPACE.match(text, token.end()).end()  # type: ignore[union-attr]


def _behind_prefixes(stack: list[_Frame], value: EdnValue) -> tuple[bool, EdnValue]:
    """Apply the prefixes in front of `value`: whether anything is left, and what."""
    while stack and stack[-1].opened_by in _PREFIXES:
        frame = stack.pop()
        if frame.opened_by == "#_":
            return False, None
        value = Tagged(frame.tag, value)
    return True, value


def _collection(stack: list[_Frame], token: re.Match[str]) -> EdnValue:
    frame = stack.pop() if stack else None
    if frame is None or _CLOSING.get(frame.opened_by) != token[0]:
        what = "nothing" if frame is None else repr(frame.opened_by)
        raise NotEdn(f"{token[0]!r} closes {what}", token.start())
    if frame.opened_by == "{":
        return _map(frame)
    members = tuple(frame.items)
    return EdnSet(members) if frame.opened_by == "#{" else members


def _map(frame: _Frame) -> EdnMap:
    if len(frame.items) % 2:
        raise NotEdn("a map has a key without a value", frame.offset)
    members = EdnMap()
    members.offset = frame.offset
    for key, value in zip(frame.items[::2], frame.items[1::2], strict=True):
        try:
            if key in members:
                raise NotEdn(f"a map has the key {_shown(key)} twice", frame.offset)
            members[key] = value
        except TypeError:
            raise NotEdn("a map is the key of a map", frame.offset) from None
    return members


def _shown(key: EdnValue) -> str:
    return f":{key.name}" if isinstance(key, Keyword) else f"{key!r:.40}"


@lru_cache(maxsize=4096)
def _bare(text: str) -> EdnValue:
    """The value of a number, keyword, symbol or constant. Raises `ValueError`."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] == ":":
        if len(text) == 1 or text[1] == ":":
            raise ValueError(f"{text!r:.40} is not a keyword")
        return Keyword(text[1:])
    if text[0].isdigit() or (text[0] in "+-" and text[1:2].isdigit()):
        return _number(text)
    return Symbol(text)


def _atom(text: str, offset: int) -> EdnValue:
    try:
        return _bare(text)
    except ValueError as error:
        raise NotEdn(str(error), offset) from None


def _number(text: str) -> int | float:
    if _INTEGER.fullmatch(text):
        digits = text.removesuffix("N")
        return int(digits, 16 if "x" in digits.lower() else 10)
    number = float(text.removesuffix("M")) if _DECIMAL.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise ValueError(f"{text!r:.40} is not a number that can be read")
    return number


def _string(token: re.Match[str]) -> str:
    def unescaped(escape: re.Match[str]) -> str:
        code = escape[1]
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise NotEdn(f"unknown escape \\{code} in a string", token.start())
        return _ESCAPES[code]

    text = token["string"]
    if "\\" not in text:
        return text
    return _unicode(_ESCAPE.sub(unescaped, text), token.start())


def _character(token: re.Match[str]) -> str:
    name = token["character"]
    if len(name) == 1:
        return name
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    if _CODE.fullmatch(name):
        return _unicode(chr(int(name[1:], 16)), token.start())
    raise NotEdn(f"unknown character \\{name:.40}", token.start())


def _unicode(text: str, offset: int) -> str:
    """Clojure writes characters beyond 16 bits as pairs of escapes; halves without their other half are refused."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise NotEdn("half of a character, not Unicode text", offset) from None


def _no_token(text: str, position: int) -> str:
    if text[position] == '"':
        return "a string without an end"
    return f"{text[position : position + 12]!r} is not EDN"
