"""One stale answer, put where the times alone prove that no order of effects explains it.

Reads get a value that was overwritten before they began, and that nobody has written since. Takes from a queue, stack
or priority queue exchange their answers, so that one takes what was not its turn. Each function says why what it made
is a violation; the verdict of the history is then known without a checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lawful.models.values import Json

NEVER = int(np.iinfo(np.int64).max)
"""The return of an operation with an unknown outcome."""

_REACH = 40
"""Operations of each client around an operation; those that overlap it are well within."""


@dataclass(slots=True)
class Simulated:
    """The operations in order of effect."""

    call: NDArray[np.int64]
    returned: NDArray[np.int64]
    key: list[Json] = field(default_factory=list)
    function: list[str] = field(default_factory=list)
    arguments: list[list[Json]] = field(default_factory=list)
    answer: list[Json] = field(default_factory=list)
    _puts: dict[Json, int] = field(default_factory=dict)

    def known(self, place: int) -> bool:
        """Whether the client learned the outcome."""
        return int(self.returned[place]) != NEVER

    def finished_puts(self) -> dict[Json, int]:
        """The places of the operations with an argument whose outcome is known, by that argument."""
        if not self._puts:
            with_argument = (place for place, given in enumerate(self.arguments) if given and self.known(place))
            self._puts = {self.arguments[place][0]: place for place in with_argument}
        return self._puts

    def before(self, one: int, other: int) -> bool:
        """Whether one operation returned before the other was called."""
        return bool(self.returned[one] < self.call[other])


class NoPlaceForIt(ValueError):
    """No answer of the history can be made stale beyond doubt."""


def make_stale(simulated: Simulated, model: str, clients: int) -> None:
    """Change an answer of `simulated`, after three quarters of it where there is one that can be.

    Raises `NoPlaceForIt`.
    """
    reach = _REACH * clients
    if not any(_CHANGES[model](simulated, place, reach) for place in _places(len(simulated.answer))):
        raise NoPlaceForIt(f"no answer of this {model} can be made stale beyond doubt")


def _places(count: int) -> Iterator[int]:
    middle = count * 3 // 4
    yield from range(middle, count)
    yield from range(middle - 1, -1, -1)


def _written(simulated: Simulated, place: int) -> Json:
    """The value that an operation gave to the register, or may have given; null where it gave none."""
    function, arguments = simulated.function[place], simulated.arguments[place]
    if function == "write":
        return arguments[0]
    if function == "cas" and (simulated.answer[place] is True or not simulated.known(place)):
        return arguments[1]
    return None


def _stale_register(simulated: Simulated, place: int, reach: int) -> bool:
    """A read answers a value although a later write had finished before it, and nobody wrote that value meanwhile."""
    if simulated.function[place] != "read" or not simulated.known(place):
        return False
    nearby = range(max(0, place - reach), min(len(simulated.answer), place + reach))
    writes = [other for other in nearby if _written(simulated, other) is not None]
    finished = [other for other in writes if simulated.known(other) and simulated.before(other, place)]
    if not finished:
        return False
    last = max(finished)
    recent = {_written(simulated, other) for other in writes if not simulated.before(other, last)}
    recent |= {
        _written(simulated, int(other))
        for other in np.flatnonzero(simulated.returned == NEVER)
        if other < place + reach
    }
    for other in reversed(writes):
        if other < last and simulated.known(other) and _written(simulated, other) not in recent:
            simulated.answer[place] = _written(simulated, other)
            return True
    return False


def _stale_key_value(simulated: Simulated, place: int, reach: int) -> bool:
    """A get answers an old text that lacks what a finished append or put added.

    The operation that began this text had finished before. After the append or put, the text has what it added, or
    begins with what a later put wrote.
    """
    if simulated.function[place] != "get" or not simulated.known(place):
        return False
    key = simulated.key[place]
    nearby = [other for other in range(max(0, place - reach), place) if simulated.key[other] == key]
    gets = [other for other in nearby if simulated.function[other] == "get" and simulated.known(other)]
    finished = [
        other
        for other in nearby
        if simulated.function[other] != "get" and simulated.known(other) and simulated.before(other, place)
    ]
    for get in reversed(gets):
        text = simulated.answer[get]
        assert isinstance(text, str)
        if not text:
            continue
        # Each addition is the place of its operation, and a point.
        began = int(text.split(".", 1)[0])
        for later in finished:
            lacks = f".{later}." not in f".{text}"
            if lacks and simulated.known(began) and simulated.before(began, later) and simulated.before(get, later):
                simulated.answer[place] = text
                return True
    return False


def _stale_set(simulated: Simulated, place: int, reach: int) -> bool:
    """The wrong answer to whether a value is in the set, while nobody else was busy with that value."""
    if simulated.function[place] != "contains" or not simulated.known(place):
        return False
    value = simulated.arguments[place]
    nearby = range(max(0, place - reach), min(len(simulated.answer), place + reach))
    others = [other for other in nearby if simulated.arguments[other] == value and other != place]
    alone = all(
        simulated.known(other) and (simulated.before(other, place) or simulated.before(place, other))
        for other in others
    )
    if alone and others:
        simulated.answer[place] = not simulated.answer[place]
    return alone and bool(others)


def _exchanged(simulated: Simulated, place: int, reach: int, wrong: Callable[[int, int, int, int], bool]) -> bool:
    """Exchange two answers if `wrong` for the takes and the puts of what they took, in this order."""
    puts = simulated.finished_puts()
    first = puts.get(simulated.answer[place])
    if first is None:
        return False
    for later in range(place + 1, min(len(simulated.answer), place + reach)):
        second = puts.get(simulated.answer[later]) if simulated.before(place, later) else None
        if second is not None and wrong(place, later, first, second):
            simulated.answer[place], simulated.answer[later] = simulated.answer[later], simulated.answer[place]
            return True
    return False


def _stale_queue(simulated: Simulated, place: int, reach: int) -> bool:
    """What was put later is taken first: one put is finished before the other begins, and so are the takes."""
    return _exchanged(simulated, place, reach, lambda take, later, put, other: simulated.before(put, other))


def _stale_stack(simulated: Simulated, place: int, reach: int) -> bool:
    """What lies below is taken before what was put on top of it."""
    return _exchanged(
        simulated,
        place,
        reach,
        lambda take, later, put, other: simulated.before(other, put) and simulated.before(put, take),
    )


def _stale_priority_queue(simulated: Simulated, place: int, reach: int) -> bool:
    """The larger value is taken while the smaller one is there: it was put before, and taken after."""
    return _exchanged(
        simulated,
        place,
        reach,
        lambda take, later, put, other: (
            simulated.before(put, take) and simulated.arguments[put] < simulated.arguments[other]
        ),
    )


def _stale_append_list(simulated: Simulated, place: int, reach: int) -> bool:
    """A read answers an old list that lacks what a finished append added: what was appended stays."""
    if simulated.function[place] != "read" or not simulated.known(place):
        return False
    key = simulated.key[place]
    nearby = [other for other in range(max(0, place - reach), place) if simulated.key[other] == key]
    added = {
        simulated.arguments[other][0]
        for other in nearby
        if simulated.function[other] == "append" and simulated.known(other) and simulated.before(other, place)
    }
    for other in nearby:
        shown = simulated.answer[other]
        if isinstance(shown, list) and not added.issubset(shown):
            simulated.answer[place] = shown
            return True
    return False


def _stale_counter(simulated: Simulated, place: int, reach: int) -> bool:
    """A read answers less than the sum of the additions that had finished before, and all of them are positive."""
    if simulated.function[place] != "read" or not simulated.known(place):
        return False
    finished = np.flatnonzero(simulated.returned < simulated.call[place]).tolist()
    additions = sum(simulated.function[other] != "read" for other in finished)
    if additions:
        simulated.answer[place] = additions - 1
    return additions > 0


def _stale_semaphore(simulated: Simulated, place: int, reach: int) -> bool:
    """The lock is acquired after it was acquired, and no release that was granted can have come between."""
    if simulated.function[place] != "acquire" or simulated.answer[place] is not False or not simulated.known(place):
        return False
    nearby = range(max(0, place - reach), min(len(simulated.answer), place + reach))
    released = [other for other in nearby if simulated.function[other] == "release" and _granted(simulated, other)]
    for other in nearby:
        is_held = simulated.function[other] == "acquire" and simulated.answer[other] is True
        if not is_held or not simulated.known(other) or not simulated.before(other, place):
            continue
        if all(simulated.before(one, other) or simulated.before(place, one) for one in released):
            simulated.answer[place] = True
            return True
    return False


def _granted(simulated: Simulated, place: int) -> bool:
    """Whether an operation was granted, or may have been."""
    return simulated.answer[place] is True or not simulated.known(place)


_CHANGES: dict[str, Callable[[Simulated, int, int], bool]] = {
    "register": _stale_register,
    "cas-register": _stale_register,
    "key-value": _stale_key_value,
    "set": _stale_set,
    "fifo-queue": _stale_queue,
    "stack": _stale_stack,
    "priority-queue": _stale_priority_queue,
    "append-list": _stale_append_list,
    "counter": _stale_counter,
    "semaphore": _stale_semaphore,
}
