"""Judging a store by what it claims: in full, or by the weaker form of a clause where its configuration promises less.

The claim is in the header of the history, so that checking stays a function of the file. What is lawful in full is
lawful at every weaker level, so only objects that are not are looked at again, with the losses that are allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from lawful.checkers import durability
from lawful.checkers.diagnosis import DURABILITY
from lawful.checkers.linearizability import provenance
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.conformance.adapter import Backend
from lawful.conformance.errors import UsageError, unknown_name
from lawful.conformance.judging import check_object, check_objects
from lawful.conformance.model_choice import ModelOf
from lawful.models.crashes import with_crashes
from lawful.models.history import FaultEvent, History, ObjectKey, Operation, Outcome
from lawful.models.wording import loss_text
from lawful.specs.bound import Bound
from lawful.specs.clause import Clause
from lawful.specs.task_store import CLAUSES

WEAKER = {id: clause for id, clause in CLAUSES.items() if clause.weaker is not None}
"""The clauses that a configuration may claim less of."""
_MEASURE_S = 2.0
"""For each question about how much was lost."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The verdict on a history at the levels that its store claims, and what it was reached with."""

    history: History
    """With two operations for each crash on objects that were looked at again (see `checkers.durability`)."""
    verdict: HistoryVerdict
    model_of: ModelOf
    losses: Mapping[ObjectKey, str] = field(default_factory=dict)
    """For each object that lost something that may be lost: how much, in words."""


def claimed(levels: Mapping[str, Any]) -> dict[str, Bound]:
    """The bounds that `levels` claims, by clause. Raises `UsageError` for what is no claim."""
    found: dict[str, Bound] = {}
    for clause, text in levels.items():
        if clause not in CLAUSES:
            raise unknown_name("clause", clause, WEAKER)
        if clause not in WEAKER:
            hint = f"these have one: {', '.join(WEAKER)}"
            raise UsageError(f"the clause {clause} has no weaker form that could be claimed", hint=hint)
        try:
            found[clause] = Bound.parse(str(text))
        except ValueError as error:
            raise UsageError(f"the level claimed for {clause} makes no sense", cause=str(error)) from error
    return found


def levels_of(backend: Backend) -> dict[str, str]:
    """What `backend` claims in its configuration. Raises `UsageError` where that makes no sense."""
    return {clause: str(bound) for clause, bound in claimed(getattr(backend, "levels", {})).items()}


def clauses_at(bounds: Mapping[str, Bound]) -> dict[str, Clause]:
    """Every clause, as far as it is claimed."""
    return {id: clause.at(bounds[id]) if id in bounds else clause for id, clause in CLAUSES.items()}


def levels_text(levels: Mapping[str, str]) -> str:
    """The claims in a line: `TS-ALL-3 at 1 s`; empty where everything is claimed in full."""
    return ", ".join(f"{clause} at {bound}" for clause, bound in levels.items())


def examine(
    history: History,
    parts: Mapping[ObjectKey, Sequence[Operation]],
    model_of: ModelOf,
    budget: Budget,
    workers: int | None = 1,
) -> Examined:
    """The verdict on each of `parts`, the operations of `history` by object, at the levels that its header claims.

    Raises `UsageError` as `check_objects` does, and where the header claims what makes no sense.
    """
    verdict = check_objects(parts, model_of, budget, workers)
    bound = claimed(history.header.levels).get(DURABILITY)
    crashes = durability.server_crashes(history.faults)
    again = [part for part in verdict.objects if part.verdict is Verdict.VIOLATION and part.method != provenance.METHOD]
    if bound is None or not crashes or not again:
        return Examined(history, verdict, model_of)
    weaker = _Weaker(history, parts, model_of, crashes, budget)
    decided = {part.key: weaker.verdict(part, bound) for part in again}
    return Examined(
        _with(history, dict(parts) | {key: weaker.losses(key, bound).with_crashes() for key in decided}),
        HistoryVerdict(tuple(decided.get(part.key, part) for part in verdict.objects)),
        lambda key: with_crashes(model_of(key)) if key in decided else model_of(key),
        {key: weaker.loss(key) for key, part in decided.items() if part.verdict is Verdict.LAWFUL},
    )


class _Weaker:
    """The objects of a history with its crashes."""

    def __init__(
        self,
        history: History,
        parts: Mapping[ObjectKey, Sequence[Operation]],
        model_of: ModelOf,
        crashes: Sequence[FaultEvent],
        budget: Budget,
    ) -> None:
        self._parts = parts
        self._model_of = model_of
        self._crashes = crashes
        self._budget = budget
        self._writes = list(_writes(parts, model_of))
        self._first_index = len(history)
        self._reserved = {key: 2 * len(crashes) * number for number, key in enumerate(parts)}

    def losses(self, key: ObjectKey, bound: Bound) -> durability.Losses:
        first_index = self._first_index + self._reserved[key]
        return durability.losses(self._parts[key], self._crashes, bound, self._writes, first_index)

    def verdict(self, whole: ObjectVerdict, bound: Bound) -> ObjectVerdict:
        """The verdict on an object that is in violation of the `whole` promise."""
        found = self._decided(whole.key, bound, self._budget)
        because = f"in full it is in violation; looked at again at {DURABILITY} {bound}; {found.because}"
        return replace(found, operations=whole.operations, unknown=whole.unknown, because=because)

    def loss(self, key: ObjectKey) -> str:
        """How much one object lost, at a crash where it lost most."""
        given = self._budget.seconds
        budget = Budget(_MEASURE_S if given is None else min(_MEASURE_S, given), self._budget.memory_mb)
        return loss_text(durability.measured(lambda bound: self._decided(key, bound, budget).verdict))

    def _decided(self, key: ObjectKey, bound: Bound, budget: Budget) -> ObjectVerdict:
        return check_object(self.losses(key, bound).with_crashes(), with_crashes(self._model_of(key)), budget)


def _writes(parts: Mapping[ObjectKey, Sequence[Operation]], model_of: ModelOf) -> Iterator[Operation]:
    """The acknowledged operations that changed something, as far as answers tell."""
    for key, operations in parts.items():
        had_no_effect = getattr(model_of(key), "had_no_effect", None)
        for operation in operations:
            if operation.outcome is Outcome.OK and not (had_no_effect is not None and had_no_effect(operation)):
                yield operation


def _with(history: History, parts: Mapping[ObjectKey, Sequence[Operation]]) -> History:
    operations = sorted(chain.from_iterable(parts.values()), key=lambda one: (one.call_ns, one.index))
    return History(tuple(operations), history.faults, history.header, history.truncated)
