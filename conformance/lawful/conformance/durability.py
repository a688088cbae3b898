"""What a history tells of durability: what was lost at each crash, to the operation, and how stale reads were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lawful.checkers.durability import server_crashes
from lawful.checkers.recovery.staleness import Staleness, staleness
from lawful.checkers.recovery.store import StoreLoss, store_loss
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.conformance.judging import check_object
from lawful.conformance.model_choice import ModelOf
from lawful.models.history import History, ObjectKey, Operation
from lawful.models.model import AnyModel

_MOST_S = 5.0
"""Seconds for each question; there are some tens of them on an object."""


@dataclass(frozen=True, slots=True)
class Durability:
    """The answers, for the objects that were looked at."""

    loss: StoreLoss
    stale: tuple[Staleness, ...]
    """Of the objects in violation that no loss explains, those that stale reads do."""
    unexplained: tuple[ObjectKey, ...]
    """Those that neither does."""

    @property
    def level(self) -> str:
        """What the store showed itself to be."""
        if self.unexplained:
            return "not explained by losses at crashes or by stale reads"
        if self.loss.undecided:
            return "not found out"
        if self.stale:
            return "stale reads"
        if any(crash.seconds for crash in self.loss.crashes):
            return "buffered durably linearizable"
        return "durably linearizable" if self.loss.crashes else "linearizable, and no server died"


def durability(
    history: History,
    parts: Mapping[ObjectKey, Sequence[Operation]],
    verdict: HistoryVerdict,
    model_of: ModelOf,
    budget: Budget,
) -> Durability:
    """The answers for `parts`, objects of `history`; `verdict` is the one on them."""
    seconds = _MOST_S if budget.seconds is None else min(_MOST_S, budget.seconds)
    decide = partial(_decided, budget=replace(budget, seconds=seconds))
    models = {key: model_of(key) for key in parts}
    seen = History(tuple(one for part in parts.values() for one in part), history.faults, history.header)
    loss = store_loss(seen, verdict.objects, models, decide)
    if not server_crashes(history.faults):
        wrong = [part.key for part in verdict.objects if part.verdict is Verdict.VIOLATION]
    else:
        wrong = list(loss.no_prefix)
    found = {key: staleness(parts[key], models[key], decide) for key in wrong}
    return Durability(
        loss,
        tuple(one for one in found.values() if one is not None),
        tuple(key for key, one in found.items() if one is None),
    )


def _decided(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget) -> ObjectVerdict:
    return check_object(operations, model, budget)
