"""How the native search says what it used, when, and with which states after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lawful.checkers.linearizability.native.closed import ClosedTable


class Used(NamedTuple):
    """An operation that took effect where it changed the state."""

    choice: int
    """Its rank in order of return; ~i for number i of those with an unknown outcome."""
    position: int
    """Where the search was when it was used."""
    state: int
    """The state after it, by its number in the closed table."""


class Route(NamedTuple):
    """How a configuration was reached."""

    used: tuple[Used, ...]
    position: int
    """The returns that are explained."""
    closed: ClosedTable
