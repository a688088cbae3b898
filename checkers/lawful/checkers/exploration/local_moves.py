"""The moves of a model one global state at a time, each worked out once and kept, with states and messages as numbers.

What a walk needs, where a search through all states has its tables: the choices in a state, and what they lead to.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lawful.checkers.exploration.behaviour import Moment, Move
from lawful.checkers.exploration.network import network_of, network_step
from lawful.checkers.exploration.wrong_model import steps_of
from lawful.models.local_steps import AnyModel

NO_MESSAGE = -1


class Place(NamedTuple):
    """A global state, in numbers."""

    states: tuple[int, ...]
    in_flight: tuple[int, ...]
    """In the order in which they were sent."""


class Option(NamedTuple):
    """A move that is within the bounds of single states, in numbers."""

    move: Move
    after: int
    consumed: int
    """The message that is no longer in flight, or `NO_MESSAGE`."""
    sends: tuple[int, ...]

    @property
    def growth(self) -> int:
        """How many messages more are in flight."""
        return len(self.sends) - (self.consumed != NO_MESSAGE)


class LocalMoves:
    """The moves of one model."""

    def __init__(self, model: AnyModel) -> None:
        self.model = model
        self.states: list[Any] = []
        self.messages: list[Any] = []
        self._numbers: tuple[dict[Any, int], dict[Any, int]] = ({}, {})
        self._options: dict[tuple[int, int, int], tuple[Option, ...]] = {}

    def place(self, moment: Moment) -> Place:
        """The numbers of a global state."""
        return Place(tuple(map(self._state, moment.states)), tuple(map(self._message, moment.in_flight)))

    def options(self, place: Place) -> list[Option]:
        """Every move that the bounds allow."""
        room = self.model.in_flight - len(place.in_flight)
        found: list[Option] = []
        for server, state in enumerate(place.states):
            found += self._known(server, state, NO_MESSAGE)
        for message in dict.fromkeys(place.in_flight):
            server = self.model.destination(self.messages[message])
            found += self._known(server, place.states[server], message)
        return [one for one in found if one.growth <= room]

    def taken(self, place: Place, option: Option) -> Place:
        """The global state after a move."""
        states, in_flight = list(place.states), list(place.in_flight)
        states[option.move.server] = option.after
        if option.consumed != NO_MESSAGE:
            in_flight.remove(option.consumed)
        return Place(tuple(states), (*in_flight, *option.sends))

    def _known(self, server: int, state: int, message: int) -> tuple[Option, ...]:
        key = (server, state, message)
        found = self._options.get(key)
        if found is None:
            found = self._options[key] = self._work_out(server, state, message)
        return found

    def _work_out(self, server: int, state: int, message: int) -> tuple[Option, ...]:
        """The steps that change something: going nowhere is no choice."""
        before = self.states[state]
        received = None if message == NO_MESSAGE else self.messages[message]
        steps = list(steps_of(self.model, server, before, received))
        if received is not None:
            steps += [network_step(action, before, received) for action in network_of(self.model)]
        found = []
        for step in steps:
            if self.model.is_within(step.after):
                consumed = NO_MESSAGE if step.keeps else message
                sends = tuple(map(self._message, step.sends))
                option = Option(Move(server, step, received), self._state(step.after), consumed, sends)
                if option.after != state or sends or consumed != NO_MESSAGE:
                    found.append(option)
        return tuple(found)

    def _state(self, state: Any) -> int:
        return _numbered(state, self._numbers[0], self.states)

    def _message(self, message: Any) -> int:
        return _numbered(message, self._numbers[1], self.messages)


def _numbered(value: Any, numbers: dict[Any, int], values: list[Any]) -> int:
    number = numbers.get(value)
    if number is None:
        number = numbers[value] = len(values)
        values.append(value)
    return number
