"""What the model of a store offers: commands by several connections, the passing of time, and lost connections."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from lawful.models.primitives.command import Answer, Command

S = TypeVar("S", bound=Hashable)


class Reply(NamedTuple):
    """What a command leads to."""

    answer: Answer
    state: Hashable


class StoreModel(Protocol[S]):
    """States are immutable and hashable. Every command has one outcome: what may differ is the order of commands."""

    @property
    def name(self) -> str: ...

    def initial(self, schema: Mapping[str, Sequence[str]]) -> S:
        """An empty store; `schema`: the columns of each table, for a store that wants to know them."""
        ...

    def step(self, state: S, client: int, command: Command) -> Reply | None:
        """The outcome of `command` sent by `client`; None where it has to wait for another client."""
        ...

    def disconnected(self, state: S, client: int) -> S:
        """The state after the connection of `client` is lost between two commands."""
        ...

    def later(self, state: S, now_ms: int) -> S:
        """The state once the clock shows `now_ms`."""
        ...
