"""What `lawful check --durability --format json` prints of durability."""

from __future__ import annotations

from lawful.checkers.recovery.staleness import Staleness
from lawful.checkers.recovery.store import CrashLoss
from lawful.conformance.durability import Durability
from lawful.models.values import Json


def durability_json(durability: Durability) -> dict[str, Json]:
    """The member `durability` of the report on a file."""
    loss = durability.loss
    return {
        "level": durability.level,
        "crashes": [_crash(one) for one in loss.crashes],
        "no_prefix": [str(key) for key in loss.no_prefix],
        "undecided": {str(key): why for key, why in (loss.undecided or {}).items()},
        "stale": [_staleness(one) for one in durability.stale],
        "unexplained": [str(key) for key in durability.unexplained],
    }


def _crash(loss: CrashLoss) -> dict[str, Json]:
    return {
        "fault": loss.crash.fault,
        "target": loss.crash.target,
        "call_ns": loss.crash.call_ns,
        "acknowledged": loss.acknowledged,
        "lost": {str(key): list(indexes) for key, indexes in loss.lost.items()},
        "bound_writes": loss.writes,
        "bound_s": round(loss.seconds, 9),
        "at_one_instant": loss.at_one_instant,
    }


def _staleness(stale: Staleness) -> dict[str, Json]:
    return {
        "object": str(stale.key),
        "reads": stale.reads,
        "allowance_s": round(stale.allowance_s, 9),
        "stale": [
            {"index": one.index, "versions": one.versions, "seconds": round(one.seconds, 9)} for one in stale.stale
        ],
    }
