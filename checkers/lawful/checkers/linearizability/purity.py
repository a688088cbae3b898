"""Whether calls leave states as they are, found out once for all states that differ only in what a call does not touch.

A history of a table leads through as many states as it has operations, and most calls touch one row. What a step does
follows from what it asked its state for (see `footprint`): a state that holds the same there is left as it is as well.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from lawful.checkers.linearizability.footprint import NotWatched, can_be_watched, held, watched_step
from lawful.models.model import Call, KnowsLooks, Model, OpenReply, Transition, UnknownCall


class Looks:
    """What was found out about the calls to one model."""

    def __init__(self, model: Model[Any]) -> None:
        self._model = model
        self._can_be_watched = can_be_watched(model.initial())
        self._told = model if isinstance(model, KnowsLooks) else None
        self._known: dict[int, dict[frozenset[Hashable], set[Hashable]]] = {}
        """By call and by what it touched: what states held there."""

    def only_looks(self, state: Any, number: int, call: Call) -> bool | None:
        """Whether `call`, numbered so, leaves `state` as it is, whatever it answers; None: the step has to be asked."""
        if self._told is not None and self._told.only_looks(call):
            return True
        if not self._can_be_watched:
            return None
        known = self._known.setdefault(number, {})
        if any(held(state, rows) in seen for rows, seen in known.items()):
            return True
        try:
            steps, footprint = watched_step(self._model, state, call)
        except (NotWatched, UnknownCall):
            return None
        if not all(only_looks(step, state) for step in steps):
            return False
        if not footprint.everything:
            rows = frozenset(footprint.rows)
            known.setdefault(rows, set()).add(held(state, rows))
        return True


def only_looks(transition: Transition[Any], state: Any) -> bool:
    """Whether `transition` leaves `state` as it is, whatever the client saw."""
    return not isinstance(transition.reply, OpenReply) and transition.state == state
