"""Several counterexamples: each is one of the model itself, and none ends as another does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lawful.checkers.exploration.behaviour import follow, violated_by
from lawful.checkers.exploration.diverse import further
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.result import DEADLOCK, Violation
from lawful.checkers.verdict import Budget
from lawful.models.local_steps import LocalStep, OfServer
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.properties import PROPERTIES

from .ring import FEW_TIMES, NEVER_COUNTS, Holder, Ring

UNLIMITED = Budget(None, None)


def test_each_ends_in_another_step() -> None:
    mistake = MISTAKES["quorum-of-half"]
    model = mistake.model()
    first = explore(model, PROPERTIES, UNLIMITED, symmetric=True).violation
    assert first is not None
    found = [first, *further(model, PROPERTIES, first, 1, UNLIMITED, symmetric=True)]
    assert len(found) == 2
    ends = set()
    for one in found:
        moments = follow(model, one.behaviour)
        broken = violated_by(PROPERTIES, moments)
        assert broken is not None
        assert (broken[0].id, broken[1]) == (one.property, len(one.behaviour))
        ends.add((moments[-2].states[one.behaviour[-1].server], one.behaviour[-1].step))
    assert len(ends) == 2


class Ways(Ring):
    """Two ways to what is wrong are called alike, and a third is not."""

    servers = 1
    in_flight = 0
    actions = ("take", "make")

    def steps(self, server: int, state: Any) -> Iterator[LocalStep[Any, Any]]:
        if not state.times:
            yield LocalStep("take", Holder(True, 1))
            yield LocalStep("take", Holder(False, 1))
            yield LocalStep("make", Holder(True, 2))


NEVER = OfServer("never", lambda state: state.times == 0, lambda state: True)


def test_those_with_steps_of_other_names_come_first() -> None:
    first = explore(Ways(), [NEVER], UNLIMITED).violation
    assert first is not None
    others = [one.behaviour[-1].step for one in further(Ways(), [NEVER], first, 2, UNLIMITED)]
    assert [(step.action, step.after) for step in others] == [("make", Holder(True, 2)), ("take", Holder(False, 1))]
    assert len(list(further(Ways(), [NEVER], first, 1, UNLIMITED))) == 1


def test_there_may_be_no_other() -> None:
    """Once nobody may take the token for the first time, nobody counts."""
    first = explore(Ring(), [NEVER_COUNTS], UNLIMITED).violation
    assert first is not None
    assert list(further(Ring(), [NEVER_COUNTS], first, 5, UNLIMITED, may_end=True)) == []


def test_what_holds_of_what_is_left_is_no_counterexample() -> None:
    first = explore(Ring(), [FEW_TIMES], UNLIMITED).violation
    assert first is not None
    for one in further(Ring(), [FEW_TIMES], first, 5, UNLIMITED, may_end=True):
        assert one.property == FEW_TIMES.id
        assert one.behaviour[-1] != first.behaviour[-1]


def test_a_deadlock_without_steps_has_no_last_step() -> None:
    assert list(further(Ring(), [], Violation(DEADLOCK, ()), 2, UNLIMITED)) == []
