"""The front door: decides any history of one object, by the method that suits it, and says which one that was.

Long histories of a data type that has a monitor go to the monitor, which is near-linear and proves for itself that it
applies; where it cannot tell, and for everything else, the general search decides. Models with time are searched by
each operation's own interval (see `models.own_window`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lawful.checkers.linearizability import search
from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation
from lawful.models.model import AnyModel, TimedModel
from lawful.models.own_window import OwnWindows, with_own_windows

MONITORED_FROM = 2_000
"""Operations. Below, a search has mostly ended before the libraries that a monitor needs are imported."""


def check_object(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget | None = None) -> ObjectVerdict:
    """Decide whether `operations`, all on one object, are linearizable with respect to `model`.

    Raises `UnknownCall` where the model does not know an operation.
    """
    budget = budget or Budget()
    if isinstance(model, TimedModel):
        return search.check_object(with_own_windows(operations), OwnWindows(model), budget)
    if len(operations) >= MONITORED_FROM:
        monitor = monitor_for(model)
        if monitor is not None:
            found = monitor.check_object(operations, model, budget)
            if found.verdict is not Verdict.INCONCLUSIVE:
                return found
    return search.check_object(operations, model, budget)
