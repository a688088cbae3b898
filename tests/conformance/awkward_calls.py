"""Random calls of any declared table, with the values that stores are known to confuse.

Arguments are drawn as the declaration says (`Drawn`): few names, what earlier answers showed, and 64-bit extremes.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from lawful.models.values import Json
from lawful.specs.field import Argument, Drawn
from lawful.specs.table import Table

LONG_MS, SHORT_MS = 10**9, 4

TEXTS = (
    *("", "a", "b", "a:b", "a/b", "_index", "_queued", "__index", "node_uid:a", "lease:a", " ", "null", "0", "1e3"),
    *(
        "quote ' \" ` ;--",
        "line\r\nbreak",
        "nul \x00 byte",
        "%s {} ?1 $",
        "a%3Ab",
        "ünïcödé",
        "ﬁ",
        "日本語",
        "😀",
        "\u2028",
        "x" * 20_000,
    ),
)
INTEGERS = (0, 1, -1, 2, 10, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1)
NESTED: Json = [None, [1, {"x": [True, 2**63 - 1]}]]
VALUES: tuple[Json, ...] = (
    *(None, True, False, 1.0, 0.1, -0.0, 1e300, [], {}, [[]], [{}], {"": None}, {"a": {"b": []}}),
    *(NESTED, {"ü": "😀", "nul": "\x00"}, [0, -0.0, False], *INTEGERS, *TEXTS),
)
TRICKY: tuple[Json, ...] = ({}, [], {"empty": {}}, 2**53 + 1, 1.0, None, "null")
"""Values that stores are known to confuse: half of all values."""

_CALLS_PER_NAMES = 60
"""After so many calls the rows get new names, as some tables never remove a row."""
_REMEMBERED = 4
"""How many values are remembered of a field of a row: the latest is drawn most often, an older one now and then."""


class AwkwardCalls:
    """Calls of one table. Tell it the answers: some arguments are drawn from them."""

    def __init__(self, table: Table, choice: random.Random) -> None:
        self._table = table
        self._choice = choice
        self._keys = choice.sample(TEXTS, 3)
        self._names = choice.sample(TEXTS, 8)
        self._calls = 0
        self._seen: dict[tuple[tuple[Json, ...] | None, str], list[Json]] = {}

    def draw(self) -> tuple[str | None, str, dict[str, Json]]:
        """A key, a function and its arguments."""
        if self._calls and self._calls % _CALLS_PER_NAMES == 0:
            self._names = [f"{name}{self._calls}" for name in self._choice.sample(TEXTS, 8)]
        self._calls += 1
        functions = self._table.functions
        (function,) = self._choice.choices(functions, [one.weight for one in functions])
        key = None if self._table.key is None else self._choice.choice(self._keys)
        arguments: dict[str, Json] = {}
        for one in function.arguments:
            arguments[one.name] = self._argument(one, self._row(arguments))
        return key, function.name, arguments

    def saw(self, answer: Json) -> None:
        """Remember the values in `answer` under their names, for the row that it is about."""
        if isinstance(answer, Mapping):
            for name, value in answer.items():
                self._remember(self._row(answer), name, value)
        elif isinstance(answer, Sequence) and not isinstance(answer, str):
            for item in answer:
                self.saw(item)
        elif isinstance(answer, int) and not isinstance(answer, bool):
            self._remember((), "token", answer)  # what an acquire answers

    def _row(self, values: Mapping[str, Json]) -> tuple[Json, ...]:
        return tuple(values.get(field.name) for field in self._table.row_key)

    def _remember(self, row: tuple[Json, ...], name: str, value: Json) -> None:
        if isinstance(value, str | int) and not isinstance(value, bool):
            for place in ((row, name), (None, name)):
                seen = self._seen.setdefault(place, [])
                if value in seen:
                    seen.remove(value)
                seen.append(value)
                del seen[:-_REMEMBERED]

    def _argument(self, argument: Argument, row: tuple[Json, ...]) -> Json:
        choice = self._choice
        if argument.values:
            null: tuple[Json, ...] = (None,) if argument.nullable else ()
            return choice.choice((*null, *argument.values))
        match argument.drawn:
            case Drawn.IDENTITY:
                return choice.choice(self._names)
            case Drawn.SELF:
                return choice.choice(("", "ünïcödé:1"))
            case Drawn.SEEN:
                return self._from_answers(argument, row, 0)
            case Drawn.ABOVE_SEEN:
                return self._from_answers(argument, row, choice.choice((1, 1, 1, 2, 0, -1)))
            case Drawn.DURATION:
                return choice.choice((*(LONG_MS,) * 6, SHORT_MS, SHORT_MS, 0))
            case Drawn.FEW:
                several = (0, 1, 3, 3, 2**40)
                return choice.choice((None, None, *several) if argument.nullable else several)
        return None if argument.nullable and choice.random() < 0.25 else self._curious(argument)

    def _from_answers(self, argument: Argument, row: tuple[Json, ...], more: int) -> Json:
        choice = self._choice
        name = argument.like or argument.name
        seen = self._seen.get((row, name)) or self._seen.get((None, name), [])
        if argument.nullable and choice.random() < 0.25:
            return None
        if argument.type == "string":
            return choice.choice((*seen, *seen[-1:] * 3, *self._names[:2]))
        if not seen or choice.random() < 0.1:
            return choice.choice(INTEGERS)
        base = seen[-1] if choice.random() < 0.7 else choice.choice(seen)
        assert isinstance(base, int)
        return min(max(base + more, -(2**63)), 2**63 - 1)

    def _curious(self, argument: Argument) -> Json:
        choice = self._choice
        if argument.members:
            nodes = choice.sample(TEXTS, choice.randrange(3))
            return {node: self._members(argument) for node in nodes}
        match argument.type:
            case "string":
                return choice.choice(TEXTS)
            case "integer":
                return choice.choice(INTEGERS)
            case "boolean":
                return choice.choice((True, False))
            case "array":
                return choice.sample(TEXTS, choice.randrange(4))
            case "object":
                return {choice.choice(TEXTS): choice.choice(VALUES) for _ in range(choice.randrange(3))}
        return choice.choice(choice.choice((VALUES, TRICKY)))

    def _members(self, argument: Argument) -> Json:
        """A member of an object: a status where that is asked for, else a text."""
        counted = {one.name: one.values for function in self._table.functions for one in function.arguments}
        drawn: dict[str, Json] = {}
        for name in argument.members:
            drawn[name] = self._choice.choice(counted.get(name) or TEXTS)
        return drawn
