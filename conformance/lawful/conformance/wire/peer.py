"""The other side of a conversation: a process or a connection that the runner starts, talks to and ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lawful.conformance.adapter import Fault
from lawful.conformance.wire.messages import Reply
from lawful.models.values import Json

SILENCE_HINT = "call it unknown once the time-out is over; a program has to flush its output after each line"


class PeerGone(Exception):
    """The peer ended before it answered: the outcome is unknown.

    `killed`: the runner did that itself. `hint`: what the author of the adapter may look at.
    """

    def __init__(self, text: str, *, killed: bool, hint: str | None = None) -> None:
        super().__init__(text)
        self.killed = killed
        self.hint = hint


class PeerSilent(Exception):
    """The peer did not answer in time: the outcome is unknown."""

    hint = SILENCE_HINT


class Peer(Protocol):
    """Something that answers requests."""

    name: str
    faults: frozenset[Fault]
    """What can be done to it from here."""

    def start(self) -> None:
        """Start or connect, anew after `discard`, without waiting for more than that. Raises `BackendError`."""
        ...

    def ask(self, message: Mapping[str, Json], limit_s: float) -> Reply:
        """Raises `PeerGone`, `PeerSilent` or `NonsenseLine`."""
        ...

    def allow_any_order(self, allowed: bool) -> None:
        """Whether replies may come in another order than the requests; not so at first."""
        ...

    def late_answers(self) -> int:
        """How many replies came when nobody waited for them any more, and were dropped."""
        ...

    def take_notes(self) -> list[str]:
        """What it did wrong that spoilt no reply in particular, since the last call."""
        ...

    def exchange(self) -> tuple[str, str]:
        """The last line sent and the last line received, as text."""
        ...

    def log(self) -> str | None:
        """The end of what it wrote to its log; None where there is none."""
        ...

    def kill(self) -> None:
        """End it at once, as a crash would. It stays ended until it is discarded and started."""
        ...

    def discard(self) -> None:
        """End it for good and free what it holds."""
        ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...
