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
- Behind the return, a configuration that another one reaches by using operations without an answer is left out: the
  other can still do so.

A few operations without an answer that each may do many things (claims of any of twenty jobs) make more configurations
than can be followed. So the step can be told to stop early: those that use the fewest such operations are met first.
What is found then is right, but not all there is.
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


def cross(
    layer: Layer, step: Step, model: AnyModel[Any], counter: Counter, most: int | None = None
) -> tuple[Layer, bool]:
    """The configurations behind the return, and whether these are all; none where no linearization gets past it.

    Where there are some, no more than about `most` are looked at. Raises `BudgetExhausted`.
    """
    crossing = _Crossing(step, model, counter)
    behind, complete = crossing.run(layer, most)
    if most is not None and len(behind) > most:
        return _least_used(behind, most), False
    if complete and step.available and len(behind) > 1:
        behind = _without_reachable(behind, step, model)
    return behind, complete


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
        self._later: deque[tuple[State, int, Used]] = deque()
        """Those that use one operation without an answer more."""

    def run(self, layer: Layer, most: int | None) -> tuple[Layer, bool]:
        for (state, ahead), burdens in layer.items():
            for used, looked in burdens:
                self._meet(state, ahead | looked, used, self._waiting)
        looked_at = 0
        while self._waiting:
            while self._waiting:
                if most is not None and looked_at >= most and self._behind:
                    return self._behind, False
                looked_at += 1
                self._counter.step()
                self._go_on(*self._waiting.popleft())
            self._waiting, self._later = self._later, self._waiting
        return self._behind, True

    def _meet(self, state: State, ahead: int, used: Used, queue: deque[tuple[State, int, Used]]) -> None:
        """A configuration before the return, or behind it if the operation is ahead."""
        for looker in self._lookers:
            if not ahead & looker.bit and state in looker.answered(self._model, state):
                ahead |= looker.bit
        bit = self._step.returning.bit
        if ahead & bit:
            enter(self._behind, state, ahead ^ bit, used, self._step.looking)
        elif enter(self._met, state, ahead, used, self._step.looking):
            queue.append((state, ahead, used))

    def _go_on(self, state: State, ahead: int, used: Used) -> None:
        """Place what returns, or one operation more before it."""
        for after in self._step.returning.answered(self._model, state):
            enter(self._behind, after, ahead, used, self._step.looking)
        for extra, earlier_copies in self._extras:
            if not ahead & extra.bit and not earlier_copies & ~ahead:
                for after in extra.answered(self._model, state):
                    self._meet(after, ahead | extra.bit, used, self._waiting)
        if not self._step.available:
            return
        counts = dict(used)
        for number, gone, copies, called in self._step.available:
            taken = counts.get(number, gone)
            if taken < called:
                first = copies[taken - gone]
                for after in first.unanswered(self._model, state, self._step.returning.return_ns):
                    self._meet(after, ahead, _with_taken(used, number, taken + 1), self._later)


def _without_reachable(layer: Layer, step: Step, model: AnyModel[Any]) -> Layer:
    """`layer` without what others in it still reach, by operations without an answer."""
    configurations = [(sum(count for _, count in used), key, (used, looked))
                      for key, burdens in layer.items() for used, looked in burdens]  # fmt: skip
    reachable: Layer = {}
    left: Layer = {}
    for _, (state, ahead), (used, looked) in sorted(configurations, key=lambda one: one[0]):
        known = reachable.get((state, ahead), ())
        if not any(not looked & ~other and as_good(by, used) for by, other in known):
            left.setdefault((state, ahead), []).append((used, looked))
        counts = dict(used)
        for number, gone, copies, called in step.available:
            taken = counts.get(number, gone)
            if taken < called:
                with_one_more = _with_taken(used, number, taken + 1)
                for after in copies[taken - gone].unanswered(model, state, step.returning.return_ns):
                    reachable.setdefault((after, ahead), []).append((with_one_more, looked))
    return left


def _least_used(layer: Layer, most: int) -> Layer:
    """Some configurations of `layer`: those that leave the most."""
    left: Layer = {}
    every = [(used, looked, key) for key, burdens in layer.items() for used, looked in burdens]
    for used, looked, key in sorted(every, key=lambda one: sum(count for _, count in one[0]))[:most]:
        left.setdefault(key, []).append((used, looked))
    return left


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
