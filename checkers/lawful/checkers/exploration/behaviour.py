"""A behaviour: steps of servers one after the other from the initial states, as the model itself takes them.

Nothing here goes by the tables of the search: a counterexample that was found there is followed here, step by step on
the model, before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lawful.checkers.exploration.network import network_of, network_step
from lawful.checkers.exploration.wrong_model import steps_of
from lawful.models.local_steps import AnyModel, AnyStep, Choice, LocalProperty, OfPair, OfServer, OfStep


@dataclass(frozen=True, slots=True)
class Move:
    """A step of one server. What the network does with a message stands in the name of the server it goes to."""

    server: int
    step: AnyStep
    received: Any | None = None
    """The message that the step handles, or that the network loses or repeats."""


class Moment(NamedTuple):
    """A global state."""

    states: tuple[Any, ...]
    in_flight: tuple[Any, ...]
    """In the order in which they were sent."""


class NoSuchMove(ValueError):
    """The model does not allow a move; the message says which one, and what it allows."""


def beginning(model: AnyModel) -> Moment:
    """The initial states, and nothing in flight."""
    return Moment(tuple(model.initial(server) for server in range(model.servers)), ())


def moves(model: AnyModel, moment: Moment) -> Iterator[Move]:
    """Every move that the model allows, whatever the bounds."""
    for server, state in enumerate(moment.states):
        for step in steps_of(model, server, state, None):
            yield Move(server, step)
    for message in dict.fromkeys(moment.in_flight):
        server = model.destination(message)
        state = moment.states[server]
        for step in steps_of(model, server, state, message):
            yield Move(server, step, message)
        for action in network_of(model):
            yield Move(server, network_step(action, state, message), message)


def moved(moment: Moment, move: Move) -> Moment:
    """The state after a move."""
    states = list(moment.states)
    states[move.server] = move.step.after
    in_flight = list(moment.in_flight)
    if move.received is not None and not move.step.keeps:
        in_flight.remove(move.received)
    return Moment(tuple(states), (*in_flight, *move.step.sends))


def follow(model: AnyModel, behaviour: Sequence[Move]) -> list[Moment]:
    """The states of a behaviour, the initial one first. Raises `NoSuchMove` where the model does not allow a move."""
    moments = [beginning(model)]
    for number, move in enumerate(behaviour, 1):
        allowed = list(moves(model, moments[-1]))
        if move not in allowed:
            raise NoSuchMove(f"step {number}, {_named(move)}, is not possible; {_possible(allowed, move.server)}")
        moments.append(moved(moments[-1], move))
    return moments


def guided(model: AnyModel, choices: Sequence[Choice]) -> list[Move]:
    """The behaviour that takes these choices. Raises `NoSuchMove` where one is not possible."""
    moment, behaviour = beginning(model), []
    for number, choice in enumerate(choices, 1):
        allowed = list(moves(model, moment))
        found = next((move for move in allowed if _is_chosen(model, move, choice)), None)
        if found is None:
            raise NoSuchMove(
                f"choice {number}, {choice.action!r} of server {choice.server} with peer {choice.peer}, is not "
                f"possible; {_possible(allowed, choice.server)}"
            )
        behaviour.append(found)
        moment = moved(moment, found)
    return behaviour


def violated_by(properties: Sequence[LocalProperty], moments: Sequence[Moment]) -> tuple[LocalProperty, int] | None:
    """The first property that does not hold, and after how many moves; judged on the states themselves."""
    for number, moment in enumerate(moments):
        before = moments[number - 1] if number else None
        for one in properties:
            if not _holds(one, before, moment):
                return one, number
    return None


def _holds(one: LocalProperty, before: Moment | None, moment: Moment) -> bool:
    states = moment.states
    if isinstance(one, OfServer):
        return all(map(one.holds, states))
    if isinstance(one, OfPair):
        return all(one.holds(a, b) for i, a in enumerate(states) for j, b in enumerate(states) if i != j)
    assert isinstance(one, OfStep)
    return before is None or all(a == b or one.holds(a, b) for a, b in zip(before.states, states, strict=True))


def _is_chosen(model: AnyModel, move: Move, choice: Choice) -> bool:
    if (move.server, move.step.action) != (choice.server, choice.action):
        return False
    if choice.peer is None:
        return True
    if move.received is not None:
        return model.source(move.received) == choice.peer
    return any(model.destination(sent) == choice.peer for sent in move.step.sends)


def _named(move: Move) -> str:
    return f"{move.step.action!r} of server {move.server}"


def _possible(allowed: Sequence[Move], server: int) -> str:
    actions = ", ".join(dict.fromkeys(repr(move.step.action) for move in allowed if move.server == server))
    return f"server {server} can {actions}" if actions else f"server {server} can do nothing"
