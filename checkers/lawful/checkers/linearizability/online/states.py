"""States of models as JSON, so that a checkpoint can be read by a later process, and nothing has to be unpickled.

Scalars stand for themselves; everything else is an object with one member that names its type. A named tuple is found
again by module and name, and only among the modules of models that are loaded: what a checkpoint can name is thereby
limited to classes that hold fields and do nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lawful.models.priority_queue import Heap
from lawful.models.rows import Rows
from lawful.models.stack import Pile
from lawful.models.value_queue import ValueQueue
from lawful.models.values import Frozen, Json, canonical

_MODELS = "lawful.models."
_SCALARS = (bool, int, float, str, type(None))


class UnknownState(ValueError):
    """A state that cannot be written, or a text that stands for none; the message says why."""


class _Form(NamedTuple):
    """How the values of one type are written."""

    type: type
    write: Callable[[Any], Json]
    read: Callable[[Any], Any]


def encoded(state: Any) -> Json:
    """`state` as JSON. Raises `UnknownState` for a type that is not known here.

    >>> encoded((1, Frozen([2]), None))
    {'tuple': [1, {'frozen': [2]}, None]}
    """
    if type(state) in _SCALARS:
        return state  # type: ignore[no-any-return]
    for name, form in _FORMS.items():
        if type(state) is form.type:
            return {name: form.write(state)}
    if isinstance(state, tuple) and hasattr(state, "_fields") and type(state).__module__.startswith(_MODELS):
        name = f"{type(state).__module__.removeprefix(_MODELS)}:{type(state).__qualname__}"
        return {name: [encoded(field) for field in state]}
    raise UnknownState(f"a state with a {type(state).__module__}.{type(state).__qualname__} in it cannot be written")


def decoded(value: Json) -> Any:
    """The state that `value` stands for. Raises `UnknownState`.

    >>> decoded(encoded((1, Frozen([2]), None)))
    (1, [2], None)
    """
    if not isinstance(value, Mapping):
        if type(value) not in _SCALARS:
            raise UnknownState(f"{value!r:.80} stands for no state")
        return value
    if len(value) != 1:
        raise UnknownState(f"{dict(value)!r:.80} stands for no state")
    ((name, content),) = value.items()
    try:
        form = _FORMS.get(name)
        return form.read(content) if form is not None else _named_tuple(name, content)
    except (TypeError, ValueError, AttributeError, LookupError) as error:
        raise UnknownState(f"{name:.80} stands for no state: {error}") from error


def _named_tuple(name: str, content: Any) -> Any:
    module, _, qualified = name.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), qualified)):
        raise ValueError("it names no class of a model")
    found = getattr(sys.modules[_MODELS + module], qualified)
    if not (isinstance(found, type) and issubclass(found, tuple) and hasattr(found, "_make")):
        raise ValueError("it is no named tuple")
    return found._make(decoded(field) for field in content)


def _encoded_set(state: frozenset[Any]) -> Json:
    return sorted((encoded(one) for one in state), key=canonical)


def _encoded_heap(heap: Heap) -> Json:
    values: list[int] = []
    while heap.smallest is not None:
        values.append(heap.smallest)
        heap = heap.without_smallest()
    return values


def _encoded_pile(pile: Pile) -> Json:
    """From the bottom to the top."""
    values: list[Json] = []
    while pile.top is not None and pile.below is not None:
        values.append(pile.top.value)
        pile = pile.below
    return values[::-1]


def _decoded_pile(values: list[Json]) -> Pile:
    pile = Pile()
    for value in values:
        pile = Pile(Frozen(value), pile)
    return pile


_FORMS: dict[str, _Form] = {
    "frozen": _Form(Frozen, lambda state: state.value, Frozen),
    "tuple": _Form(tuple, lambda state: [encoded(one) for one in state], lambda v: tuple(decoded(one) for one in v)),
    "set": _Form(frozenset, _encoded_set, lambda value: frozenset(decoded(one) for one in value)),
    "rows": _Form(
        Rows,
        lambda state: {key: encoded(row) for key, row in state.items()},
        lambda value: Rows({key: decoded(row) for key, row in value.items()}),
    ),
    "queue": _Form(ValueQueue, list, ValueQueue.of),
    "heap": _Form(Heap, _encoded_heap, Heap.of),
    "pile": _Form(Pile, _encoded_pile, _decoded_pile),
}
