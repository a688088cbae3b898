"""Verdicts as JSON, and back: what is printed, and what processes tell each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lawful.checkers.verdict import ObjectVerdict, Placed, Refused, Verdict
from lawful.models.history import ObjectKey
from lawful.models.values import Json


def encoded(part: ObjectVerdict) -> dict[str, Json]:
    """The verdict on one object as JSON."""
    return {
        "object": part.key.object,
        "key": part.key.key,
        "verdict": part.verdict.value,
        "method": part.method,
        "because": part.because,
        "operations": part.operations,
        "unknown": part.unknown,
        "linearization": None if part.linearization is None else [placed_json(one) for one in part.linearization],
        "blocked_at": part.blocked_at,
        "core": list(part.core),
        "refusals": [refused_json(one) for one in part.refusals],
        "progress": part.progress,
        "seconds": round(part.seconds, 6),
    }


def decoded(value: Mapping[str, Any]) -> ObjectVerdict:
    """The verdict that `encoded` made `value` of."""
    placed = value["linearization"]
    return ObjectVerdict(
        ObjectKey(value["object"], value["key"]),
        Verdict(value["verdict"]),
        value["method"],
        value["operations"],
        value["unknown"],
        linearization=None if placed is None else _placed(placed),
        blocked_at=value["blocked_at"],
        refusals=tuple(
            Refused(
                _placed(one["linearization"]),
                one["state"],
                one["answered"],
                tuple(one["allowed"]),
                one["because"],
                one["clause"],
            )
            for one in value["refusals"]
        ),
        progress=value["progress"],
        because=value["because"],
        core=tuple(value["core"]),
        seconds=value["seconds"],
    )


def placed_json(placed: Placed) -> dict[str, Json]:
    """One operation of a linearization."""
    return {"index": placed.index, "because": placed.because, "clause": placed.clause}


def refused_json(refused: Refused) -> dict[str, Json]:
    """One way in which a search got stuck."""
    return {
        "linearization": [placed_json(one) for one in refused.linearization],
        "state": refused.state,
        "answered": refused.answered,
        "allowed": list(refused.allowed),
        "because": refused.because,
        "clause": refused.clause,
    }


def _placed(values: Sequence[Mapping[str, Any]]) -> tuple[Placed, ...]:
    return tuple(Placed(one["index"], one["because"], one["clause"]) for one in values)
