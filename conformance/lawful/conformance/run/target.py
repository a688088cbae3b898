"""What faults strike, one by one, and what a fault is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lawful.conformance.adapter import Fault
from lawful.models.values import Json

SERVER, CLIENT = "server", "client"
"""The roles of targets, as histories have them."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that faults can be aimed at."""

    name: str
    kill: Callable[[], None]
    restart: Callable[[], None] | None
    """None: whoever uses the target starts it again."""
    pause: Callable[[], None]
    resume: Callable[[], None]
    suffers: frozenset[Fault] = frozenset(Fault)
    """The faults that can be done to it."""
    role: str = SERVER
    """What it is: only at the death of a server may something be lost."""


class Step(NamedTuple):
    """One action and its record."""

    name: str
    target: str
    do: Callable[[], None]
    details: Mapping[str, Json]


class Blow(NamedTuple):
    """What one fault does now, and what undoes it."""

    strikes: Sequence[Step]
    heals: Sequence[Step]
