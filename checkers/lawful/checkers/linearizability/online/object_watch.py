"""One object of a growing history: whether what is known of it so far is linearizable.

After every event the question is the one that `check` would be asked about the file up to there: operations that are
open may take effect with any answer, or not yet. A violation is found at the first event after which the answer is no;
its operation is the one that made it inevitable.

The history is a line of returns, and between two of them lies a layer of configurations (see `crossing`). When the
answer of an operation comes, all that was worked out since its call is worked out again, now that the answer is known.
Before the call of the oldest operation that is open, nothing can change any more: returns there are *settled*, and what
lies before the last settled layer is forgotten. At a rest of the store (a quiescent point) everything is settled.

Assumptions: calls come in order of time, and the return of an operation comes when all calls up to its time have come.
Returns need not come in order of time.

Where there are more configurations than can be followed, and somebody can be asked who knows the whole history, only
those are followed that use the fewest operations without an answer. A lawful verdict needs no more than one that goes
on. Where none goes on, more of them are tried, and then whoever knows the whole history decides.

An operation that stays open while very many others return is given up: it counts as unknown from then on. If an answer
comes all the same it cannot be compared any more, and the verdict cannot be lawful.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeAlias

from lawful.checkers.linearizability.online.crossing import Layer, Step, cross, start
from lawful.checkers.linearizability.online.recent import Recent
from lawful.checkers.linearizability.online.tracked import Tracked
from lawful.checkers.linearizability.online.unanswered import Unanswered
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, KnowsEffects

PATIENCE = (200, 5_000)
"""Configurations looked at for one return where somebody can be asked: at first, and where none of them goes on."""
MOST_WAITING = 20_000
"""Returns that may wait for one operation that is open; then it is given up."""


class Waiting:
    """A return that is not settled."""

    __slots__ = ("behind", "complete", "tracked")

    def __init__(self, tracked: Tracked) -> None:
        self.tracked = tracked
        self.behind: Layer | None = None
        """The configurations behind it; None: they were not worked out."""
        self.complete = True
        """Whether these are all."""

    @property
    def order(self) -> tuple[int, int]:
        return self.tracked.return_ns, self.tracked.operation.index


class _Undecided(Exception):
    """Nobody can tell whether there is a violation."""


Confirm: TypeAlias = Callable[[Operation], Verdict]


class ObjectWatch:
    """Follows one object. After a violation, or where the budget was used up, it follows no further."""

    def __init__(
        self,
        model: AnyModel[Any],
        meter: Meter,
        most_waiting: int = MOST_WAITING,
        confirm: Confirm | None = None,
        patience: tuple[int, int] = PATIENCE,
    ) -> None:
        self.model = model
        self.effects = model if isinstance(model, KnowsEffects) else None
        self.meter = meter
        """Holds each event to the budget of time, and the whole to that of memory."""
        self.most_waiting = most_waiting
        self.confirm = confirm
        """Gives the verdict on all that came until this operation returned; None: all configurations are followed."""
        self.patience = patience
        self.passed_over = False
        """Whether some configurations behind the settled returns were not followed."""
        self.operations = 0
        """How many completed operations constrain the verdict."""
        self.unknown = 0
        self.violation: Operation | None = None
        """The operation that made a violation inevitable."""
        self.exhausted: str | None = None
        """The budget that was used up, and where."""
        self.unchecked: int | None = None
        """The first operation that was given up and answered all the same."""
        self.settled: Layer = start(model.initial())
        """The configurations behind all returns that are settled."""
        self.waiting: list[Waiting] = []
        """The returns that are not, in order of time."""
        self.open: dict[int, Tracked] = {}
        """The operations that are open, in order of call."""
        self.given_up: set[int] = set()
        self.unanswered = Unanswered()
        self.recent = Recent(self.settled)
        self._free_bits: list[int] = []
        self._bits = 0
        self._looking = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing that comes can change the verdict."""
        return self.violation is not None or self.exhausted is not None

    @property
    def verdict(self) -> Verdict:
        """The verdict on what has come so far."""
        if self.violation is not None:
            return Verdict.VIOLATION
        if self.exhausted is not None or self.unchecked is not None:
            return Verdict.INCONCLUSIVE
        return Verdict.LAWFUL if self.operations else Verdict.NOTHING_CHECKED

    def resume(self, waiting: list[Waiting]) -> None:
        """Go on with these returns, behind what is settled already. Raises `ValueError` where nothing leads past them.

        Only on a watch that nothing has happened to.
        """
        self.waiting = waiting
        taken = 0
        for one in waiting:
            taken |= one.tracked.bit
            self._looking |= one.tracked.bit if one.tracked.looks else 0
        self._bits = taken.bit_length()
        self._free_bits = [1 << i for i in range(self._bits) if not taken >> i & 1]
        if waiting and not self._follow_since(waiting[0].tracked.return_ns):
            raise ValueError("nothing leads past the returns that were waiting")

    def called(self, operation: Operation) -> None:
        """An operation was called; its outcome must be unknown yet."""
        if self.is_over:
            return
        tracked = self.open[operation.index] = Tracked(operation)
        self.unanswered.add(tracked)

    def returned(self, operation: Operation) -> None:
        """What became of an operation that was called before. Raises `UnknownCall`."""
        if self.is_over:
            return
        if operation.index in self.given_up:
            self._take_late(operation)
            return
        tracked = self.open.pop(operation.index)
        if operation.outcome is Outcome.UNKNOWN:
            tracked.operation = operation
            self.unknown += 1
        else:
            self.unanswered.remove(tracked)
            if operation.outcome is Outcome.OK:
                self._wait_for(tracked, operation)
            try:
                self.meter.restart()
                if not self._follow_since(operation.call_ns) and not self._follow_more(operation):
                    self.violation = operation
                    self._end()
                    return
            except (BudgetExhausted, _Undecided) as exhausted:
                self.exhausted = f"{exhausted} at the return of operation {operation.index}"
                self._end()
                return
        self._settle()
        if len(self.waiting) > self.most_waiting:
            self._give_up_oldest()

    def _wait_for(self, tracked: Tracked, operation: Operation) -> None:
        """One more return that is not settled."""
        self.operations += 1
        tracked.completed(operation, self._free_bits.pop() if self._free_bits else self._new_bit(), self.effects)
        if tracked.looks:
            self._looking |= tracked.bit
        insort(self.waiting, Waiting(tracked), key=attrgetter("order"))

    def _follow_more(self, operation: Operation) -> bool:
        """Whether there is a configuration behind each return after all, where not all of them were followed."""
        if not self.passed_over and all(one.complete for one in self.waiting):
            return False
        if self._follow_since(self.waiting[0].tracked.return_ns, self.patience[1]):
            return True
        if not self.passed_over and all(one.complete for one in self.waiting):
            return False
        assert self.confirm is not None, "else all configurations are followed"
        if self.confirm(operation) is Verdict.VIOLATION:
            self.passed_over = True
            return False
        raise _Undecided("there are more orders than can be followed")

    def _follow_since(self, call_ns: int, most: int | None = None) -> bool:
        """Work out the layers behind the returns since then; whether there is a configuration in each."""
        if most is None and self.confirm is not None:
            most = self.patience[0]
        first = bisect_left(self.waiting, call_ns, key=lambda one: one.tracked.return_ns)
        layer = self.waiting[first - 1].behind if first else self.settled
        by_call = sorted((one.tracked for one in self.waiting[first:]), key=attrgetter("order"), reverse=True)
        called: list[Waiting] = []
        for one in self.waiting[first:]:
            until_ns = one.tracked.return_ns
            while by_call and by_call[-1].call_ns <= until_ns:
                insort(called, Waiting(by_call.pop()), key=attrgetter("order"))
            assert called[0].tracked is one.tracked, "what returns first of all that are open was called"
            del called[0]
            others = tuple(other.tracked for other in called)
            step = Step(one.tracked, others, self.unanswered.by(until_ns), self._looking)
            assert layer is not None
            layer, one.complete = cross(layer, step, self.model, self.meter, most)
            one.behind = layer
            if not layer:
                return False
        return True

    def _settle(self) -> None:
        """Forget what lies before the call of the oldest operation that is open."""
        oldest = next(iter(self.open.values()), None)
        count = len(self.waiting)
        if oldest is not None:
            count = bisect_left(self.waiting, oldest.call_ns, key=lambda one: one.tracked.return_ns)
        if not count:
            return
        last = self.waiting[count - 1].behind
        assert last is not None
        self.settled = last
        self.passed_over |= not all(one.complete for one in self.waiting[:count])
        settled = [one.tracked for one in self.waiting[:count]]
        del self.waiting[:count]
        for one in settled:
            self._free_bits.append(one.bit)
            self._looking &= ~one.bit
        layers = (waiting.behind for waiting in self.waiting if waiting.behind is not None)
        forgotten = self.unanswered.forget_used(self.settled, layers)
        self.recent.settle(settled, forgotten, self.settled, self.waiting)

    def _give_up_oldest(self) -> None:
        """Count the operation that has been open for longest as unknown for good."""
        index = next(iter(self.open))
        del self.open[index]
        self.given_up.add(index)
        self._settle()

    def _take_late(self, operation: Operation) -> None:
        self.given_up.remove(operation.index)
        if operation.outcome is Outcome.UNKNOWN:
            self.unknown += 1
        elif self.unchecked is None:
            self.unchecked = operation.index

    def _new_bit(self) -> int:
        self._bits += 1
        return 1 << (self._bits - 1)

    def _end(self) -> None:
        """Nothing is followed any further; only what a report needs is kept."""
        self.recent.end(self.waiting, self.unanswered)
        self.settled = {}
        self.waiting = []
        self.open = {}
        self.unanswered = Unanswered()
