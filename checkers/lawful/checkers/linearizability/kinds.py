"""Operations by *kind*: those with the same call and the same answer, or with the same call and no answer.

A search treats operations of one kind alike, works out once what each kind does in each state, and need not try both
orders of two of them. Kinds are numbered in order of discovery, so that nothing depends on the order of hashes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from lawful.models.history import Operation, Outcome
from lawful.models.model import Call
from lawful.models.values import Json, canonical

_SCALARS = frozenset({str, int, bool, type(None)})


class Kind(NamedTuple):
    """What operations of one kind have in common."""

    call: int
    """The number of the call; several kinds share one, with different answers."""
    known: bool
    """Whether the client saw an answer."""
    result: Json
    group: int
    """The number of the group: kinds of one function with answers of one sort. -1 where nobody saw the answer."""


class Kinds:
    """Numbers calls and kinds; any number of histories may share one numbering."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.kinds: list[Kind] = []
        self.examples: list[Operation] = []
        """The first operation of each group."""
        self._call_numbers: dict[Any, int] = {}
        self._kind_numbers: dict[tuple[int, Any], int] = {}
        self._group_numbers: dict[tuple[str, Any], int] = {}

    def of(self, operation: Operation) -> int:
        """The number of the kind of `operation`; its answer counts only where the outcome is OK."""
        call = self._call_of(operation)
        known = operation.outcome is Outcome.OK
        key = (call, _key(operation.result) if known else ())
        number = self._kind_numbers.get(key)
        if number is None:
            group = self._group_of(operation) if known else -1
            number = self._kind_numbers[key] = len(self.kinds)
            self.kinds.append(Kind(call, known, operation.result if known else None, group))
        return number

    def _call_of(self, operation: Operation) -> int:
        key = (operation.function, _arguments_key(operation.arguments))
        number = self._call_numbers.get(key)
        if number is None:
            number = self._call_numbers[key] = len(self.calls)
            self.calls.append(Call(operation.function, operation.arguments))
        return number

    def _group_of(self, operation: Operation) -> int:
        result = operation.result
        key = (operation.function, result if isinstance(result, bool) else type(result).__name__)
        number = self._group_numbers.get(key)
        if number is None:
            number = self._group_numbers[key] = len(self.examples)
            self.examples.append(operation)
        return number


def _arguments_key(arguments: Mapping[str, Json]) -> Any:
    """Equal only for arguments that are identical as JSON."""
    types = tuple(map(type, arguments.values()))
    if _SCALARS.issuperset(types):
        return (*arguments.items(), types)
    return canonical(arguments)


def _key(value: Json) -> Any:
    """Equal only for identical JSON values. The type is part of it, since Python holds 1 and true for equal."""
    return (value, type(value)) if type(value) in _SCALARS else canonical(value)
