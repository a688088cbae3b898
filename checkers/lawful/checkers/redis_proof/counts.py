"""One Redis server as four numbers and what changes them: how many writes it has, wrote, synced and acknowledged.

A server keeps its writes in one order, and so does its append-only file. What it has, what the kernel has of it, what
is on the disk and what is acknowledged are therefore beginnings of one sequence, and their lengths say everything.
Steps are smaller than those of `lawful.models.redis`: each step there is some of these, one after the other. So
writes may wait for their answers in any number, and a sync may cover any part of what was written.

Source: Redis documentation, "Redis persistence". Assumptions: a file that lost its end is read up to there; what fsync
was told to sync is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import z3  # type: ignore[import-untyped]

from lawful.models.redis.deployment import Hazard, Persistence
from lawful.models.redis.persistence import KILL, POWER_LOSS, RESTART, SAVE, SYNC

TAKE = "take write"
WRITE = "write file"
ANSWER = "answer"


class Reach(StrEnum):
    """How far a write has to have come before it is answered."""

    TAKEN = "taken"
    WRITTEN = "written"
    SYNCED = "synced"


class Setting(NamedTuple):
    """A server, and what may go wrong."""

    persistence: Persistence
    hazards: frozenset[Hazard]

    @property
    def answers(self) -> Reach:
        """What an answer waits for."""
        match self.persistence:
            case Persistence.ALWAYS:
                return Reach.SYNCED
            case Persistence.SNAPSHOTS:
                return Reach.TAKEN
            case Persistence.EVERYSEC if Hazard.SLOW_SYNC in self.hazards:
                return Reach.TAKEN  # another thread is at a sync, so the file is not written, and answers are sent
        return Reach.WRITTEN

    @property
    def survives(self) -> Reach:
        """What no hazard takes away."""
        if Hazard.POWER_LOSS in self.hazards:
            return Reach.SYNCED
        return Reach.WRITTEN if Hazard.KILL in self.hazards else Reach.TAKEN


class Counts(NamedTuple):
    """Lengths, and whether the server is up. Integers and a truth value, or terms of the solver for them."""

    taken: Any
    written: Any
    synced: Any
    acknowledged: Any
    is_up: Any

    def of(self, reach: Reach) -> Any:
        return {Reach.TAKEN: self.taken, Reach.WRITTEN: self.written, Reach.SYNCED: self.synced}[reach]


INITIAL = Counts(0, 0, 0, 0, True)
Relation = Callable[[Counts, Counts], z3.BoolRef]


def any_counts(name: str) -> Counts:
    """Counts of which nothing is known."""
    taken, written, synced, acknowledged = (z3.Int(f"{name} {field}") for field in Counts._fields[:-1])
    return Counts(taken, written, synced, acknowledged, z3.Bool(f"{name} is up"))


def are(one: Counts, other: Counts) -> z3.BoolRef:
    """Whether both are the same."""
    return z3.And(*(left == right for left, right in zip(one, other, strict=True)))


def relations(setting: Setting, answers: Reach | None = None) -> Mapping[str, Relation]:
    """What may happen to the server, by name. `answers`: what an answer waits for instead, to try a mistake."""
    reach = answers or setting.answers

    def while_up(grown: str, limit: Callable[[Counts], Any]) -> Relation:
        def holds(before: Counts, after: Counts) -> z3.BoolRef:
            old, new = getattr(before, grown), getattr(after, grown)
            return z3.And(before.is_up, old < new, new <= limit(before), are(after, before._replace(**{grown: new})))

        return holds

    def kill(before: Counts, after: Counts) -> z3.BoolRef:
        # The kernel keeps what was written, and is in no hurry to sync it.
        return z3.And(before.is_up, are(after, before._replace(taken=before.written, is_up=False)))

    def power_loss(before: Counts, after: Counts) -> z3.BoolRef:
        # Of what was not synced, some may have reached the disk. The process may have died before.
        left = after.taken
        down = before._replace(taken=left, written=left, synced=left, is_up=False)
        return z3.And(before.synced <= left, left <= before.written, are(after, down))

    def restart(before: Counts, after: Counts) -> z3.BoolRef:
        return z3.And(z3.Not(before.is_up), are(after, before._replace(is_up=True)))

    def save(before: Counts, after: Counts) -> z3.BoolRef:
        saved = after.synced
        taken = before._replace(written=saved, synced=saved)
        return z3.And(before.is_up, before.written < saved, saved <= before.taken, are(after, taken))

    def take(before: Counts, after: Counts) -> z3.BoolRef:
        return z3.And(before.is_up, are(after, before._replace(taken=before.taken + 1)))

    steps: dict[str, Relation] = {TAKE: take, ANSWER: while_up("acknowledged", lambda before: before.of(reach))}
    if setting.persistence is Persistence.SNAPSHOTS:
        steps[SAVE] = save
    else:
        steps[WRITE] = while_up("written", lambda before: before.taken)
        steps[SYNC] = while_up("synced", lambda before: before.written)
    if Hazard.KILL in setting.hazards:
        steps[KILL] = kill
    if Hazard.POWER_LOSS in setting.hazards:
        steps[POWER_LOSS] = power_loss
    if {Hazard.KILL, Hazard.POWER_LOSS} & setting.hazards:
        steps[RESTART] = restart
    return steps
