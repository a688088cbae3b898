"""Which rows of its state a step really touches, seen by handing it a state that writes down what is asked of it.

Two kinds of states can be watched: `Rows`, row by row, and frozensets, element by element; also where one of them is
a field of a named tuple, whose other fields may be read. Whoever iterates over the rows, counts them, or compares them
as wholes, touches everything; so does a step that changes another field, or makes its state from scratch. What is not
touched has no influence on a step, and a step has none on it: steps are functions of their arguments (see
`lawful.models.model`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, cast

from lawful.models.model import Call, ExplainsRefusals, Model, OpenReply, Refusal, Transition, UnknownCall, Window
from lawful.models.rows import Rows
from lawful.models.values import Json


@dataclass(slots=True)
class Footprint:
    """What was touched."""

    rows: set[Hashable] = field(default_factory=set)
    everything: bool = False


class _WatchedRows(Rows[Any]):
    """Rows that write down which of them are asked for or changed."""

    __slots__ = ("_footprint",)

    def __init__(self, rows: Rows[Any], footprint: Footprint) -> None:
        super().__init__(rows._rows, rows._hash)
        self._footprint = footprint

    def unwatched(self) -> Rows[Any]:
        return Rows(self._rows, self._hash)

    def get(self, key: str) -> Any:
        self._footprint.rows.add(key)
        return super().get(key)

    def put(self, key: str, row: Any) -> Rows[Any]:
        self._footprint.rows.add(key)
        return _WatchedRows(super().put(key, row), self._footprint)

    def without(self, key: str) -> Rows[Any]:
        self._footprint.rows.add(key)
        return _WatchedRows(super().without(key), self._footprint)

    def items(self) -> list[tuple[str, Any]]:
        self._footprint.everything = True
        return super().items()

    def __iter__(self) -> Iterator[str]:
        self._footprint.everything = True
        return super().__iter__()

    def __len__(self) -> int:
        self._footprint.everything = True
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self._footprint.everything = True
        return super().__eq__(other)

    def __hash__(self) -> int:
        self._footprint.everything = True
        return super().__hash__()

    def __repr__(self) -> str:
        self._footprint.everything = True
        return super().__repr__()


class _WatchedSet(Set[Any]):
    """A set that writes down which elements are asked for or changed.

    It is no frozenset, as Python's own sets read each other's elements without asking.
    """

    __slots__ = ("_elements", "_footprint")

    def __init__(self, elements: frozenset[Any], footprint: Footprint) -> None:
        self._elements = elements
        self._footprint = footprint

    def unwatched(self) -> frozenset[Any]:
        return self._elements

    def __contains__(self, element: object) -> bool:
        self._footprint.rows.add(element)
        return element in self._elements

    def __iter__(self) -> Iterator[Any]:
        self._footprint.everything = True
        return iter(self._elements)

    def __len__(self) -> int:
        self._footprint.everything = True
        return len(self._elements)

    def __hash__(self) -> int:
        self._footprint.everything = True
        return hash(self._elements)

    def __or__(self, other: Iterable[Any]) -> Any:
        return self._changed(self._elements.union, other)

    def __sub__(self, other: Iterable[Any]) -> Any:
        return self._changed(self._elements.difference, other)

    def __xor__(self, other: Iterable[Any]) -> Any:
        return self._changed(self._elements.symmetric_difference, other)

    union, difference, symmetric_difference = __or__, __sub__, __xor__

    def _changed(self, change: Any, other: Iterable[Any]) -> _WatchedSet:
        elements = frozenset(other)
        self._footprint.rows |= elements
        return _WatchedSet(change(elements), self._footprint)


_ITSELF = ""


def _field(state: Any) -> str | None:
    """The field of a state that can be watched, or `_ITSELF`; None where there is none."""
    if type(state) in _WATCHED:
        return _ITSELF
    names = [name for name in getattr(state, "_fields", ()) if type(getattr(state, name)) in _WATCHED]
    return names[0] if len(names) == 1 else None


_WATCHED = (Rows, frozenset)


def can_be_watched(state: object) -> bool:
    """Whether it can be seen what a step touches of `state`."""
    return _field(state) is not None


def has_rows(state: Any) -> bool:
    """Whether what can be watched of `state` is a table."""
    field = _field(state)
    return field is not None and isinstance(_part(state, field), Rows)


def restricted(state: Any, rows: Set[Hashable]) -> Any:
    """`state` without all rows but these."""
    field = _field(state)
    assert field is not None, "only states that can be watched are split"
    part = _part(state, field)
    if isinstance(part, Rows):
        return _with_part(state, field, Rows({key: row for key, row in part.items() if key in rows}))
    return _with_part(state, field, frozenset(part & rows))


def held(state: Any, rows: Set[Hashable]) -> Hashable:
    """What `state` holds in `rows`, and in all that cannot be watched: equal only where a step finds the same there."""
    field = _field(state)
    assert field is not None, "only of states that can be watched is it known what a step touches"
    part = _part(state, field)
    there = (
        frozenset((row, part.get(cast(str, row))) for row in rows) if isinstance(part, Rows) else frozenset(part & rows)
    )
    return there, tuple(getattr(state, name) for name in state._fields if name != field) if field else ()


def _part(state: Any, field: str) -> Any:
    return getattr(state, field) if field else state


def _with_part(state: Any, field: str, part: Any) -> Any:
    return state._replace(**{field: part}) if field else part


class NotWatched(Exception):
    """The step cannot work with a watched state."""


def watched_step(model: Model[Any], state: Any, call: Call) -> tuple[list[Transition[Any]], Footprint]:
    """What `model.step` answers, and what it touched to find it out. Open answers go on writing that down.

    Raises `UnknownCall`, and `NotWatched` where the step fails, as it may on a state that it does not expect.
    """
    footprint, field = Footprint(), _field(state)
    if field is None:
        raise NotWatched
    part = _part(state, field)
    watched = _WatchedRows(part, footprint) if isinstance(part, Rows) else _WatchedSet(part, footprint)
    look = _Look(state, field, footprint)
    try:
        steps = [look.unwatched(transition) for transition in model.step(_with_part(state, field, watched), call)]
    except UnknownCall:
        raise
    except Exception as error:
        raise NotWatched from error
    return steps, footprint


@dataclass(frozen=True, slots=True)
class _Look:
    """One step, watched."""

    before: Any
    field: str
    footprint: Footprint

    def unwatched(self, transition: Transition[Any]) -> Transition[Any]:
        reply = transition.reply
        if isinstance(reply, OpenReply):
            after = reply.state_after

            def plain_state_after(answer: Json) -> Any:
                state = after(answer)
                return None if state is None else self.plain(state)

            reply = OpenReply(reply.allowed, plain_state_after)
        return transition._replace(reply=reply, state=self.plain(transition.state))

    def plain(self, state: Any) -> Any:
        """A state after the step, as the model would have made it of one that is not watched."""
        part = _part(state, self.field) if not self.field or type(state) is type(self.before) else None
        if not isinstance(part, _WatchedRows | _WatchedSet):
            self.footprint.everything = True
            return state
        after = _with_part(state, self.field, part.unwatched())
        if self.field and any(
            getattr(after, name) != getattr(self.before, name) for name in after._fields if name != self.field
        ):
            self.footprint.everything = True
        return after


class Trespass(Exception):
    """A step touched what it was not to touch."""

    def __init__(self, call: Call, rows: frozenset[Hashable] | None, *, declared: bool = False) -> None:
        super().__init__(f"{call.function} touches other rows")
        self.call = call
        self.rows = rows
        """The rows in question; None: all there are."""
        self.declared = declared
        """Whether it was the history that declared them to be out of reach."""


@dataclass(frozen=True)
class Fenced:
    """`model` on some of its rows: a step that touches others raises `Trespass`."""

    model: Model[Any]
    rows: frozenset[Hashable] | None = None
    """The rows that may be touched; None: any."""
    forbidden: frozenset[str] = frozenset()
    """Rows that the history declares to be objects of their own. If there are any, no step may look at them all."""

    @property
    def name(self) -> str:
        return self.model.name

    def initial(self) -> Any:
        state = self.model.initial()
        return state if self.rows is None else restricted(state, self.rows)

    def step(self, state: Any, call: Call) -> Sequence[Transition[Any]]:
        try:
            steps, footprint = watched_step(self.model, state, call)
        except NotWatched:
            if self.rows is None:
                return self.model.step(state, call)
            raise Trespass(call, None) from None
        self._require_inside(footprint, call)
        return [self._fenced(transition, footprint, call) for transition in steps]

    def _fenced(self, transition: Transition[Any], footprint: Footprint, call: Call) -> Transition[Any]:
        reply = transition.reply
        if not isinstance(reply, OpenReply):
            return transition

        def fenced_state_after(answer: Json) -> Any:
            state = reply.state_after(answer)
            self._require_inside(footprint, call)
            return state

        return transition._replace(reply=OpenReply(reply.allowed, fenced_state_after))

    def _require_inside(self, footprint: Footprint, call: Call) -> None:
        if self.forbidden and (footprint.everything or footprint.rows & self.forbidden):
            rows = None if footprint.everything else frozenset(footprint.rows & self.forbidden)
            raise Trespass(call, rows, declared=True)
        if self.rows is None:
            return
        if footprint.everything:
            raise Trespass(call, None)
        outside = footprint.rows - self.rows
        if outside:
            raise Trespass(call, frozenset(outside))

    def refusal(self, state: Any, call: Call, reply: Json, window: Window) -> Refusal | None:
        return self.model.refusal(state, call, reply, window) if isinstance(self.model, ExplainsRefusals) else None


def fenced(model: Model[Any], rows: frozenset[Hashable]) -> Fenced:
    """`model` on these rows; a fence that it has already goes on to hold."""
    return replace(model, rows=rows) if isinstance(model, Fenced) else Fenced(model, rows)


def unfenced(model: Model[Any]) -> Model[Any]:
    """`model` without a fence."""
    return model.model if isinstance(model, Fenced) else model
