"""What a real store has to offer for a replay."""

from __future__ import annotations

from typing import Protocol

from lawful.models.primitives.command import Answer, Command


class RealConnection(Protocol):
    """The connection of one client."""

    def send(self, command: Command) -> Answer:
        """The answer, in the form in which the model of the primitives gives it."""
        ...

    def close(self) -> None:
        """Hang up, as the operating system does for a client that dies."""
        ...


class RealStore(Protocol):
    """A store that is empty at first."""

    def connect(self) -> RealConnection: ...

    def clear(self) -> None:
        """Make it empty again. No connection is open."""
        ...
