"""Objects run on columns refuse exactly the answers that the models refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

pytest.importorskip("numpy", reason="monitors need numpy")

import numpy as np

from lawful.checkers.columns import Columns
from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.linearizability.monitors.evidence import Replayed, assert_order, replayed
from lawful.checkers.linearizability.monitors.monitor import TypedMonitor
from lawful.checkers.verdict import Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.counter import Counter
from lawful.models.fifo_queue import FifoQueue
from lawful.models.history import Operation, Outcome
from lawful.models.model import Call
from lawful.models.priority_queue import PriorityQueue
from lawful.models.register import Register
from lawful.models.semaphore import Semaphore
from lawful.models.stack import Stack
from lawful.models.value_set import ValueSet
from lawful.models.values import Json

OBJECTS: list[tuple[Any, tuple[Json, ...]]] = [
    (Register(), (1, 2, None)),
    (Register(0), (0, 1, "a", True)),
    (CasRegister(0), (0, 1, 2)),
    (FifoQueue(), (1, 2, 3)),
    (FifoQueue((7, 8)), (7, 1)),
    (Stack(), (1, 2, 3)),
    (Stack((7, 8)), (7, 1)),
    (PriorityQueue(), (1, 2, 3, -4)),
    (PriorityQueue((2, 2)), (1, 3)),
    (ValueSet(), (1, 2)),
    (ValueSet((1,)), (1, 2)),
    (Semaphore(), ()),
    (Semaphore(3), ()),
    (Counter(4), (2, -1)),
]


def monitor_of(model: Any) -> TypedMonitor[Any]:
    monitor = monitor_for(model)
    assert isinstance(monitor, TypedMonitor)
    return monitor


def one_after_the_other(model: Any, values: tuple[Json, ...], random: Random) -> list[Operation]:
    """Operations that follow each other, each with the answer of the model."""
    state, functions = model.initial(), monitor_of(model).functions
    operations = []
    for index in range(random.randint(1, 12)):
        function = random.choice(sorted(functions))
        arguments = {name: random.choice(values) for name in functions[function]}
        (transition,) = model.step(state, Call(function, arguments))
        state = transition.state
        operations.append(
            Operation(
                index, 0, "object", function, arguments, Outcome.OK, 2 * index, 2 * index + 1, result=transition.reply
            )
        )
    return operations


def with_another_answer(operations: list[Operation], random: Random) -> list[Operation]:
    """One answer replaced by that of another operation, or by one that is never right."""
    place = random.randrange(len(operations))
    answers = [*(operation.result for operation in operations), None, True, False, 99]
    changed = replace(operations[place], result=random.choice(answers))
    return [*operations[:place], changed, *operations[place + 1 :]]


def model_refuses(columns: Columns, model: Any, initial_of: Callable[[int], Any] | None) -> bool:
    try:
        replayed(columns, np.arange(len(columns)), model, initial_of)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize(("model", "values"), OBJECTS, ids=lambda value: str(value)[:40])
def test_columns_refuse_what_the_model_refuses(model: Any, values: tuple[Json, ...]) -> None:
    random, monitor = Random(5), monitor_of(model)
    refused = 0
    for _ in range(400):
        operations = one_after_the_other(model, values, random)
        if random.random() < 0.7:
            operations = with_another_answer(operations, random)
        columns = monitor.columns(operations)
        if monitor.impossible_answers(columns).any():
            continue
        wrong = monitor.wrong_answers(columns, model)
        assert wrong is not None
        expected = model_refuses(columns, model, monitor.initial_of(columns, model))
        assert wrong.any() == expected, operations
        refused += expected
    assert refused > 20, "too few wrong answers to tell anything"


def test_a_linearization_is_explained_by_the_model_when_it_is_looked_at() -> None:
    operations = one_after_the_other(Register(), (1, 2, 3), Random(3))
    monitor = monitor_of(Register())
    columns = monitor.columns(operations)
    linearization = Replayed(columns, np.arange(len(columns)), Register(), None)
    assert len(linearization) == len(operations)
    assert linearization == replayed(columns, np.arange(len(columns)), Register())
    assert linearization[0].because
    wrong = replace(columns, result=columns.result + 1)
    with pytest.raises(AssertionError, match="does not allow operation"):
        list(Replayed(wrong, np.arange(len(columns)), Register(), None))


class TurnedRound(type(monitor_of(FifoQueue()))):  # type: ignore[misc]
    """A queue monitor that puts the dequeues the other way round."""

    def order(self, *given: Any) -> Any:
        order = super().order(*given)
        return np.concatenate((order[:-2], order[:-3:-1]))


def test_a_wrong_order_is_a_defect_and_no_verdict() -> None:
    calls = [("enqueue", {"value": 1}, None), ("enqueue", {"value": 2}, None), ("dequeue", {}, 1), ("dequeue", {}, 2)]
    operations = [
        Operation(
            index, index, "object", function, arguments, Outcome.OK, index // 2 * 2, index // 2 * 2 + 1, result=answer
        )
        for index, (function, arguments, answer) in enumerate(calls)
    ]
    right = monitor_of(FifoQueue())
    assert right.check_object(operations, FifoQueue()).verdict is Verdict.LAWFUL
    wrong = TurnedRound(right.name, right.model_type, right.functions)
    with pytest.raises(AssertionError, match="does not answer so where it is placed"):
        wrong.check_object(operations, FifoQueue())


def test_an_order_against_real_time_is_refused() -> None:
    columns = monitor_of(Register()).columns(one_after_the_other(Register(), (1, 2), Random(1)))
    with pytest.raises(AssertionError, match="placed after its return"):
        assert_order(columns, np.arange(len(columns))[::-1])
