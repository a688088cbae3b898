"""Rows with numbers as small as can be: of states that differ only in what they count, one is kept.

That such states have the same future is checked for every step that was used, and not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lawful.checkers.exploration.behaviour import Moment, Move, moved, moves
from lawful.checkers.exploration.growing import GrowingArray
from lawful.checkers.exploration.numbered import Numbered
from lawful.checkers.exploration.step_table import NOTHING, StepTable
from lawful.checkers.exploration.wrong_model import WrongModel, differing, marks, steps_of
from lawful.models.liveness import Counting, renumbering
from lawful.models.local_steps import AnyModel, AnyStep

Ints = np.ndarray[Any, Any]
_MOST = 60
"""Numbers that fit into the bits of one integer."""


class Counted:
    """The rows of one table, brought down to small numbers."""

    def __init__(self, table: StepTable, counting: Counting) -> None:
        self._table = table
        self._counting = counting
        self._facts = (_Facts(table.states, counting), _Facts(table.messages, counting))
        self._renumbered: dict[tuple[int, int, int, int], int] = {}
        self._met: dict[tuple[int, int], set[tuple[int, int, int]]] = {}
        """By the numbers that were past, as bits, and the least of the others: server, state and message before."""

    def lowered(self, rows: Ints) -> Ints:
        """The same states with the smallest numbers."""
        servers = self._table.model.servers
        parts = [self._facts[0].of(rows[:, :servers]), self._facts[1].of(rows[:, servers:])]
        at = np.concatenate([part[..., 0] for part in parts], axis=1)
        least = np.where(at > 0, at, _MOST).min(axis=1)
        mentioned = np.bitwise_or.reduce(np.concatenate([part[..., 1] for part in parts], axis=1), axis=1)
        past = mentioned & ((1 << least) - 2)
        high = np.flatnonzero(past != (1 << least) - 2)
        if not len(high):
            return rows
        lowered = rows.copy()
        for bits, number in np.unique(np.stack([past[high], least[high]], axis=1), axis=0).tolist():
            which = high[(past[high] == bits) & (least[high] == number)]
            self._met.setdefault((bits, number), set()).update(self._handled(rows[which]))
            lowered[which, :servers] = self._apply(0, rows[which, :servers], bits, number)
            lowered[which, servers:] = np.sort(self._apply(1, rows[which, servers:], bits, number), axis=1)
        return lowered

    def _apply(self, kind: int, numbers: Ints, past: int, least: int) -> Ints:
        different, which = np.unique(numbers, return_inverse=True)
        new = [self._one(kind, number, past, least) for number in different.tolist()]
        found: Ints = np.array(new, numbers.dtype)[which].reshape(numbers.shape)
        return found

    def _one(self, kind: int, number: int, past: int, least: int) -> int:
        if kind == 1 and number == NOTHING:
            return NOTHING
        key = kind, number, past, least
        found = self._renumbered.get(key)
        if found is None:
            numbered = self._table.messages if kind else self._table.states
            value = self._counting.renumbered(numbered.values[number], _new(past, least))
            found = self._renumbered[key] = numbered.number(value)
        return found

    def _handled(self, rows: Ints) -> Iterator[tuple[int, int, int]]:
        """Server, state and message, or `NOTHING`, that occur together."""
        servers = self._table.model.servers
        for server in range(servers):
            for state in np.unique(rows[:, server]).tolist():
                yield server, state, NOTHING
        for place in range(servers, rows.shape[1]):
            some = rows[rows[:, place] != NOTHING]
            destination = self._table.destinations[some[:, place]]
            states = some[np.arange(len(some)), destination]
            together = np.stack([destination, states, some[:, place]], axis=1)
            yield from map(tuple, np.unique(together, axis=0).tolist())

    def require_same_steps(self) -> None:
        """Raises `WrongModel` where other numbers make other steps possible than the same with other numbers."""
        table, counting = self._table, self._counting
        for (past, least), met in sorted(self._met.items()):
            new = _new(past, least)
            for server, number, received in sorted(met):
                state, message = table.states.values[number], table.messages.values[received]
                there = None if message is None else counting.renumbered(message, new)
                renumbered = [_step(counting, step, new) for step in steps_of(table.model, server, state, message)]
                found = steps_of(table.model, server, counting.renumbered(state, new), there)
                if marks(renumbered) != marks(found):
                    raise WrongModel(
                        f"the numbers themselves make a difference, and not only their order: server {server} "
                        f"differs in {differing(marks(renumbered), marks(found))}, in {state!r}"
                    )


class _Facts:
    """By state or message, the number that it is at and the numbers that occur in it, as bits."""

    def __init__(self, numbered: Numbered, counting: Counting) -> None:
        self._numbered = numbered
        self._counting = counting
        self._rows = GrowingArray(np.int64, 2)

    def of(self, numbers: Ints) -> Ints:
        for value in self._numbered.values[len(self._rows) :]:
            mentioned = () if value is None else self._counting.mentioned(value)
            if max(mentioned, default=0) >= _MOST:
                raise WrongModel(f"there are numbers beyond {_MOST}: {value!r}")
            bits = sum(1 << number for number in mentioned if number)
            self._rows.append((0 if value is None else self._counting.at(value), bits))
        found: Ints = self._rows.rows[numbers]
        return found


def _new(past: int, least: int) -> Callable[[int], int]:
    return renumbering([least], [number for number in range(1, least) if past >> number & 1])


def _step(counting: Counting, step: AnyStep, new: Callable[[int], int]) -> AnyStep:
    sends = tuple(counting.renumbered(message, new) for message in step.sends)
    return replace(step, after=counting.renumbered(step.after, new), sends=sends)


def lowering(counting: Counting | None, moment: Moment) -> Callable[[int], int]:
    """The renumbering that brings a global state down."""
    if counting is None:
        return lambda number: number
    values = (*moment.states, *moment.in_flight)
    return renumbering(map(counting.at, values), frozenset().union(*map(counting.mentioned, values)))


def value_of(counting: Counting | None, moment: Moment) -> Hashable:
    """The same for states that differ only in the numbers, and in the order in which messages were sent."""
    states, in_flight = moment
    if counting is not None:
        new = lowering(counting, moment)
        states = tuple(counting.renumbered(state, new) for state in states)
        in_flight = tuple(counting.renumbered(message, new) for message in in_flight)
    return states, tuple(sorted(map(repr, in_flight)))


def raised(model: AnyModel, counting: Counting | None, moment: Moment, wanted: Sequence[Move]) -> list[Move]:
    """Moves with small numbers as those that the model has from a state on."""
    found: list[Move] = []
    for low in wanted:
        new = lowering(counting, moment)
        move = next((one for one in moves(model, moment) if _lowered(counting, one, new) == low), None)
        if move is None:
            raise WrongModel(f"the graph has a step that the model has not: {low!r}")
        found.append(move)
        moment = moved(moment, move)
    return found


def _lowered(counting: Counting | None, move: Move, new: Callable[[int], int]) -> Move:
    if counting is None:
        return move
    received = None if move.received is None else counting.renumbered(move.received, new)
    return replace(move, step=_step(counting, move.step, new), received=received)
