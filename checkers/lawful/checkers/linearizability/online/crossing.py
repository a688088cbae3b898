"""The step of an online search: all configurations before a return become all configurations behind it.

A configuration is a state, the operations that are placed *ahead* of their return, and which of those without a known
answer were *used*. Operations are placed just in time, as in `linearizability.steps`: before the return of one, as many
others as it takes, and no more. The rules that keep configurations few are those of `steps`, but for what an online
search cannot know:

- An operation whose answer is not known yet is one that may take effect with any answer, or never. When its answer
  comes, the steps since its call are taken again (see `object_watch`).
- That an operation only looks is never taken on trust, since it could not be taken back: the model must say it
  (`KnowsEffects`).
- Used operations are counted by kind, in order of call. Two counts are compared, kind by kind; less is better, because
  what is not used may still be used, or never.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from lawful.checkers.linearizability.configuration import Counter
from lawful.checkers.linearizability.online.tracked import State, Tracked
from lawful.models.model import AnyModel, is_timed

Used: TypeAlias = tuple[tuple[int, int], ...]
"""Number of a kind, and how many of it were used since the beginning, in order of the numbers."""

Burden: TypeAlias = tuple[Used, int]
"""What was used, and which of those that only look are ahead: the less of one and the more of the other, the better."""

Layer: TypeAlias = dict[tuple[State, int], list[Burden]]
"""All configurations between two returns: state and mask of those ahead, but for those that only look; the burdens that
no other is better than."""


class Available(NamedTuple):
    """Operations of one kind without a known answer that were called by the return."""

    number: int
    """The kind."""
    gone: int
    """How many were used in every configuration, and forgotten."""
    copies: Sequence[Tracked]
    """The others, in order of call."""
    called: int
    """How many were called by the return, those that are gone included."""


class Step(NamedTuple):
    """One return, and what may be placed before it."""

    returning: Tracked
    others: tuple[Tracked, ...]
    """The operations that are open at the return and whose answers are known, in order of their returns."""
    available: tuple[Available, ...]
    looking: int
    """The bits of all operations that only look."""


def start(state: State) -> Layer:
    """Nothing is placed."""
    return {(state, 0): [((), 0)]}


def cross(layer: Layer, step: Step, model: AnyModel[Any], counter: Counter) -> Layer:
    """The configurations behind the return; none where no linearization gets past it. Raises `BudgetExhausted`."""
    return _Crossing(step, model, counter).run(layer)


def as_good(used: Used, other: Used) -> bool:
    """Whether `used` leaves at least what `other` leaves."""
    if not used or used == other:
        return True
    counts = dict(other)
    return all(count <= counts.get(number, 0) for number, count in used)


def enter(layer: Layer, state: State, ahead: int, used: Used, looking: int) -> bool:
    """Enter a configuration, unless one is there that can do whatever it can."""
    looked = ahead & looking
    burdens = layer.setdefault((state, ahead & ~looking), [])
    for other_used, other_looked in burdens:
        if not looked & ~other_looked and as_good(other_used, used):
            return False
    burdens[:] = [one for one in burdens if one[1] & ~looked or not as_good(used, one[0])]
    burdens.append((used, looked))
    return True


class _Crossing:
    def __init__(self, step: Step, model: AnyModel[Any], counter: Counter) -> None:
        self._step = step
        self._model = model
        self._counter = counter
        self._lookers = [one for one in (step.returning, *step.others) if one.looks]
        self._extras = _extras(step, is_timed(model))
        self._met: Layer = {}
        self._behind: Layer = {}
        self._waiting: deque[tuple[State, int, Used]] = deque()

    def run(self, layer: Layer) -> Layer:
        for (state, ahead), burdens in layer.items():
            for used, looked in burdens:
                self._meet(state, ahead | looked, used)
        while self._waiting:
            self._counter.step()
            self._go_on(*self._waiting.popleft())
        return self._behind

    def _meet(self, state: State, ahead: int, used: Used) -> None:
        """A configuration before the return, or behind it if the operation is ahead."""
        for looker in self._lookers:
            if not ahead & looker.bit and state in looker.answered(self._model, state):
                ahead |= looker.bit
        bit = self._step.returning.bit
        if ahead & bit:
            enter(self._behind, state, ahead ^ bit, used, self._step.looking)
        elif enter(self._met, state, ahead, used, self._step.looking):
            self._waiting.append((state, ahead, used))

    def _go_on(self, state: State, ahead: int, used: Used) -> None:
        """Place what returns, or one operation more before it."""
        for after in self._step.returning.answered(self._model, state):
            enter(self._behind, after, ahead, used, self._step.looking)
        for extra, earlier_copies in self._extras:
            if not ahead & extra.bit and not earlier_copies & ~ahead:
                for after in extra.answered(self._model, state):
                    self._meet(after, ahead | extra.bit, used)
        if not self._step.available:
            return
        counts = dict(used)
        for number, gone, copies, called in self._step.available:
            taken = counts.get(number, gone)
            if taken < called:
                first = copies[taken - gone]
                for after in first.unanswered(self._model, state, self._step.returning.return_ns):
                    self._meet(after, ahead, _with_taken(used, number, taken + 1))


def _with_taken(used: Used, number: int, taken: int) -> Used:
    """`used` with that count for the kind."""
    return tuple(sorted({**dict(used), number: taken}.items()))


def _extras(step: Step, timed: bool) -> list[tuple[Tracked, int]]:
    """The operations that may be placed before the return, each with the bits of its copies that return before it.

    Copies are placed in order of return. With time in the model, two operations of one kind differ by their calls.
    """
    earlier: dict[tuple[str, str], int] = {}
    extras = []
    returning = (step.returning.kind, step.returning.face)
    for one in step.others:
        if timed:
            extras.append((one, 0))
            continue
        same = (one.kind, one.face)
        if not one.looks and same != returning:
            extras.append((one, earlier.get(same, 0)))
            earlier[same] = earlier.get(same, 0) | one.bit
    return extras
