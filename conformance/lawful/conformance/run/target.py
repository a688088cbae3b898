"""What faults strike, one by one, and what a fault is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
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


def restarts(targets: Sequence[Target]) -> list[Step]:
    """Steps that start killed targets again, all of them with the first step: none may be ready before others are."""
    started: dict[str, Future[None]] = {}

    def restarted(target: Target) -> None:
        if not started:
            pool = ThreadPoolExecutor(len(targets))
            started.update({one.name: pool.submit(one.restart) for one in targets if one.restart is not None})
            pool.shutdown(wait=False)
        started[target.name].result()

    return [
        Step("restart", one.name, partial(restarted, one), {"role": one.role})
        for one in targets
        if one.restart is not None
    ]
