"""Where the values in answers come from: what a model may tell so that a stray value is found without a search.

A store that answers what nobody wrote has broken its promise whatever the order of the operations. A model that knows
which operations may put a value there, and which answers show one, lets a checker see that in one pass.

The claim that a model makes: in every run of the model from its initial state, whatever an answer shows was there at
first, or was supplied by *another* operation that took effect before. The converse is not claimed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from lawful.models.history import Operation
from lawful.models.values import Json, canonical
from lawful.models.wording import value_text


class Shown(NamedTuple):
    """One thing that an answer shows."""

    sources: tuple[Hashable, ...]
    """What it may have been supplied as; one of these is enough."""
    text: str
    """The thing in words, for a sentence."""
    clause: str | None = None
    """The clause that is broken where nobody supplied it; None: the one that refuses the answer anyway."""


@runtime_checkable
class KnowsSources(Protocol):
    """A model that knows where the values in its answers come from."""

    def supplied_at_first(self) -> Iterable[Hashable]:
        """What the initial state holds."""
        ...

    def supplied(self, operation: Operation) -> Iterable[Hashable]:
        """What `operation`, which did not fail, may put there if it takes effect."""
        ...

    def shown(self, operation: Operation) -> Iterable[Shown]:
        """What the answer of `operation`, which is OK, shows. Answers of a wrong form show nothing."""
        ...


def shown_value(value: Json) -> Shown:
    """A value that is supplied as its canonical text, as the collections and registers have it."""
    return Shown((canonical(value),), value_text(value))


def shown_values(answer: Json) -> Iterable[Shown]:
    """The values of an array."""
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        yield from map(shown_value, answer)


def given_value(operation: Operation, name: str = "value") -> tuple[str, ...]:
    """The argument `name` as it is supplied; nothing where it is missing."""
    return (canonical(operation.arguments[name]),) if name in operation.arguments else ()
