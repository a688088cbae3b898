"""What nobody knows, decided either way: every outcome of a step that depends on it.

Whether an instant has passed is open while a call may have taken effect before or after it, and so is how an unseen
integer compares. A step is run once for each combination of decisions that it asks for, and only for those: the first
run decides the first way, and each decision is then revisited in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from lawful.models.model import Window
from lawful.models.task_store.expiry import Expiry

T = TypeVar("T")

EXPIRED = Expiry(0, 0)
"""What somebody saw expired: past at every instant of a recording."""

Place = tuple[str | None, str]
"""The row (None: what stands beside the rows) and the field that an instant is held in."""


class Decisions:
    """The decisions of one run of a step."""

    def __init__(self, window: Window, given: tuple[bool, ...] = ()) -> None:
        self._window = window
        self._given = given
        self._made: dict[Hashable, bool] = {}
        self.taken: list[bool] = []
        self.learnt: dict[Place, Expiry] = {}
        """What is known of instants once the decisions turned out to be right."""

    def passed(self, place: Place, expiry: Expiry) -> bool:
        """Whether the instant at `place` has passed when the step takes effect."""
        if not expiry.may_have_passed(self._window):
            return False
        if not expiry.may_be_ahead(self._window):
            return True
        passed = self.either(place)
        self.learnt[place] = EXPIRED if passed else expiry.seen_ahead(self._window)
        return passed

    def either(self, question: Hashable) -> bool:
        """One way, and in another run the other; the same way for the same question throughout a run."""
        if question not in self._made:
            number = len(self.taken)
            decision = self._given[number] if number < len(self._given) else False
            self.taken.append(decision)
            self._made[question] = decision
        return self._made[question]

    @property
    def window(self) -> Window:
        """When the step takes effect."""
        return self._window


def every_run(window: Window, run: Callable[[Decisions], T]) -> list[T]:
    """What `run` gives, for each combination of decisions that it may ask for."""
    results: list[T] = []
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        given = waiting.pop()
        decisions = Decisions(window, given)
        results.append(run(decisions))
        taken = tuple(decisions.taken)
        waiting += [(*taken[:number], True) for number in range(len(taken) - 1, len(given) - 1, -1)]
    return results
