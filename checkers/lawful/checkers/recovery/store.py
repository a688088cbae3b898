"""What a whole store lost at each crash: of every object, and whether all of them fell back to the same instant.

A store that keeps one log falls back to one instant of it. Where the objects of a store fell back to different ones,
what was lost is not a suffix of what it had acknowledged: a later write is there, and an earlier one is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawful.checkers.durability import server_crashes
from lawful.checkers.recovery.fallback import Decide, Fallback, Recovered, recovered
from lawful.checkers.verdict import ObjectVerdict, Verdict
from lawful.models.history import FaultEvent, History, ObjectKey, Operation
from lawful.models.model import AnyModel


@dataclass(frozen=True, slots=True)
class CrashLoss:
    """What the store lost at one crash."""

    crash: FaultEvent
    acknowledged: int
    """How many operations that changed something had been acknowledged before, since the crash before this one; of
    objects whose losses are explained."""
    lost: Mapping[ObjectKey, tuple[int, ...]]
    """Which of them are gone, by index, of each object that lost some."""
    writes: int
    """The smallest bound, in writes: so many of the last acknowledged ones may be lost, the others are all there."""
    seconds: float
    """The smallest bound, in seconds before the crash."""
    at_one_instant: bool
    """Whether one instant explains the losses of all objects: they are a suffix of what was acknowledged."""

    @property
    def count(self) -> int:
        """How many acknowledged writes were lost."""
        return sum(len(indexes) for indexes in self.lost.values())


@dataclass(frozen=True, slots=True)
class StoreLoss:
    """What a store lost at all crashes of its servers."""

    crashes: tuple[CrashLoss, ...]
    no_prefix: tuple[ObjectKey, ...] = ()
    """Objects that no loss of what came last explains: something else is wrong with them."""
    undecided: Mapping[ObjectKey, str] | None = None
    """Objects of which it was not found out, and why."""

    @property
    def verdict(self) -> Verdict:
        """Lawful: buffered durably linearizable, within the bounds of the crashes."""
        if self.no_prefix:
            return Verdict.VIOLATION
        return Verdict.INCONCLUSIVE if self.undecided else Verdict.LAWFUL


def store_loss(
    history: History, objects: Iterable[ObjectVerdict], models: Mapping[ObjectKey, AnyModel[Any]], decide: Decide
) -> StoreLoss:
    """What the store of `history` lost.

    `objects`: the verdicts on its objects; those of which nothing was checked are left out. `models`: theirs.
    """
    crashes = server_crashes(history.faults)
    if not crashes:
        return StoreLoss(())
    judged = {part.key for part in objects if part.verdict is not Verdict.NOTHING_CHECKED}
    parts = {key: part for key, part in history.by_object().items() if key in judged}
    first_index = 1 + max((one.index for one in history), default=0)
    found = [
        recovered(part, crashes, models[key], decide, first_index + 2 * len(crashes) * number)
        for number, (key, part) in enumerate(parts.items())
    ]
    changed = {index for one in found for index in one.writes}
    writes = [one for part in parts.values() for one in part if one.index in changed]
    explained = [one for one in found if one.verdict is Verdict.LAWFUL]
    return StoreLoss(
        tuple(_crash_loss(number, crashes, explained, writes) for number in range(len(crashes))),
        tuple(one.key for one in found if one.verdict is Verdict.VIOLATION),
        {one.key: one.progress or "" for one in found if one.verdict is Verdict.INCONCLUSIVE},
    )


def _crash_loss(
    number: int, crashes: Sequence[FaultEvent], objects: Sequence[Recovered], writes: Sequence[Operation]
) -> CrashLoss:
    crash = crashes[number]
    begins_ns = crashes[number - 1].call_ns if number else 0
    returned = [
        one.return_ns for one in writes if one.return_ns is not None and begins_ns <= one.return_ns <= crash.call_ns
    ]
    fallbacks = [one.fallbacks[number] for one in objects]
    kept_ns = min((one.kept_ns for one in fallbacks), default=crash.call_ns)
    return CrashLoss(
        crash,
        len(returned),
        {one.key: one.fallbacks[number].lost for one in objects if one.fallbacks[number].lost},
        sum(instant_ns >= kept_ns for instant_ns in returned) if kept_ns < crash.call_ns else 0,
        max((one.seconds for one in fallbacks), default=0.0),
        _one_instant(fallbacks),
    )


def _one_instant(fallbacks: Sequence[Fallback]) -> bool:
    """Whether nothing survived that was called after something had returned that is lost."""
    if not fallbacks:
        return True
    return max(one.reached_ns for one in fallbacks) <= min(one.kept_ns for one in fallbacks)
