"""Small models made of local steps and drawn at random, to ask two searches the same question."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

from lawful.models.local_steps import LocalProperty, LocalStep, OfPair, OfServer, OfStep

Step = LocalStep["Place", "Note"]


@dataclass(frozen=True, slots=True)
class Place:
    """The state of a server."""

    number: int


@dataclass(frozen=True, slots=True)
class Note:
    """A message."""

    source: int
    destination: int
    kind: int


class Drawn:
    """The steps of each server are drawn by the seed: they go anywhere, send anything, and answer some messages."""

    actions = ("act", "hear")

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.servers = chance.choice((2, 2, 3))
        self.in_flight = chance.choice((0, 1, 1, 1, 2, 2, 3))
        self.places = chance.randint(2, 4)
        kinds = chance.randint(1, 2)
        self._alone = {
            (server, number): tuple(
                self._step(chance, "act", server, kinds) for _ in range(chance.choice((0, 1, 1, 2)))
            )
            for server in range(self.servers)
            for number in range(self.places)
        }
        self._heard = {
            (server, number, kind): tuple(
                self._step(chance, "hear", server, kinds) for _ in range(chance.choice((0, 1, 1, 2)))
            )
            for server in range(self.servers)
            for number in range(self.places)
            for kind in range(kinds)
        }

    def _step(self, chance: random.Random, action: str, server: int, kinds: int) -> Step:
        others = [other for other in range(self.servers) if other != server]
        sends = tuple(
            Note(server, chance.choice(others), chance.randrange(kinds)) for _ in range(chance.choice((0, 0, 1, 1, 2)))
        )
        keeps = action == "hear" and chance.random() < 0.2
        return LocalStep(action, Place(chance.randrange(self.places)), sends, keeps)

    def initial(self, server: int) -> Place:
        return Place(0)

    def steps(self, server: int, state: Place) -> Sequence[Step]:
        return self._alone[server, state.number]

    def receive(self, server: int, state: Place, message: Note) -> Sequence[Step]:
        return self._heard[server, state.number, message.kind]

    def source(self, message: Note) -> int:
        return message.source

    def destination(self, message: Note) -> int:
        return message.destination

    def is_within(self, state: Place) -> bool:
        return True

    def renamed_state(self, state: Place, new: Sequence[int]) -> Place:
        return state

    def renamed_message(self, message: Note, new: Sequence[int]) -> Note:
        return Note(new[message.source], new[message.destination], message.kind)


def _is_not(number: int, one: Place) -> bool:
    return one.number != number


def _are_not(numbers: tuple[int, int], one: Place, other: Place) -> bool:
    return (one.number, other.number) != numbers


def _always(*_: Place) -> bool:
    return True


def drawn_properties(model: Drawn) -> list[LocalProperty]:
    """That a state, two states together, or a step does not occur: one property for each of them."""
    places = range(model.places)
    pairs = list(product(places, repeat=2))
    return [
        *(OfServer(f"never-{a}", partial(_is_not, a), _always) for a in places),
        *(OfPair(f"never-{a}-with-{b}", partial(_are_not, (a, b)), _always) for a, b in pairs),
        *(OfStep(f"never-{a}-to-{b}", partial(_are_not, (a, b)), _always) for a, b in pairs if a != b),
    ]
