"""The smallest part of a violation that is still a proof of it: no outcome in it can be forgotten.

Forgetting is *weakening*: the operation took effect at any time after its call, with any answer, or never. That only
adds explanations, so what still has none is in violation, and so is the whole history. Deleting a write would not do:
it can orphan a read, and the contradiction would be of our own making. An operation whose answer says that it changed
nothing can be deleted, as it can be taken out of any linearization.

Because forgetting more never brings a contradiction back, an outcome that was needed once is needed for good. So a
set of outcomes is halved until it can be forgotten as a whole or is a single one that cannot: few questions where few
outcomes matter, and one pass is enough for a core of which nothing can be left out. Much of it forgotten at once can be
hard to search: a question that takes long is put off, and asked again with more time when the easy ones are answered.

A long history of an object that remembers much may take very many operations to refute from the start. Then only the
operations since the last rest of the store are weakened; those before are kept as they were recorded, and summed up by
the states that they may have left (see `window`). Either way, `Core.history` is in violation by itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, cast

from lawful.checkers.linearizability import search
from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.linearizability.prefix import failing_prefix
from lawful.checkers.linearizability.projections import on_row
from lawful.checkers.linearizability.window import Past, last_window
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, KnowsEffects, KnowsRows, TimedModel, is_timed
from lawful.models.own_window import OwnWindows, with_own_windows
from lawful.models.resumed import resumed

Check: TypeAlias = Callable[[Sequence[Operation], AnyModel[Any], Budget], ObjectVerdict]
"""A linearizability checker."""

MOST_TO_READ = 12
"""Operations; a core from the start that constrains more is no explanation, and a window is tried."""
_LONGEST_S = 60.0
"""For a core, where the budget has no limit: a smaller one is never worth waiting for ever."""
_FIRST_PATIENCE_S = 0.05
_MOST_HINTED = 16
"""Operations of a refusal that are tried as a core; those of a monitor are few, those of a search are many."""


@dataclasses.dataclass(frozen=True, slots=True)
class Core:
    """A part of a history of one object that is in violation by itself."""

    part: ObjectVerdict
    """The verdict on the core; from the last of `pasts`, if there are any."""
    operations: tuple[Operation, ...]
    """The core, in order of call: the constrained operations and those that may have taken effect."""
    is_minimal: bool
    """Whether none of the outcomes can be forgotten; else the budget ended before each had been tried."""
    row: str | None = None
    """The row of the table that the operations were reduced to; None: they are as they were recorded."""
    before: tuple[Operation, ...] = ()
    """Operations in front of the core that are kept as they were recorded."""
    pasts: tuple[Past, ...] = ()
    """All that those before may have led to; the core contradicts each. Empty: the core begins at the start."""

    @property
    def history(self) -> tuple[Operation, ...]:
        """What is in violation from the initial state on, in order of call."""
        return tuple(sorted((*self.before, *self.operations), key=lambda one: (one.call_ns, one.index)))

    @property
    def constrained(self) -> tuple[Operation, ...]:
        """The operations whose outcomes contradict each other."""
        return tuple(operation for operation in self.operations if operation.outcome is Outcome.OK)

    @property
    def optional(self) -> tuple[Operation, ...]:
        """Those that took effect at any time after their call, or never; whichever it was, it explains nothing."""
        return tuple(operation for operation in self.operations if operation.outcome is Outcome.UNKNOWN)

    @property
    def is_readable(self) -> bool:
        """Whether it is an explanation, and not only a proof."""
        return self.is_minimal and len(self.constrained) <= MOST_TO_READ


def check_weakened(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget) -> ObjectVerdict:
    """The general search, and where that is stuck, the monitor of the data type, however short the history.

    Little that is known about many operations is what searches find hard and monitors easy. The front door does more
    before it searches, which pays for one question and not for hundreds.
    """
    if is_timed(model):
        return search.check_object(with_own_windows(operations), OwnWindows(cast(TimedModel[Any], model)), budget)
    found = search.check_object(operations, model, budget)
    monitor = monitor_for(model) if found.verdict is Verdict.INCONCLUSIVE else None
    if monitor is None:
        return found
    second = monitor.check_object(operations, model, budget)
    return found if second.verdict is Verdict.INCONCLUSIVE else second


def minimal_core(
    operations: Sequence[Operation],
    model: AnyModel[Any],
    check: Check = check_weakened,
    budget: Budget | None = None,
    part: ObjectVerdict | None = None,
) -> Core | None:
    """The core of a violation on one object; None where `check` finds no violation within the budget.

    `part`: the verdict on `operations`, where it is known; it says where to begin. Where the model is a table, the
    operations are reduced to the row of the refused answer, if that alone is in violation.
    """
    meter = Meter(_limited(budget))
    from_start = core_from_start(operations, model, check, _half(meter.remaining()), part)
    if from_start is not None and from_start.is_readable:
        return from_start
    row = None if from_start is None else from_start.row
    recorded = on_row(operations, model, row) if row is not None and isinstance(model, KnowsRows) else operations
    failing = failing_prefix(recorded, None if part is None else part.blocked_at)
    return _more_readable(from_start, _core_within_window(failing, model, check, meter, row))


def core_from_start(
    operations: Sequence[Operation],
    model: AnyModel[Any],
    check: Check = check_weakened,
    budget: Budget | None = None,
    part: ObjectVerdict | None = None,
) -> Core | None:
    """As `minimal_core`, but never with anything that is kept as it was recorded."""
    return _Reduction(model, check, Meter(_limited(budget))).run(operations, part)


def forgotten(operation: Operation, model: AnyModel[Any]) -> Operation | None:
    """`operation` without what its outcome says; None where nothing is left of it."""
    # `isinstance` of a protocol takes longer than all the rest.
    if hasattr(model, "had_no_effect") and cast(KnowsEffects, model).had_no_effect(operation):
        return None
    return operation.weakened()


def _limited(budget: Budget | None) -> Budget:
    budget = budget or Budget()
    return dataclasses.replace(budget, seconds=_LONGEST_S) if budget.seconds is None else budget


def _half(budget: Budget) -> Budget:
    assert budget.seconds is not None
    return dataclasses.replace(budget, seconds=budget.seconds / 2)


def _more_readable(from_start: Core | None, within: Core | None) -> Core | None:
    if from_start is None or within is None:
        return from_start or within
    return min(from_start, within, key=lambda core: (not core.is_minimal, len(core.constrained)))


def _core_within_window(
    failing: Sequence[Operation], model: AnyModel[Any], check: Check, meter: Meter, row: str | None
) -> Core | None:
    try:
        window = last_window(failing, model, meter)
    except BudgetExhausted:
        return None
    if window is None:
        return None
    found = _Reduction(model, check, meter, window.pasts).run(window.since, None)
    if found is None:
        return None
    return dataclasses.replace(found, before=window.before, pasts=window.pasts, row=row)


class _Reduction:
    """Weakens operations for as long as they contradict each of `pasts`; none of these: the initial state."""

    def __init__(self, model: AnyModel[Any], check: Check, meter: Meter, pasts: Sequence[Past] = ()) -> None:
        self.model = model
        self.check = check
        self.meter = meter
        self.pasts = pasts
        self.kept: list[Operation] = []
        """The smallest part that is known to be in violation."""
        self.part: ObjectVerdict | None = None
        self.needed: set[int] = set()
        """Outcomes that cannot be forgotten."""
        self.patience_s = float("inf")
        """For one question."""

    def run(self, operations: Sequence[Operation], part: ObjectVerdict | None) -> Core | None:
        failing = failing_prefix(operations, None if part is None else part.blocked_at)
        row = None if self.pasts or part is None else self._to_one_row(failing, part.blocked_at)
        if self.part is None:
            if self._asked(failing) is not Verdict.VIOLATION or self.part is None:
                return None
            row = None if self.pasts else self._to_one_row(self.kept, self.part.blocked_at)
        with suppress(BudgetExhausted):
            self._forget_all(part)
        return Core(self.part, tuple(self.kept), self._open() <= self.needed, row)

    def _open(self) -> set[int]:
        return {operation.index for operation in self.kept if operation.outcome is Outcome.OK}

    def _forget_all(self, part: ObjectVerdict | None) -> None:
        """Forget all that is not needed, the questions that are quickly answered first."""
        self.patience_s = _FIRST_PATIENCE_S
        self._keep_only(_hinted(part))
        had_all_time = False
        while not had_all_time and (left := self._open() - self.needed):
            had_all_time = self.patience_s >= self._left_s()
            self._forget(sorted(left), known_needed=False)
            self.patience_s *= 4

    def _keep_only(self, hinted: frozenset[int]) -> None:
        others = self._open() - hinted
        if hinted and others:
            self._asked(self._without(others))

    def _forget(self, indexes: Sequence[int], *, known_needed: bool) -> None:
        """Forget as many outcomes of `indexes` as possible; `known_needed`: not all of them can be forgotten."""
        self.meter.look()
        present = self._open().intersection(indexes)
        if not present:
            return
        if not known_needed:
            answer = self._asked(self._without(present))
            if answer is Verdict.VIOLATION:
                return
            known_needed = answer is not Verdict.INCONCLUSIVE
        if len(indexes) == 1:
            self.needed.update(indexes if known_needed else ())
            return
        middle = len(indexes) // 2
        early, late = indexes[:middle], indexes[middle:]
        # The later half first: what came early is more often needed to tell how the state came about.
        self._forget(late, known_needed=False)
        all_late_gone = self._open().isdisjoint(late)
        self._forget(early, known_needed=known_needed and all_late_gone)

    def _asked(self, operations: Sequence[Operation]) -> Verdict:
        """The verdict on `operations`; if they are in violation, their failing prefix is kept from now on."""
        until: list[Operation] = []
        part: ObjectVerdict | None = None
        for model, used in self._starts():
            available = [operation for operation in operations if operation.index not in used]
            part = self._answer(available, model)
            if part.verdict is not Verdict.VIOLATION:
                return part.verdict
            until += (operation for operation in available if operation.index == part.blocked_at)
        # No past gets beyond the last of the returns at which one was found to be stuck.
        last = max(until, key=lambda one: one.return_ns or 0, default=None)
        self.kept, self.part = failing_prefix(operations, None if last is None else last.index), part
        return Verdict.VIOLATION

    def _starts(self) -> list[tuple[AnyModel[Any], frozenset[int]]]:
        if not self.pasts:
            return [(self.model, frozenset())]
        return [(resumed(self.model, past.state), past.used) for past in self.pasts]

    def _answer(self, operations: Sequence[Operation], model: AnyModel[Any]) -> ObjectVerdict:
        budget = dataclasses.replace(self.meter.remaining(), seconds=min(self._left_s(), self.patience_s))
        try:
            return self.check(operations, model, budget)
        except BudgetExhausted as exhausted:
            key = operations[0].object_key
            return ObjectVerdict(key, Verdict.INCONCLUSIVE, "", len(operations), progress=str(exhausted))

    def _left_s(self) -> float:
        seconds = self.meter.remaining().seconds
        assert seconds is not None
        return seconds

    def _without(self, indexes: Iterable[int]) -> list[Operation]:
        """What is kept, without what the outcomes of `indexes` say."""
        indexes = frozenset(indexes)
        left = (forgotten(one, self.model) if one.index in indexes else one for one in self.kept)
        return [operation for operation in left if operation is not None]

    def _to_one_row(self, operations: Sequence[Operation], blocked_at: int | None) -> str | None:
        """Go on with the one row of the refused answer, where that is in violation by itself."""
        blocked = next((one for one in operations if one.index == blocked_at), None)
        if blocked is None or not isinstance(self.model, KnowsRows):
            return None
        for row in sorted(self.model.rows(blocked)):
            concerned = on_row(operations, self.model, row)
            if self._asked(concerned) is Verdict.VIOLATION:
                return row if concerned != list(operations) else None
        return None


def _hinted(part: ObjectVerdict | None) -> frozenset[int]:
    """The operations that a monitor found to contradict each other; none where a search gave the verdict."""
    if part is None or not part.refusals or part.blocked_at is None:
        return frozenset()
    placed = part.refusals[0].linearization
    return frozenset({part.blocked_at, *(one.index for one in placed)}) if len(placed) < _MOST_HINTED else frozenset()
