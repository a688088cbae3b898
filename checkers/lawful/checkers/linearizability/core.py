"""The smallest part of a violation that is still a proof of it: no outcome in it can be forgotten.

Forgetting is *weakening*: the operation took effect at any time after its call, with any answer, or never. That only
adds explanations, so what still has none is in violation, and so is the whole history. Deleting a write would not do:
it can orphan a read, and the contradiction would be of our own making. An operation whose answer says that it changed
nothing can be deleted, as it can be taken out of any linearization.

Because forgetting more never brings a contradiction back, an outcome that was needed once is needed for good. So a
set of outcomes is halved until it can be forgotten as a whole or is a single one that cannot: few questions where few
outcomes matter, and one pass is enough for a core of which nothing can be left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from lawful.checkers.linearizability.prefix import failing_prefix
from lawful.checkers.linearizability.search import check_object
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, KnowsEffects, KnowsRows

Check: TypeAlias = Callable[[Sequence[Operation], AnyModel[Any], Budget], ObjectVerdict]
"""A linearizability checker."""

_SHARE_OF_A_QUESTION = 0.1
"""Of the time that is left: much of it forgotten at once can be hard to search, and its halves easy."""


@dataclasses.dataclass(frozen=True, slots=True)
class Core:
    """A part of a history of one object that is in violation by itself."""

    part: ObjectVerdict
    """The verdict on the core."""
    operations: tuple[Operation, ...]
    """The core as a history, in order of call: the constrained operations and those that may have taken effect."""
    is_minimal: bool
    """Whether none of the outcomes can be forgotten; else the budget ended before each had been tried."""
    row: str | None = None
    """The row of the table that the operations were reduced to; None: they are as they were recorded."""

    @property
    def constrained(self) -> tuple[Operation, ...]:
        """The operations whose outcomes contradict each other."""
        return tuple(operation for operation in self.operations if operation.outcome is Outcome.OK)

    @property
    def optional(self) -> tuple[Operation, ...]:
        """Those that took effect at any time after their call, or never; whichever it was, it explains nothing."""
        return tuple(operation for operation in self.operations if operation.outcome is Outcome.UNKNOWN)


def minimal_core(
    operations: Sequence[Operation],
    model: AnyModel[Any],
    check: Check = check_object,
    budget: Budget | None = None,
    blocked_at: int | None = None,
) -> Core | None:
    """The core of a violation on one object; None where `check` finds no violation within the budget.

    `blocked_at`: the operation at whose return a checker found the violation inevitable, if it told. Where the model
    is a table, the operations are reduced to the row of the answer given there, if that alone is in violation.
    """
    return _Reduction(model, check, Meter(budget or Budget())).run(operations, blocked_at)


class _Reduction:
    def __init__(self, model: AnyModel[Any], check: Check, meter: Meter) -> None:
        self.model = model
        self.check = check
        self.meter = meter
        self.kept: list[Operation] = []
        """The smallest part that is known to be in violation."""
        self.part: ObjectVerdict | None = None
        self.is_minimal = True

    def run(self, operations: Sequence[Operation], blocked_at: int | None) -> Core | None:
        if self._asked(operations, blocked_at) is not Verdict.VIOLATION or self.part is None:
            return None
        row = self._to_one_row()
        try:
            self._forget(sorted(_indexes(self.kept, Outcome.OK)), known_needed=False)
        except BudgetExhausted:
            self.is_minimal = False
        return Core(self.part, tuple(self.kept), self.is_minimal, row)

    def _forget(self, indexes: Sequence[int], *, known_needed: bool) -> None:
        """Forget as many outcomes of `indexes` as possible; `known_needed`: not all of them can be forgotten."""
        self.meter.look()
        present = _indexes(self.kept, Outcome.OK).intersection(indexes)
        if not present:
            return
        if not known_needed:
            answer = self._asked(self._without(present), share=_SHARE_OF_A_QUESTION)
            if answer is Verdict.VIOLATION:
                return
            known_needed = answer is not Verdict.INCONCLUSIVE
        if len(indexes) == 1:
            self.is_minimal &= known_needed
            return
        middle = len(indexes) // 2
        early, late = indexes[:middle], indexes[middle:]
        # The later half first: what came early is more often needed to tell how the state came about.
        self._forget(late, known_needed=False)
        all_late_gone = _indexes(self.kept, Outcome.OK).isdisjoint(late)
        self._forget(early, known_needed=known_needed and all_late_gone)

    def _asked(self, operations: Sequence[Operation], blocked_at: int | None = None, share: float = 1.0) -> Verdict:
        """The verdict on `operations`; if they are in violation, their failing prefix is kept from now on."""
        failing = failing_prefix(operations, blocked_at)
        left = self.meter.remaining()
        budget = left if left.seconds is None else dataclasses.replace(left, seconds=left.seconds * share)
        try:
            part = self.check(failing, self.model, budget)
        except BudgetExhausted:
            return Verdict.INCONCLUSIVE
        if part.verdict is Verdict.VIOLATION:
            self.kept, self.part = failing_prefix(failing, part.blocked_at), part
        return part.verdict

    def _without(self, forgotten: Iterable[int]) -> list[Operation]:
        """What is kept, without what the outcomes of `forgotten` say."""
        forgotten = frozenset(forgotten)
        left = []
        for operation in self.kept:
            if operation.index not in forgotten:
                left.append(operation)
            elif not (isinstance(self.model, KnowsEffects) and self.model.had_no_effect(operation)):
                left.append(operation.weakened())
        return left

    def _to_one_row(self) -> str | None:
        """Go on with the one row of the refused answer, where that is in violation by itself."""
        assert self.part is not None
        blocked = next((one for one in self.kept if one.index == self.part.blocked_at), None)
        if blocked is None or not isinstance(self.model, KnowsRows):
            return None
        for row in sorted(self.model.rows(blocked)):
            projection = [self.model.projected(operation, row) for operation in self.kept]
            concerned = [operation for operation in projection if operation is not None]
            reduced = concerned != self.kept
            if self._asked(concerned) is Verdict.VIOLATION:
                return row if reduced else None
        return None


def _indexes(operations: Iterable[Operation], outcome: Outcome) -> frozenset[int]:
    return frozenset(operation.index for operation in operations if operation.outcome is outcome)
