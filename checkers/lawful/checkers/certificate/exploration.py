"""Which states the operations of a core can lead to: breadth first, each operation used at most once.

Of two ways to one state, the one that used fewer operations can go wherever the other can, so only the ways that no
other undercuts are followed. A model with time is asked with every window that two instants of the core bound: the
latest call before an effect, and the earliest return after it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, Window, is_timed, state_after, transitions

MOST_STATES = 20_000
MOST_WAYS = 200_000
MOST_ROWS = 800_000
ALWAYS = Window(0, 0)

RawRow = tuple[int, int, int | None, int | None]


class TooLarge(Exception):
    """More states or steps than a solver can be asked about."""


class Explored(NamedTuple):
    """States, numbered from 0 (the initial one), and the steps of each operation between them."""

    states: int
    effects: tuple[frozenset[RawRow], ...]
    answers: tuple[frozenset[RawRow], ...]
    is_timed: bool


def explored(operations: Sequence[Operation], model: AnyModel[Any], seconds: float) -> Explored:
    """All that `operations` may do. Raises `TooLarge`, also where it takes more than `seconds` to find out."""
    return _Exploration(operations, model, Meter(Budget(seconds, None))).run()


class _Exploration:
    def __init__(self, operations: Sequence[Operation], model: AnyModel[Any], meter: Meter) -> None:
        self.meter = meter
        self.operations = operations
        self.model = model
        self.windows = _windows(operations, model)
        self.numbers: dict[Any, int] = {}
        self.ways: list[list[int]] = []
        """For each state, the sets of operations (as bits) that lead to it, none of them within another."""
        self.effects: list[set[RawRow]] = [set() for _ in operations]
        self.answers: list[set[RawRow]] = [set() for _ in operations]
        self.stepped: set[tuple[int, int]] = set()
        self.ahead: deque[tuple[Any, int]] = deque()
        self.followed = 0
        self.rows = 0

    def run(self) -> Explored:
        try:
            self._follow_all()
        except BudgetExhausted as exhausted:
            raise TooLarge(f"{len(self.numbers)} states are met, and {exhausted}") from exhausted
        return Explored(
            len(self.numbers),
            tuple(map(frozenset, self.effects)),
            tuple(map(frozenset, self.answers)),
            is_timed(self.model),
        )

    def _follow_all(self) -> None:
        self._reach(self.model.initial(), 0)
        while self.ahead:
            self.meter.look()
            state, used = self.ahead.popleft()
            for position in range(len(self.operations)):
                if not used >> position & 1:
                    for after in self._steps(state, position):
                        self._reach(after, used | 1 << position)

    def _reach(self, state: Any, used: int) -> int:
        """Note that `state` can be reached by the operations `used`."""
        number = self.numbers.setdefault(state, len(self.numbers))
        if number == len(self.ways):
            self.ways.append([])
        ways = self.ways[number]
        if any(way & used == way for way in ways):
            return number
        self.followed += 1
        if len(self.numbers) > MOST_STATES or self.followed > MOST_WAYS:
            raise TooLarge(f"more than {min(len(self.numbers), MOST_STATES)} states can be reached")
        ways[:] = [way for way in ways if way & used != used]
        ways.append(used)
        self.ahead.append((state, used))
        return number

    def _steps(self, state: Any, position: int) -> list[Any]:
        """The states that operation `position` may leave behind; its rows are noted the first time."""
        operation = self.operations[position]
        call = Call(operation.function, operation.arguments)
        number = self.numbers[state]
        is_new = (number, position) not in self.stepped
        self.stepped.add((number, position))
        afters = []
        for window, bounds in self.windows[position]:
            for step in transitions(self.model, state, call, window):
                answered = step.state
                if operation.outcome is Outcome.OK:
                    answered = state_after(step, operation.result)
                    within = operation.return_ns is None or window.latest_ns <= operation.return_ns
                    if answered is not None and (within or bounds is None):
                        afters.append(answered)
                        self._note(is_new, self.answers[position], number, answered, bounds)
                else:
                    self._note(is_new, self.answers[position], number, answered, bounds)
                afters.append(step.state)
                self._note(is_new, self.effects[position], number, step.state, bounds)
        return afters

    def _note(self, is_new: bool, rows: set[RawRow], before: int, state: Any, bounds: Window | None) -> None:
        if not is_new:
            return
        after = self.numbers.setdefault(state, len(self.numbers))
        if after == len(self.ways):
            self.ways.append([])
        rows.add((before, after, None, None) if bounds is None else (before, after, *bounds))
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise TooLarge(f"there are more than {MOST_ROWS} steps between the states that can be reached")


def _windows(operations: Sequence[Operation], model: AnyModel[Any]) -> list[list[tuple[Window, Window | None]]]:
    """For each operation, the windows to ask the model with, and how they bound a row (None: not at all)."""
    if not is_timed(model):
        return [[(ALWAYS, None)] for _ in operations]
    calls = sorted({operation.call_ns for operation in operations})
    returns = sorted({one.return_ns for one in operations if one.outcome is Outcome.OK and one.return_ns is not None})
    return [
        [
            (Window(earliest, latest), Window(earliest, latest))
            for earliest in calls
            for latest in returns
            if operation.call_ns <= earliest <= latest
        ]
        for operation in operations
    ]
