"""The replay of linearizations: it takes what is one, and names what is wrong with anything else."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from benchmarks.histories import WORKLOADS, generate

from lawful.checkers.certificate.replay import WrongWitness, replay
from lawful.checkers.linearizability import reference, search
from lawful.checkers.verdict import Placed, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.register import Register
from lawful.models.values import Json


def write(index: int, value: Json, call_ns: int, return_ns: int) -> Operation:
    return Operation(index, index, "register", "write", {"value": value}, Outcome.OK, call_ns, return_ns)


def read(index: int, value: Json, call_ns: int, return_ns: int) -> Operation:
    return Operation(index, index, "register", "read", {}, Outcome.OK, call_ns, return_ns, result=value)


def placed(*indexes: int) -> list[Placed]:
    return [Placed(index, "", None) for index in indexes]


HISTORY = (write(0, 1, 0, 10), write(1, 2, 10, 20), read(2, 2, 21, 30))
LOST = replace(HISTORY[1], outcome=Outcome.UNKNOWN, return_ns=None)
FAILED = replace(HISTORY[1], outcome=Outcome.FAIL)


def test_a_linearization_is_taken() -> None:
    replay(HISTORY, Register(), placed(0, 1, 2))
    replay((HISTORY[0], LOST, HISTORY[2]), Register(), placed(0, 1, 2))
    replay((HISTORY[0], LOST), Register(), placed(0))
    replay((HISTORY[0], FAILED), Register(), placed(0))


def test_intervals_are_closed() -> None:
    replay(HISTORY[:2], Register(), placed(1, 0))


@pytest.mark.parametrize(
    ("history", "order", "problem"),
    [
        (HISTORY, (0, 1), "#2 took effect, and is not placed"),
        (HISTORY, (0, 1, 1, 2), "#1 is placed twice"),
        (HISTORY, (0, 1, 2, 3), "#3 is placed, and there is no such operation"),
        (HISTORY, (1, 0, 2), "the model does not allow the answer of #2"),
        (HISTORY, (0, 2, 1), "#2 is placed after an operation|#1 is placed after an operation|does not allow"),
        ((write(0, 1, 0, 10), write(1, 2, 11, 20)), (1, 0), "placed after an operation that returned before"),
        ((HISTORY[0], FAILED), (0, 1), "#1 is placed, although it failed"),
        ((read(0, 2, 0, 9), LOST), (1, 0), "placed after an operation that returned before it was called"),
        ((replace(HISTORY[0], return_ns=None),), (0,), "#0 took effect, and never returned"),
    ],
)
def test_what_is_no_linearization_is_refused(
    history: tuple[Operation, ...], order: tuple[int, ...], problem: str
) -> None:
    with pytest.raises(WrongWitness, match=problem):
        replay(history, Register(), placed(*order))


@pytest.mark.parametrize("name", WORKLOADS)
@pytest.mark.parametrize("seed", range(6))
def test_what_the_searches_find_is_taken_and_no_random_order_that_they_refuse(name: str, seed: int) -> None:
    workload = WORKLOADS[name]
    history = generate(workload, operations=12, clients=3, seed=seed, unknown=0.15, failed=0.1)
    for check in (search.check_object, reference.check_object):
        verdict = check(history, workload.model)
        assert verdict.verdict is Verdict.LAWFUL
        assert verdict.linearization is not None
        replay(history, workload.model, verdict.linearization)
    shuffled = list(verdict.linearization or ())
    random.Random(seed).shuffle(shuffled)
    # Once its order is fixed by intervals that do not overlap, the history has one candidate.
    order = [next(one for one in history if one.index == step.index) for step in shuffled]
    fixed = [replace(one, outcome=Outcome.OK, call_ns=i * 3, return_ns=i * 3 + 1) for i, one in enumerate(order)]
    lawful = reference.check_object(fixed, workload.model).verdict is Verdict.LAWFUL
    if lawful:
        replay(fixed, workload.model, shuffled)
    else:
        with pytest.raises(WrongWitness):
            replay(fixed, workload.model, shuffled)
