"""Why a core contradicts itself: the fewest single facts of which no order of effects can hold all.

A fact is that an operation gave its answer, that one returned before another was called, or, in a model with time,
when an operation ran. The answers of a core are all needed. Of what real time says, one fact after the other is dropped
for as long as the rest contradicts itself, so each that is left is needed too: without it, there is an explanation.

What is left is a partial order and no history any more, so it takes a search of its own. It goes from state to state
and places any operation that no other has to precede. An operation with an unknown outcome is placed where it changes
the state. One whose answer says that it looked is placed as soon as it may be and its answer is right: it leaves
everything else as it is. Of two ways to one state with the same operations behind them, the one that used fewer of
unknown outcome can go wherever the other can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lawful.checkers.linearizability.core import Core
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, KnowsEffects, Window, is_timed, state_after, transitions

_AT_ANY_TIME = Window(0, 2**62)


class Order(NamedTuple):
    """The first operation had returned before the other was called; both by index."""

    first: int
    then: int


class Timing(NamedTuple):
    """The operation ran when it did, and not earlier or later; by index."""

    ran: int


Fact = Order | Timing


@dataclass(frozen=True, slots=True)
class Argument:
    """What real time says that contradicts the answers of a core."""

    facts: tuple[Fact, ...]
    is_minimal: bool
    """Whether each of the facts is needed; else the budget ended before each had been tried."""


def argument(core: Core, model: AnyModel[Any], budget: Budget) -> Argument | None:
    """The argument of a core; None where the budget ends before the facts are seen to contradict each other."""
    meter = Meter(budget)
    facts = all_facts(core, model)
    contradiction = Contradiction(core, model, meter)
    try:
        if not contradiction.holds(facts):
            return None
    except BudgetExhausted:
        return None
    reduction = _Reduction(facts, contradiction.holds)
    try:
        reduction.drop(facts, known_needed=False)
    except BudgetExhausted:
        return Argument(tuple(reduction.kept), False)
    return Argument(tuple(reduction.kept), True)


def all_facts(core: Core, model: AnyModel[Any]) -> list[Fact]:
    """All that real time says about the operations of a core, but for orders that follow from others."""
    orders: list[Fact] = [Order(first.index, then.index) for first, then in _reduced(core)]
    timings: list[Fact] = [Timing(one.index) for one in core.operations] if is_timed(model) else []
    # What comes last is dropped first: an order is easier to grasp than a time.
    return orders + timings


def _reduced(core: Core) -> Iterator[tuple[Operation, Operation]]:
    """Pairs in real-time order with no constrained operation in between."""
    for then in core.operations:
        earlier = [one for one in core.constrained if one.return_ns is not None and one.return_ns < then.call_ns]
        latest_call_ns = max((one.call_ns for one in earlier), default=0)
        yield from ((one, then) for one in earlier if one.return_ns is not None and one.return_ns >= latest_call_ns)


class _Reduction:
    """Drops facts, by halves, for as long as the others contradict each other."""

    def __init__(self, facts: Sequence[Fact], contradicts: Callable[[Sequence[Fact]], bool]) -> None:
        self.kept = list(facts)
        self.contradicts = contradicts

    def drop(self, facts: Sequence[Fact], *, known_needed: bool) -> None:
        """Drop as many of `facts` as possible; `known_needed`: not all of them can be dropped."""
        if not facts:
            return
        if not known_needed:
            rest = [fact for fact in self.kept if fact not in facts]
            if self.contradicts(rest):
                self.kept = rest
                return
        if len(facts) == 1:
            return
        middle = len(facts) // 2
        early, late = facts[:middle], facts[middle:]
        self.drop(late, known_needed=False)
        self.drop(early, known_needed=not set(late) & set(self.kept))


class Contradiction:
    """Whether answers and facts contradict each other."""

    def __init__(self, core: Core, model: AnyModel[Any], meter: Meter) -> None:
        self._core = core
        self._model = model
        self._meter = meter
        self._operations = core.operations
        self._place = {operation.index: place for place, operation in enumerate(core.operations)}
        end_ns = max(one.return_ns or one.call_ns for one in core.operations)
        self._own = [_own_window(operation, end_ns) for operation in core.operations]
        self._open = [Window(operation.call_ns, end_ns) for operation in core.operations]
        self._kinds = [repr((one.function, one.arguments)) for one in core.operations]
        self._looked = self._that_only_looked()
        self._is_timed = is_timed(model)
        self._steps: dict[tuple[Any, int, Window], tuple[Any, ...]] = {}

    def holds(self, facts: Sequence[Fact], without: int | None = None) -> bool:
        """Whether no order of effects, from any of the states before, has all the answers and all `facts`.

        `without`: a constrained operation whose answer is forgotten too. Raises `BudgetExhausted`.
        """
        before = [0] * len(self._operations)
        windows = [_AT_ANY_TIME] * len(self._operations)
        for fact in facts:
            if isinstance(fact, Timing):
                place = self._place[fact.ran]
                windows[place] = self._open[place] if fact.ran == without else self._own[place]
            elif fact.first != without:
                before[self._place[fact.then]] |= 1 << self._place[fact.first]
        starts = [(past.state, past.used) for past in self._core.pasts] or [(self._model.initial(), frozenset())]
        return not any(
            _Search(self, before, windows, self._answers(without), used).explains(state) for state, used in starts
        )

    def _answers(self, without: int | None) -> int:
        """The operations, as bits, whose answers are known."""
        return sum(
            1 << place
            for place, one in enumerate(self._operations)
            if one.outcome is Outcome.OK and one.index != without
        )

    def after(self, state: Any, place: int, window: Window, *, answered: bool) -> tuple[Any, ...]:
        """The states that an operation may leave, where its answer is right, or is not known."""
        key = (state, place if answered else ~place, window)
        known = self._steps.get(key)
        if known is None:
            operation = self._operations[place]
            steps = transitions(self._model, state, Call(operation.function, operation.arguments), window)
            left = [state_after(step, operation.result) if answered else step.state for step in steps]
            known = self._steps[key] = tuple(dict.fromkeys(after for after in left if after is not None))
        return known

    def only_looked(self, place: int) -> bool:
        """Whether the answer of a constrained operation says that it changed nothing."""
        return place in self._looked

    def _that_only_looked(self) -> frozenset[int]:
        if not isinstance(self._model, KnowsEffects):
            return frozenset()
        known = [place for place, one in enumerate(self._operations) if one.outcome is Outcome.OK]
        return frozenset(place for place in known if self._model.had_no_effect(self._operations[place]))

    def first_of_kind(self, places: Sequence[int]) -> Iterator[int]:
        """One of those that do the same: which of them is placed makes no difference."""
        seen: set[tuple[str, Window]] = set()
        for place in places:
            kind = (self._kinds[place], self._own[place] if self._is_timed else _AT_ANY_TIME)
            if kind not in seen:
                seen.add(kind)
                yield place

    def step(self) -> None:
        self._meter.step()


class _Search:
    """Depth first, from one state before."""

    def __init__(
        self,
        problem: Contradiction,
        before: Sequence[int],
        windows: Sequence[Window],
        answers: int,
        used: frozenset[int],
    ) -> None:
        self._problem = problem
        self._before = [mask & answers for mask in before]
        self._windows = windows
        self._answers = answers
        places = range(len(before))
        self._answered = [place for place in places if answers >> place & 1]
        operations = problem._operations
        self._optional = [p for p in places if not answers >> p & 1 and operations[p].index not in used]
        self._looked = [place for place in self._answered if problem.only_looked(place)]
        self._seen: dict[tuple[int, Any], list[int]] = {}

    def explains(self, state: Any) -> bool:
        """Whether there is an order in which all answers are right."""
        ahead = [(0, 0, state)]
        while ahead:
            self._problem.step()
            done, used, state = ahead.pop()
            done = self._looking(done, state)
            if done == self._answers:
                return True
            if self._is_new(done, used, state):
                ahead += self._next(done, used, state)
        return False

    def _looking(self, done: int, state: Any) -> int:
        """`done`, and all that only look and may do so now."""
        grown = True
        while grown:
            grown = False
            for place in self._looked:
                if self._may_come(place, done, 0) and self._after(state, place) == (state,):
                    done |= 1 << place
                    grown = True
        return done

    def _next(self, done: int, used: int, state: Any) -> Iterator[tuple[int, int, Any]]:
        available = [place for place in self._optional if self._may_come(place, done, used)]
        for place in self._problem.first_of_kind(available):
            for after in self._after(state, place):
                if after != state:
                    yield done, used | 1 << place, after
        for place in self._answered:
            if self._may_come(place, done, 0):
                for after in self._after(state, place):
                    yield done | 1 << place, used, after

    def _may_come(self, place: int, done: int, used: int) -> bool:
        return not (done | used) >> place & 1 and self._before[place] & done == self._before[place]

    def _after(self, state: Any, place: int) -> tuple[Any, ...]:
        answered = bool(self._answers >> place & 1)
        return self._problem.after(state, place, self._windows[place], answered=answered)

    def _is_new(self, done: int, used: int, state: Any) -> bool:
        ways = self._seen.setdefault((done, state), [])
        if any(way & used == way for way in ways):
            return False
        ways[:] = [way for way in ways if way & used != used]
        ways.append(used)
        return True


def _own_window(operation: Operation, end_ns: int) -> Window:
    if operation.outcome is Outcome.OK and operation.return_ns is not None:
        return Window(operation.call_ns, operation.return_ns)
    return Window(operation.call_ns, end_ns)
