"""Whether a call only looks is found out once for all states that hold the same where it touches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from tests.agreement.drawing import of_table

from lawful.checkers.linearizability.check import check_object
from lawful.checkers.linearizability.purity import Looks
from lawful.checkers.verdict import Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import Call, OpenReply, Transition, Window, transitions
from lawful.models.rows import Rows
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


@dataclass
class Guarded:
    """`look` touches row `a` only, and changes row `b` where it finds 2 there."""

    asked: list[Any] = field(default_factory=list)
    name: str = "guarded"

    def initial(self) -> Rows[int]:
        return Rows()

    def step(self, state: Rows[int], call: Call) -> Sequence[Transition[Rows[int]]]:
        self.asked.append(state)
        found = state.get("a")
        return (Transition(None, state.put("b", 1) if found == 2 else state, "", None),)


def test_a_call_is_asked_once_for_states_that_differ_elsewhere() -> None:
    model = Guarded()
    looks, call = Looks(model), Call("look", {})
    states = [Rows({"a": 1, "b": number}) for number in range(5)]
    assert [looks.only_looks(state, 0, call) for state in states] == [True] * 5
    assert len(model.asked) == 1


def test_a_state_that_differs_where_it_is_touched_is_asked_about_again() -> None:
    model = Guarded()
    looks, call = Looks(model), Call("look", {})
    assert looks.only_looks(Rows({"a": 1}), 0, call) is True
    assert looks.only_looks(Rows({"a": 2}), 0, call) is False
    assert looks.only_looks(Rows({"b": 2}), 0, call) is True
    assert looks.only_looks(Rows({"a": 2}), 1, call) is False


@pytest.mark.parametrize("name", TABLES)
def test_what_is_told_to_only_look_leaves_every_state_as_it_was(name: str) -> None:
    model: Any = model_of(TABLES[name])
    draw, random, state, looked = of_table(TABLES[name]), Random(1), model.initial(), 0
    for number in range(300):
        call = draw(random, number)
        now_ns = number * 1_000_000
        steps = transitions(model, state, call, Window(now_ns, now_ns + 2_000_000))
        if model.only_looks(call):
            looked += 1
            assert all(step.state == state and not isinstance(step.reply, OpenReply) for step in steps), call
        state = random.choice(steps).state
    has_lists = any(type(one.body).__name__ in ("ListRows", "CountRows") for one in TABLES[name].functions)
    assert looked or not has_lists or TABLES[name].expires is not None


def test_a_long_violation_of_one_client_is_decided() -> None:
    """Each operation has a window of its own, so each is a call of its own: states times calls is too many to ask."""
    model: Any = model_of(TABLES["jobs"])
    operations = []
    for number in range(0, 450, 3):
        calls: tuple[tuple[str, dict[str, Json], Json], ...] = (
            ("enqueue", {"id": f"j{number}", "type": "t", "params": None}, True),
            ("complete", {"id": f"j{number}", "worker": "w"}, number == 447),
            ("queue_depth", {}, number // 3 + 1),
        )
        for offset, (function, arguments, result) in enumerate(calls):
            at_ns = 10 * (number + offset)
            outcome = Outcome.OK
            operations.append(
                Operation(number + offset, 0, "jobs", function, arguments, outcome, at_ns, at_ns + 5, result=result)
            )
    found = check_object(operations, model)
    assert found.verdict is Verdict.VIOLATION
    assert found.blocked_at == 448
