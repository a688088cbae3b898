"""All objects of a growing history, each followed by itself: linearizability is local.

An object costs what its configurations take, and nothing while nobody works on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lawful.checkers.linearizability.online.object_watch import Confirm, ObjectWatch
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.models.history import ObjectKey, Operation
from lawful.models.model import AnyModel

METHOD = "online search"


class HistoryWatch:
    """Follows every object of one history."""

    def __init__(
        self, model_of: Callable[[ObjectKey], AnyModel[Any]], budget: Budget, confirm: Confirm | None = None
    ) -> None:
        """`budget`: the time for each event, and the memory for all objects. `confirm`: see `ObjectWatch`."""
        self._model_of = model_of
        self._confirm = confirm
        self._meter = Meter(budget)
        self.objects: dict[ObjectKey, ObjectWatch] = {}

    def add(self, key: ObjectKey) -> ObjectWatch:
        """A new object, of which nothing is known."""
        watch = self.objects[key] = ObjectWatch(self._model_of(key), self._meter, confirm=self._confirm)
        return watch

    def called(self, operation: Operation) -> None:
        """An operation was called; its outcome must be unknown yet."""
        key = operation.object_key
        (self.objects.get(key) or self.add(key)).called(operation)

    def returned(self, operation: Operation) -> ObjectKey | None:
        """What became of it; its object, where that is over now."""
        key = operation.object_key
        watch = self.objects[key]
        was_over = watch.is_over
        watch.returned(operation)
        return key if watch.is_over and not was_over else None

    def verdict(self) -> HistoryVerdict:
        """The verdict on what has come so far."""
        return HistoryVerdict(tuple(object_verdict(key, watch) for key, watch in self.objects.items()))


def object_verdict(key: ObjectKey, watch: ObjectWatch) -> ObjectVerdict:
    """The verdict on one object. `blocked_at` of a violation is the operation that made it inevitable."""
    return ObjectVerdict(
        key,
        watch.verdict,
        METHOD,
        operations=watch.operations,
        unknown=watch.unknown + sum(1 for _ in watch.open),
        blocked_at=None if watch.violation is None else watch.violation.index,
        progress=progress_of(watch),
    )


def progress_of(watch: ObjectWatch) -> str | None:
    """Why an object is inconclusive."""
    if watch.verdict is not Verdict.INCONCLUSIVE:
        return None
    if watch.exhausted is not None:
        return f"{watch.exhausted}; it is not followed any further"
    return (
        f"operation {watch.unchecked} was open while more than {watch.most_waiting} others returned, and then "
        "answered: its answer was not compared"
    )
