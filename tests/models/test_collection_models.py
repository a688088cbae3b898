"""The models of queues, stacks, sets, lists and counters do what their plain Python counterparts do."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import pytest

from lawful.models.append_list import AppendList
from lawful.models.catalogue import MODELS
from lawful.models.counter import Counter
from lawful.models.fifo_queue import FifoQueue
from lawful.models.model import Call, Model, UnknownCall
from lawful.models.priority_queue import Heap, PriorityQueue
from lawful.models.semaphore import Semaphore
from lawful.models.stack import Stack
from lawful.models.value_queue import ValueQueue
from lawful.models.value_set import ValueSet
from lawful.models.values import Json

Plain = Callable[[str, Any], Json]


def plain_queue() -> Plain:
    items: deque[Any] = deque()

    def call(function: str, value: Any) -> Json:
        if function == "enqueue":
            items.append(value)
            return None
        return items.popleft() if items else None

    return call


def plain_stack() -> Plain:
    items: list[Any] = []

    def call(function: str, value: Any) -> Json:
        if function == "push":
            items.append(value)
            return None
        return items.pop() if items else None

    return call


def plain_priority_queue() -> Plain:
    items: list[int] = []

    def call(function: str, value: Any) -> Json:
        if function == "insert":
            heapq.heappush(items, value)
            return None
        return heapq.heappop(items) if items else None

    return call


def plain_set() -> Plain:
    items: set[Any] = set()

    def call(function: str, value: Any) -> Json:
        present = value in items
        if function == "insert":
            items.add(value)
            return not present
        if function == "remove":
            items.discard(value)
        return present

    return call


def plain_list() -> Plain:
    items: list[Any] = []

    def call(function: str, value: Any) -> Json:
        if function == "append":
            items.append(value)
            return None
        return tuple(items)

    return call


def plain_counter() -> Plain:
    items: list[int] = []

    def call(function: str, value: Any) -> Json:
        if function != "read":
            items.append(value)
        return None if function == "add" else sum(items)

    return call


def plain_semaphore() -> Plain:
    taken: list[None] = []

    def call(function: str, value: Any) -> Json:
        if function == "acquire":
            if len(taken) == 2:
                return False
            taken.append(None)
            return True
        if not taken:
            return False
        taken.pop()
        return True

    return call


COUNTERPARTS: dict[str, tuple[Model[Any], Callable[[], Plain], dict[str, str | None]]] = {
    "fifo-queue": (FifoQueue(), plain_queue, {"enqueue": "value", "dequeue": None}),
    "stack": (Stack(), plain_stack, {"push": "value", "pop": None}),
    "priority-queue": (PriorityQueue(), plain_priority_queue, {"insert": "value", "delete_min": None}),
    "set": (ValueSet(), plain_set, {"insert": "value", "remove": "value", "contains": "value"}),
    "append-list": (AppendList(), plain_list, {"append": "value", "read": None}),
    "counter": (Counter(), plain_counter, {"add": "delta", "add_and_get": "delta", "read": None}),
    "semaphore": (Semaphore(2), plain_semaphore, {"acquire": None, "release": None}),
}


def random_run(name: str, rnd: random.Random, steps: int) -> Iterator[tuple[Hashable, Any, Json]]:
    """States of the model, its answers, and those of the counterpart, to the same random calls."""
    model, counterpart, functions = COUNTERPARTS[name]
    plain = counterpart()
    state = model.initial()
    for _ in range(steps):
        function = rnd.choice(list(functions))
        value = rnd.randrange(-3, 4)
        parameter = functions[function]
        (transition,) = model.step(state, Call(function, {} if parameter is None else {parameter: value}))
        state = transition.state
        yield state, transition.reply, plain(function, value)


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_a_model_answers_as_its_plain_counterpart(name: str) -> None:
    for seed in range(30):
        for _, reply, expected in random_run(name, random.Random(seed), 60):
            assert reply == expected, seed


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_states_are_equal_and_hash_alike_where_they_show_the_same(name: str) -> None:
    shown: dict[str, Hashable] = {}
    for seed in range(60):
        for state, _, _ in random_run(name, random.Random(seed), 12):
            text = str(sorted(state)) if isinstance(state, frozenset) else repr(state)
            known = shown.setdefault(text, state)
            assert known == state and hash(known) == hash(state)
    assert len(set(shown.values())) == len(shown)


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_a_model_knows_its_functions_and_no_others(name: str) -> None:
    model, _, functions = COUNTERPARTS[name]
    with pytest.raises(UnknownCall) as refused:
        model.step(model.initial(), Call("unheard_of", {"value": 1}))
    assert all(function in str(refused.value) for function in functions)


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_the_catalogue_makes_the_model(name: str) -> None:
    made = MODELS[name](None, 0)
    assert made.name == name
    assert made.initial() == type(made)().initial()


def test_the_catalogue_fills_collections() -> None:
    for name, function, first in (
        ("fifo-queue", "dequeue", 5),
        ("stack", "pop", 4),
        ("priority-queue", "delete_min", 4),
    ):
        model: Any = MODELS[name]([5, 4], 0)
        assert [t.reply for t in model.step(model.initial(), Call(function, {}))] == [first]


@pytest.mark.parametrize(
    ("name", "initial"),
    [
        ("fifo-queue", 3),
        ("stack", "ab"),
        ("priority-queue", [None]),
        ("priority-queue", [True]),
        ("counter", "0"),
        ("semaphore", 0),
        ("set", {"a": 1}),
    ],
)
def test_the_catalogue_refuses_an_initial_value_of_another_kind(name: str, initial: Json) -> None:
    with pytest.raises(ValueError, match=r"not|at least"):
        MODELS[name](initial, 0)


def test_values_keep_their_json_types() -> None:
    assert ValueQueue.of([1]) != ValueQueue.of([True])
    assert len(ValueSet((1, True, 1.0, "1")).initial()) == 4


def test_taking_from_an_empty_collection_is_refused() -> None:
    for take in (ValueQueue.of().without_first, Heap.of().without_smallest, lambda: ValueQueue.of().first):
        with pytest.raises(IndexError):
            take()


def test_long_collections_take_time_in_proportion_to_their_length() -> None:
    # A copy at each step would be 10^10 steps, and a recursion over 10^5 links would overflow.
    queue, stack, heap = FifoQueue(), Stack(), PriorityQueue()
    states: list[Any] = [queue.initial(), stack.initial(), heap.initial()]
    for value in range(100_000):
        states[0] = queue.step(states[0], Call("enqueue", {"value": value}))[0].state
        states[1] = stack.step(states[1], Call("push", {"value": value}))[0].state
        states[2] = heap.step(states[2], Call("insert", {"value": -value}))[0].state
    assert [len(state) for state in states] == [100_000] * 3
    assert states[0].first == 0 and states[1].top.value == 99_999 and states[2].smallest == -99_999
