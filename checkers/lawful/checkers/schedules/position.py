"""A position within a schedule, and the moves from it.

The call of an operation coincides with its first command and its return with the answer to its last one. A client that
calls earlier or looks at the answer later sees nothing else, and leaves more orders possible; so a schedule that
breaks a promise breaks it in this tightest form too.

Two positions are one where the store, the clients and what happened to operations are the same, whatever the commands
in between. Calls in a row have no order among themselves, and neither have returns.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from lawful.checkers.schedules.scenario import Scenario, arguments_of
from lawful.models.primitives.command import Answer, Command, Done, Failed
from lawful.models.values import Frozen, Json


class MoveKind(StrEnum):
    """What happens next."""

    COMMAND = "command"
    CRASH = "crash"
    PAUSE = "pause"
    """Time passes."""


class Move(NamedTuple):
    """One step of a schedule."""

    kind: MoveKind
    client: int | None = None
    """None: it concerns nobody alone."""
    command: Command | None = None
    answer: Answer = None
    function: str | None = None
    """The operation that the command belongs to."""
    is_first: bool = False
    """The operation begins with it."""
    returned: Done | None = None
    """The operation ends with it, and how."""


class EventKind(StrEnum):
    """What a history is made of."""

    CALL = "call"
    RETURN = "return"
    CRASH = "crash"
    PAUSE = "pause"


class Event(NamedTuple):
    """Part of what clients saw."""

    kind: EventKind
    client: int = 0
    operation: int = 0
    """Which one of the client's."""


class ClientState(NamedTuple):
    """How far a client has come."""

    results: tuple[Frozen | Failed, ...] = ()
    """Of the operations that returned."""
    answers: tuple[Answer, ...] | None = None
    """To the commands of the operation that runs; None between operations."""
    is_alive: bool = True


class Position(NamedTuple):
    """Everything that the rest of a schedule depends on, and what is judged."""

    store: Any
    clients: tuple[ClientState, ...]
    """Of the clients from number 1."""
    events: tuple[Event, ...] = ()
    now_ms: int = 0
    crashes: int = 0
    pauses: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether no living client is within an operation."""
        return all(client.answers is None or not client.is_alive for client in self.clients)


class Successor(NamedTuple):
    """A move and where it leads."""

    move: Move
    position: Position


def start(scenario: Scenario, store: Hashable, now_ms: int) -> Position:
    """The position before any client did anything."""
    return Position(store, (ClientState(),) * scenario.clients, now_ms=now_ms)


def successors(scenario: Scenario, position: Position) -> Iterator[Successor]:
    """Every move, commands first."""
    for client in range(1, scenario.clients + 1):
        advanced = _advanced(scenario, position, client)
        if advanced is not None:
            yield advanced
    if position.pauses < scenario.pauses:
        yield Successor(Move(MoveKind.PAUSE), paused(scenario, position))
    if position.crashes < scenario.crashes:
        for client, state in enumerate(position.clients, 1):
            if state.is_alive and state.answers is not None:
                yield _crashed(scenario, position, client)


def is_waiting(scenario: Scenario, position: Position) -> bool:
    """Whether some client has more to do. Where none can go on, they wait for each other for ever."""
    return any(_pending(scenario, position, client) is not None for client in range(1, scenario.clients + 1))


def paused(scenario: Scenario, position: Position) -> Position:
    """The position after the time in which everything granted expires."""
    now_ms = position.now_ms + scenario.protocol.pause_ms
    return position._replace(
        store=scenario.variant.store.later(position.store, now_ms),
        now_ms=now_ms,
        pauses=position.pauses + 1,
        events=(*position.events, Event(EventKind.PAUSE)),
    )


def _crashed(scenario: Scenario, position: Position, client: int) -> Successor:
    store = scenario.variant.store.disconnected(position.store, client)
    dead = position.clients[client - 1]._replace(is_alive=False)
    events = _appended(position.events, Event(EventKind.CRASH, client, len(dead.results)))
    after = position._replace(
        store=store, clients=_put(position, client, dead), events=events, crashes=position.crashes + 1
    )
    return Successor(Move(MoveKind.CRASH, client), after)


def _pending(scenario: Scenario, position: Position, client: int) -> tuple[str, Mapping[str, Json]] | None:
    """The operation that the client is in, or may start, with its arguments."""
    state = position.clients[client - 1]
    script, number = scenario.script(client), len(state.results)
    if not state.is_alive or number == len(script) or not _may_start(scenario, position, client):
        return None
    arguments = arguments_of(script[number], values(state.results))
    return None if arguments is None else (script[number].function, arguments)


def _advanced(scenario: Scenario, position: Position, client: int) -> Successor | None:
    """The client's next command; None where it has none, or has to wait."""
    pending = _pending(scenario, position, client)
    if pending is None:
        return None
    function, arguments = pending
    state = position.clients[client - 1]
    number = len(state.results)
    is_first = state.answers is None
    answers = state.answers or ()
    command = scenario.next(function, arguments, answers)
    assert isinstance(command, Command), f"{function} of {scenario.variant.name} ends without a command"
    reply = scenario.variant.store.step(position.store, client, command)
    if reply is None:
        return None
    answers = (*answers, reply.answer)
    following = scenario.next(function, arguments, answers)
    events = position.events
    if is_first:
        events = _appended(events, Event(EventKind.CALL, client, number))
    returned = following if isinstance(following, Done) else None
    if returned is not None:
        state = ClientState((*state.results, kept(returned)))
        events = _appended(events, Event(EventKind.RETURN, client, number))
    else:
        state = state._replace(answers=answers)
    move = Move(MoveKind.COMMAND, client, command, reply.answer, function, is_first, returned)
    return Successor(move, position._replace(store=reply.state, clients=_put(position, client, state), events=events))


def values(results: Sequence[Frozen | Failed]) -> tuple[Json, ...]:
    """The results of operations that did not fail."""
    return tuple(one.value for one in results if isinstance(one, Frozen))


def kept(done: Done) -> Frozen | Failed:
    """A result as part of a position."""
    return done.result if isinstance(done.result, Failed) else Frozen(done.result)


def _may_start(scenario: Scenario, position: Position, client: int) -> bool:
    """Of clients that do the same, the one with the lower number starts first: the other way is the same renamed."""
    twin = scenario.twin_before(client)
    return twin is None or position.clients[twin - 1] != ClientState()


def _put(position: Position, client: int, state: ClientState) -> tuple[ClientState, ...]:
    return (*position.clients[: client - 1], state, *position.clients[client:])


def _appended(events: tuple[Event, ...], event: Event) -> tuple[Event, ...]:
    """Neighbours of one kind in order of client."""
    place = len(events)
    while place and events[place - 1].kind is event.kind and events[place - 1].client > event.client:
        place -= 1
    return (*events[:place], event, *events[place:])
