"""What faults strike, one by one, and what a fault is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
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
    folder: Path | None = None
    """What it alone keeps its files in; None where nobody knows."""
    set_clock: Callable[[float], None] | None = None
    """Set its clock so many seconds before the right time, or back to it; None where nobody can."""


def _always() -> bool:
    return True


class Step(NamedTuple):
    """One action and its record."""

    name: str
    target: str
    do: Callable[[], None]
    details: Mapping[str, Json]
    may_fail: bool = False
    """That it fails is an outcome like others: it is recorded, and the next steps follow."""
    is_needed: Callable[[], bool] = _always
    """Asked when its turn comes; a step that is not needed is left out."""


class Blow(NamedTuple):
    """What one fault does now, and what undoes it."""

    strikes: Sequence[Step]
    heals: Sequence[Step]


def restarts(
    targets: Sequence[Target], *, may_fail: bool = False, among: Callable[[Target], bool] | None = None
) -> list[Step]:
    """Steps that start killed targets again, all of them with the first step: none may be ready before others are.

    `among`: asked with the first step, which of them are started.
    """
    started: dict[str, Future[None]] = {}

    def restarted(target: Target) -> None:
        if not started:
            chosen = [one for one in targets if among is None or among(one)]
            pool = ThreadPoolExecutor(len(chosen))
            started.update({one.name: pool.submit(one.restart) for one in chosen if one.restart is not None})
            pool.shutdown(wait=False)
        started[target.name].result()

    return [
        Step(
            "restart",
            one.name,
            partial(restarted, one),
            {"role": one.role},
            may_fail=may_fail,
            is_needed=_always if among is None else partial(among, one),
        )
        for one in targets
        if one.restart is not None
    ]
