"""Atomic objects that the simulated clients call: plain mutable Python, independent of the models that are measured.

Each function makes an object, and gives back its step: whether the outcome is unknown to the client, and whether the
call takes effect at all, to key, function, arguments and answer.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Protocol, TypeAlias

from lawful.models.values import Json

Step: TypeAlias = Callable[[bool, bool], tuple[Json, str, list[Json], Json]]

DISTINCT_VALUES = 20
"""How many values there are where they repeat."""
KEYS = 10


class Wanted(Protocol):
    """What an object has to know of the case that it is for."""

    @property
    def operations(self) -> int: ...

    @property
    def repeated(self) -> bool: ...


def _register(random: Random, wanted: Wanted) -> Step:
    state = written = 0

    def step(unknown: bool, happens: bool) -> tuple[Json, str, list[Json], Json]:
        nonlocal state, written
        if not unknown and random.random() < 0.5:
            return None, "read", [], state
        written = random.randint(1, DISTINCT_VALUES) if wanted.repeated else written + 1
        if happens:
            state = written
        return None, "write", [written], None

    return step


def _cas_register(random: Random, wanted: Wanted) -> Step:
    state = 0

    def step(unknown: bool, happens: bool) -> tuple[Json, str, list[Json], Json]:
        nonlocal state
        luck, new = random.random(), random.randint(1, DISTINCT_VALUES)
        if not unknown and luck < 0.33:
            return None, "read", [], state
        if luck < 0.66:
            if happens:
                state = new
            return None, "write", [new], None
        old = state if random.random() < 0.5 else random.randint(1, DISTINCT_VALUES)
        applied = old == state
        if happens and applied:
            state = new
        return None, "cas", [old, new], applied

    return step


def _key_value(random: Random, wanted: Wanted) -> Step:
    states = [""] * KEYS
    number = -1

    def step(unknown: bool, happens: bool) -> tuple[Json, str, list[Json], Json]:
        nonlocal number
        number += 1
        key, luck, added = random.randrange(KEYS), random.random(), f"{number}."
        if not unknown and luck < 0.5:
            return key, "get", [], states[key]
        function = "append" if luck < 0.9 else "put"
        if happens:
            states[key] = states[key] + added if function == "append" else added
        return key, function, [added], None

    return step


def _set(random: Random, wanted: Wanted) -> Step:
    """Eight values at a time, so that clients meet on them; every 64 operations, eight others."""
    present: set[int] = set()
    number = -1

    def step(unknown: bool, happens: bool) -> tuple[Json, str, list[Json], Json]:
        nonlocal number
        number += 1
        value = number // 64 * 8 + random.randrange(8)
        function = random.choice(("insert", "remove") if unknown else ("insert", "remove", "contains"))
        found = value in present
        if happens and function == "insert":
            present.add(value)
        elif happens and function == "remove":
            present.discard(value)
        return None, function, [value], not found if function == "insert" else found

    return step


def _container(put: str, take: str, insert: Callable[[int], None], remove: Callable[[], Json]) -> Callable[..., Step]:
    """Puts of new values and takes, in equal shares."""

    def make(random: Random, values: list[int]) -> Step:
        def step(unknown: bool, happens: bool) -> tuple[Json, str, list[Json], Json]:
            if random.random() < 0.5:
                value = values.pop()
                if happens:
                    insert(value)
                return None, put, [value], None
            return None, take, [], remove() if happens else None

        return step

    return make


def _queue(random: Random, wanted: Wanted) -> Step:
    held: deque[int] = deque()
    make = _container("enqueue", "dequeue", held.append, lambda: held.popleft() if held else None)
    return make(random, list(range(wanted.operations, 0, -1)))


def _stack(random: Random, wanted: Wanted) -> Step:
    held: list[int] = []
    make = _container("push", "pop", held.append, lambda: held.pop() if held else None)
    return make(random, list(range(wanted.operations, 0, -1)))


def _priority_queue(random: Random, wanted: Wanted) -> Step:
    held: list[int] = []
    priorities = list(range(1, wanted.operations + 1))
    random.shuffle(priorities)
    make = _container(
        "insert",
        "delete_min",
        lambda value: heapq.heappush(held, value),
        lambda: heapq.heappop(held) if held else None,
    )
    return make(random, priorities)


def _append_list(random: Random, wanted: Wanted) -> Step:
    """Ten lists, since a read shows all of one."""
    lists: list[list[int]] = [[] for _ in range(KEYS)]
    number = 0

    def step(unknown: bool, happens: bool) -> tuple[Json, str, list[Json], Json]:
        nonlocal number
        key = random.randrange(KEYS)
        if not unknown and random.random() < 0.5:
            return key, "read", [], list(lists[key])
        number += 1
        if happens:
            lists[key].append(number)
        return key, "append", [number], None

    return step


def _counter(random: Random, wanted: Wanted) -> Step:
    state = 0

    def step(unknown: bool, happens: bool) -> tuple[Json, str, list[Json], Json]:
        nonlocal state
        luck = random.random()
        if not unknown and luck < 0.4:
            return None, "read", [], state
        state += happens
        return (None, "add", [1], None) if luck < 0.8 else (None, "add_and_get", [1], state)

    return step


def _semaphore(random: Random, wanted: Wanted) -> Step:
    """A lock: one permit."""
    free = True

    def step(unknown: bool, happens: bool) -> tuple[Json, str, list[Json], Json]:
        nonlocal free
        acquires = random.random() < 0.5
        granted = free == acquires
        if happens and granted:
            free = not acquires
        return None, "acquire" if acquires else "release", [], granted

    return step


OBJECTS: dict[str, Callable[[Random, Wanted], Step]] = {
    "register": _register,
    "cas-register": _cas_register,
    "key-value": _key_value,
    "set": _set,
    "fifo-queue": _queue,
    "stack": _stack,
    "priority-queue": _priority_queue,
    "append-list": _append_list,
    "counter": _counter,
    "semaphore": _semaphore,
}
"""By the name of the model."""
