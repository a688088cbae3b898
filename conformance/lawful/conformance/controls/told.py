"""What a recorded run tells of a set, to which values were only ever added: what is gone, since when, until when."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from lawful.checkers.durability import server_crashes
from lawful.conformance.run.faults import INJECTED
from lawful.models.history import History, Operation, Outcome
from lawful.models.values import canonical

_MOST_SWITCHES = 3
"""From one server that acknowledges writes to another and back: more of them within a run are two at the same time."""


@dataclass(frozen=True, slots=True)
class Told:
    """The figures of one run."""

    acknowledged: int
    """Values that were added, and of which the client was told so."""
    lost: int
    """Those that are not there at the end."""
    window_s: float
    """From the first of them that was acknowledged before a fault to that fault, where it lost most."""
    recovery_s: float | None
    """The longest time from a fault to the next answer of the store; None without a fault."""
    two_primaries: bool
    """Two servers acknowledged writes by turns."""


def told(history: History) -> Told:
    """What the history of a run with the workload `set` tells."""
    operations = sorted(history, key=lambda one: one.call_ns)
    added = [one for one in operations if one.function == "insert" and one.outcome is Outcome.OK]
    there = {_value(one): one.result for one in operations if one.function == "contains" and one.outcome is Outcome.OK}
    lost = [one for one in added if there.get(_value(one)) is False]
    return Told(len(added), len(lost), _window_s(lost, history), _recovery_s(history), _two_primaries(added))


def _value(operation: Operation) -> tuple[str | None, str]:
    return operation.key, canonical(operation.arguments["value"])


def _window_s(lost: Sequence[Operation], history: History) -> float:
    strikes = [one.call_ns for one in server_crashes(history.faults)]
    if not strikes:
        strikes = [one.call_ns for one in history.faults if one.fault == "heal"]
    spans = []
    for one in lost:
        returned_ns = one.return_ns or one.call_ns
        following = [strike - returned_ns for strike in strikes if strike >= returned_ns]
        spans.append(min(following, default=0))
    return max(spans, default=0) / 10**9


def _recovery_s(history: History) -> float | None:
    """How long nobody got an answer after a fault began."""
    answered = sorted((one.call_ns, one.return_ns or 0) for one in history if one.outcome is Outcome.OK)
    waits = []
    for fault in history.faults:
        if fault.fault in INJECTED:
            following = [returned for called, returned in answered if called >= fault.call_ns]
            if following:
                waits.append(min(following) - fault.call_ns)
    return max(waits) / 10**9 if waits else None


def _two_primaries(added: Sequence[Operation]) -> bool:
    servers = [one.server for one in added if one.server is not None]
    return sum(one != other for one, other in itertools.pairwise(servers)) > _MOST_SWITCHES
