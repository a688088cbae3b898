"""What a distributed algorithm is, to be searched: servers that step on their own state, and messages between them.

A step reads the state of one server and at most one message, and gives the server's next state and what it sends. So
a step is worked out once for all global states in which the server is in that state: this is what makes the search
fast, and what a model must keep to (`checkers.exploration` refuses one that does not).

States and messages are immutable and hashable, and equal only where they are the same for every step. Take frozen
data classes: two tuples of different meaning are equal where their elements are.

Messages in flight are a multiset: they arrive in any order. That some are lost or arrive twice is for the search to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

LOSE = "lose message"
REPEAT = "repeat message"
NETWORK = (LOSE, REPEAT)
"""What the network does with a message in flight, besides delivering it at any time.

A model with an attribute `network` of its own has only these: one that loses no message, or repeats none.
"""

State = TypeVar("State")
Message = TypeVar("Message")


@dataclass(frozen=True, slots=True)
class LocalStep(Generic[State, Message]):
    """One way for a server to go on."""

    action: str
    """One of the model's `actions`."""
    after: State
    sends: tuple[Message, ...] = ()
    keeps: bool = False
    """The message that was received stays in flight: handling it takes another step."""


class Choice(NamedTuple):
    """Names one of the steps that are possible; the first one, where several have the name."""

    server: int
    action: str
    peer: int | None = None
    """The server that a message goes to or comes from; any, where none is given."""


class LocalModel(Protocol[State, Message]):
    """An algorithm with the bounds within which it is searched. Servers are numbered from 0."""

    @property
    def servers(self) -> int:
        """How many there are."""

    @property
    def in_flight(self) -> int:
        """How many messages may be on their way at once."""

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of all steps."""

    def initial(self, server: int) -> State:
        """The state in which a server starts."""

    def steps(self, server: int, state: State) -> Iterable[LocalStep[State, Message]]:
        """What the server may do by itself."""

    def receive(self, server: int, state: State, message: Message) -> Iterable[LocalStep[State, Message]]:
        """What the server may do with a message that was sent to it."""

    def source(self, message: Message) -> int:
        """The server that sent a message."""

    def destination(self, message: Message) -> int:
        """The server that a message goes to."""

    def is_within(self, state: State) -> bool:
        """Whether the bounds allow the state; what lies beyond is counted and not looked at."""

    def renamed_state(self, state: State, new: Sequence[int]) -> State:
        """The state with `new[i]` for each mention of server i."""

    def renamed_message(self, message: Message, new: Sequence[int]) -> Message:
        """The message with `new[i]` for each mention of server i."""


AnyModel: TypeAlias = LocalModel[Any, Any]
AnyStep: TypeAlias = LocalStep[Any, Any]


@dataclass(frozen=True, slots=True)
class OfServer:
    """Holds of every server in every state."""

    id: str
    holds: Callable[[Any], bool]
    applies: Callable[[Any], bool]
    """Whether the property says anything here. One that never does is vacuous."""


@dataclass(frozen=True, slots=True)
class OfPair:
    """Holds of every two servers in every state, whichever comes first."""

    id: str
    holds: Callable[[Any, Any], bool]
    applies: Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class OfStep:
    """Holds of the states of a server before and after each of its steps."""

    id: str
    holds: Callable[[Any, Any], bool]
    applies: Callable[[Any, Any], bool]


LocalProperty: TypeAlias = OfServer | OfPair | OfStep
