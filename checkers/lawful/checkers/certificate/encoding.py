"""A core as clauses of propositional logic: is there a sequence of effects that explains its answers?

There are as many slots as operations, and between the slots the object is in some state. Each slot holds one operation
or, from some slot on, none. Who is in a slot leads from the state before it to the state after it as the table says;
an operation whose outcome is not known is placed only where it changes the state. All that the outcome of an operation
says hangs on one assumption of its own: that it is placed, that it answered so, and that what was called after its
return comes after it. Of operations of unknown outcome that do the same, the one called earlier is placed earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from lawful.checkers.certificate.exploration import TooLarge
from lawful.checkers.certificate.tables import Row, Table
from lawful.models.history import Operation, Outcome
from lawful.models.values import canonical

MOST_CLAUSES = 600_000
_LITERALS_OF_A_SLOT = 8
_MOST_IN_PAIRS = 40


def assumption(place: int) -> str:
    """That the outcome of the operation at `place` is as recorded."""
    return f"known_{place}"


def placed(place: int, slot: int) -> str:
    """That the operation at `place` is in `slot`."""
    return f"in_{place}_{slot}"


def encoded(operations: Sequence[Operation], table: Table) -> str:
    """The declarations and clauses in SMT-LIB. Raises `TooLarge`."""
    return _Encoding(operations, table).text()


class _Encoding:
    def __init__(self, operations: Sequence[Operation], table: Table) -> None:
        self.operations = operations
        self.table = table
        self.slots = range(len(operations))
        self.places = range(len(operations))
        self.known = [place for place in self.places if operations[place].outcome is Outcome.OK]
        self.calls = sorted({operation.call_ns for operation in operations})
        ends = (one.return_ns for one in operations if one.outcome is Outcome.OK)
        self.returns = sorted({end_ns for end_ns in ends if end_ns is not None})

    def text(self) -> str:
        rows = sum(map(len, self.table.effects)) + sum(map(len, self.table.answers))
        expected = len(self.slots) * (rows + _LITERALS_OF_A_SLOT * len(self.places) * (1 + self.table.is_timed))
        if expected > MOST_CLAUSES:
            raise TooLarge(f"about {expected} clauses, of at most {MOST_CLAUSES}")
        clauses = list(self._clauses())
        names = sorted({literal.removeprefix("(not ").rstrip(")") for clause in clauses for literal in clause})
        declared = [f"(declare-const {name} Bool)" for name in names]
        # A clause of no literal cannot arise: each has the guard that it depends on.
        return "\n".join([*declared, *(f"(assert (or {' '.join(clause)} false))" for clause in clauses)])

    def _clauses(self) -> Iterator[tuple[str, ...]]:
        yield (_state(0, self.table.initial),)
        yield from self._one_state()
        for slot in self.slots:
            yield from self._one_at_most(slot)
            yield from self._empty(slot)
            for place in self.places:
                yield from self._by_now(place, slot)
                yield from self._leads_on(place, slot)
            if self.table.is_timed:
                yield from self._window(slot)
        for place in self.known:
            yield from self._outcome(place)
        yield from self._earlier_copies_first()

    def _one_state(self) -> Iterator[tuple[str, ...]]:
        """Between two slots the object is in one state. Several would do no harm, but leave more to be tried."""
        for slot in range(len(self.slots) + 1):
            if self.table.states <= _MOST_IN_PAIRS:
                for pair in combinations(range(self.table.states), 2):
                    yield tuple(_not(_state(slot, state)) for state in pair)
            yield tuple(_state(slot, state) for state in range(self.table.states))

    def _one_at_most(self, slot: int) -> Iterator[tuple[str, ...]]:
        """One in a slot, or nothing: along a chain that says whether one of the first has been there."""
        candidates = [*(placed(place, slot) for place in self.places), _nothing(slot)]
        yield tuple(candidates)
        for number, candidate in enumerate(candidates):
            yield _not(candidate), f"taken_{slot}_{number}"
            if number:
                yield _not(f"taken_{slot}_{number - 1}"), f"taken_{slot}_{number}"
                yield _not(f"taken_{slot}_{number - 1}"), _not(candidate)

    def _empty(self, slot: int) -> Iterator[tuple[str, ...]]:
        """Nothing happens in an empty slot, nor in any after it."""
        if slot + 1 in self.slots:
            yield _not(_nothing(slot)), _nothing(slot + 1)
        for state in range(self.table.states):
            yield _not(_nothing(slot)), _not(_state(slot, state)), _state(slot + 1, state)

    def _by_now(self, place: int, slot: int) -> Iterator[tuple[str, ...]]:
        """Whether an operation is in this slot or one before, and in no two of them."""
        yield _not(placed(place, slot)), _by(place, slot)
        if not slot:
            yield _not(_by(place, slot)), placed(place, slot)
            return
        yield _not(_by(place, slot)), _by(place, slot - 1), placed(place, slot)
        yield _not(_by(place, slot - 1)), _by(place, slot)
        yield _not(_by(place, slot - 1)), _not(placed(place, slot))

    def _leads_on(self, place: int, slot: int) -> Iterator[tuple[str, ...]]:
        """From each state, the operation leads to one of those that its rows have."""
        here = _not(placed(place, slot))
        for before, bounds, after in _successors(self.table.effects[place], self.table.states):
            changed = [_state(slot + 1, state) for state in after if state != before or self.table.is_timed]
            doubt = [assumption(place)] if place in self.known else []
            yield here, *doubt, _not(_state(slot, before)), *self._outside(bounds, slot), *changed
        if place in self.known:
            guard = _not(assumption(place))
            for before, bounds, after in self._answered(place):
                answered = [_state(slot + 1, state) for state in after]
                yield here, guard, _not(_state(slot, before)), *self._outside(bounds, slot), *answered

    def _answered(self, place: int) -> Iterator[tuple[int, tuple[int, int] | None, list[int]]]:
        """The answers in each state and window in which there are effects: in some of them none is right."""
        answers = {(before, bounds): after for before, bounds, after in _successors(self.table.answers[place], 0)}
        for before, bounds, _ in _successors(self.table.effects[place], self.table.states):
            yield before, bounds, answers.get((before, bounds), [])

    def _outside(self, bounds: tuple[int, int] | None, slot: int) -> list[str]:
        """That what is in the slot takes effect within other bounds than these."""
        if bounds is None:
            return []
        call, return_ = self.calls.index(bounds[0]), self.returns.index(bounds[1])
        later = [_reached(call + 1, slot)] if call + 1 < len(self.calls) else []
        earlier = [_due(return_ - 1, slot)] if return_ else []
        return [_not(_reached(call, slot)), *later, _not(_due(return_, slot)), *earlier]

    def _window(self, slot: int) -> Iterator[tuple[str, ...]]:
        """Which calls have come by this slot, and which returns are still ahead."""
        for number, call_ns in enumerate(self.calls):
            come = [_by(place, slot) for place in self.places if self.operations[place].call_ns >= call_ns]
            yield _not(_reached(number, slot)), *come
            yield from ((_not(one), _reached(number, slot)) for one in come)
        for place in self.known:
            before = [_by(place, slot - 1)] if slot else []
            yield _not(assumption(place)), *before, _waits(place, slot)
            yield _not(_waits(place, slot)), assumption(place)
            yield from ((_not(_waits(place, slot)), _not(one)) for one in before)
        for number, return_ns in enumerate(self.returns):
            ahead = [
                _waits(place, slot) for place in self.known if (self.operations[place].return_ns or 0) <= return_ns
            ]
            yield _not(_due(number, slot)), *ahead
            yield from ((_not(one), _due(number, slot)) for one in ahead)

    def _outcome(self, place: int) -> Iterator[tuple[str, ...]]:
        """It is placed, and what was called after its return comes after it."""
        guard = _not(assumption(place))
        return_ns = self.operations[place].return_ns
        assert return_ns is not None
        yield guard, _by(place, self.slots[-1])
        for later in self.places:
            if self.operations[later].call_ns > return_ns:
                for slot in self.slots:
                    yield guard, _not(placed(later, slot)), *([_by(place, slot - 1)] if slot else [])

    def _earlier_copies_first(self) -> Iterator[tuple[str, ...]]:
        kinds: dict[tuple[str, str], list[int]] = {}
        for place in self.places:
            if place not in self.known:
                operation = self.operations[place]
                kinds.setdefault((operation.function, canonical(operation.arguments)), []).append(place)
        for copies in kinds.values():
            copies.sort(key=lambda place: self.operations[place].call_ns)
            for earlier, later in pairwise(copies):
                yield from ((_not(_by(later, slot)), _by(earlier, slot)) for slot in self.slots)


def _successors(rows: frozenset[Row], states: int) -> Iterator[tuple[int, tuple[int, int] | None, list[int]]]:
    """For each state, and for each window where there are any, the states after; of `states`, those without any too."""
    after: dict[tuple[int, tuple[int, int] | None], list[int]] = {}
    for row in sorted(rows, key=str):
        bounds = None if row.earliest_ns is None or row.latest_ns is None else (row.earliest_ns, row.latest_ns)
        after.setdefault((row.before, bounds), []).append(row.after)
    met = {before for before, _ in after}
    for state in range(states):
        if state not in met:
            after[state, None] = []
    for (before, bounds), states_after in after.items():
        yield before, bounds, states_after


def _not(literal: str) -> str:
    return f"(not {literal})"


def _state(slot: int, state: int) -> str:
    return f"state_{slot}_{state}"


def _nothing(slot: int) -> str:
    return f"nothing_{slot}"


def _by(place: int, slot: int) -> str:
    return f"by_{place}_{slot}"


def _reached(call: int, slot: int) -> str:
    return f"reached_{call}_{slot}"


def _waits(place: int, slot: int) -> str:
    return f"waits_{place}_{slot}"


def _due(return_: int, slot: int) -> str:
    return f"due_{return_}_{slot}"
