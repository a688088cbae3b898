"""Answers that the contract leaves open, because the store chose an integer and nobody saw which.

A template is an answer with holes. A client that saw the answer fills them, which tells what the store had chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lawful.models.model import OpenReply
from lawful.models.task_store.decisions import Place
from lawful.models.task_store.state import TableState
from lawful.models.values import Json, identical
from lawful.models.wording import value_text


class Hole(NamedTuple):
    """An integer of at least `bound`, held at `place`; None where it is the answer of the store's choice."""

    bound: int
    place: Place | None


Template = Any
"""JSON with holes."""


def has_holes(template: Template) -> bool:
    if isinstance(template, Hole):
        return True
    if isinstance(template, Mapping):
        return any(map(has_holes, template.values()))
    return isinstance(template, list | tuple) and any(map(has_holes, template))


def open_reply(template: Template, after: Callable[[Mapping[Place | None, int]], TableState]) -> OpenReply[TableState]:
    """The reply for a template; `after` gives the state that follows once the holes are filled."""

    def state_after(reply: Json) -> TableState | None:
        filled = _filled(template, reply)
        return None if filled is None else after(filled)

    return OpenReply(_worded(template), state_after)


def _filled(template: Template, reply: Json) -> dict[Place | None, int] | None:
    """What stands in the holes; None where the reply is another than the template."""
    if isinstance(template, Hole):
        fits = isinstance(reply, int) and not isinstance(reply, bool) and reply >= template.bound
        return {template.place: reply} if fits and isinstance(reply, int) else None
    if isinstance(template, Mapping):
        if not isinstance(reply, Mapping) or template.keys() != reply.keys():
            return None
        return _joined([_filled(part, reply[name]) for name, part in template.items()])
    if isinstance(template, list | tuple):
        if not isinstance(reply, Sequence) or isinstance(reply, str) or len(template) != len(reply):
            return None
        return _joined([_filled(part, one) for part, one in zip(template, reply, strict=True)])
    return {} if identical(template, reply) else None


def _joined(parts: Sequence[dict[Place | None, int] | None]) -> dict[Place | None, int] | None:
    joined: dict[Place | None, int] = {}
    for part in parts:
        if part is None:
            return None
        joined |= part
    return joined


def _worded(template: Template) -> str:
    if isinstance(template, Hole):
        return f"any integer above {template.bound - 1}"
    if isinstance(template, Mapping):
        return "{" + ", ".join(f"{name}: {_worded(part)}" for name, part in template.items()) + "}"
    if isinstance(template, list | tuple):
        return "[" + ", ".join(map(_worded, template)) + "]"
    return value_text(template)
