"""Broken twins of table 9, `canary_runs`."""

from __future__ import annotations

from lawful.specs.expression import EXISTS
from lawful.specs.function import Insert, KeepGreatest, OnRow
from lawful.specs.task_store.canary_runs import CANARY_RUNS
from lawful.specs.twin import Twin, argument_of, body, changed, doing, field_of, function_of, guarded, without_case

_ran_at = field_of(CANARY_RUNS, "ran_at")
_keep = argument_of(CANARY_RUNS, "insert", "keep")
_before = argument_of(CANARY_RUNS, "prune", "before")
_TAKEN = "there is a run at {ran_at}"
_FREE = "there is no run at {ran_at}"


def _insertion() -> Insert:
    inserting = function_of(CANARY_RUNS, "insert").body
    assert isinstance(inserting, OnRow)
    (effect,) = [effect for case in inserting.cases for effect in case.effects if isinstance(effect, Insert)]
    return effect


CANARY_RUNS_TWINS = (
    Twin(
        "runs-are-never-trimmed",
        "TS-CANARY_RUNS-1",
        "all runs are kept",
        changed(CANARY_RUNS, "insert", doing(_FREE, _insertion())),
    ),
    Twin(
        "one-run-too-many-is-kept",
        "TS-CANARY_RUNS-1",
        "one run more is kept than was asked for",
        changed(CANARY_RUNS, "insert", doing(_FREE, _insertion(), KeepGreatest(_keep + 1, _ran_at))),
    ),
    Twin(
        "second-run-overwrites",
        "TS-CANARY_RUNS-2",
        "a run replaces the one at the same instant",
        changed(CANARY_RUNS, "insert", without_case(_TAKEN)),
    ),
    Twin(
        "second-run-compares-the-status",
        "TS-CANARY_RUNS-2",
        "a run is refused only where one of the same status is at that instant",
        changed(
            CANARY_RUNS,
            "insert",
            guarded(_TAKEN, EXISTS & field_of(CANARY_RUNS, "status").is_(argument_of(CANARY_RUNS, "insert", "status"))),
        ),
    ),
    Twin(
        "runs-oldest-first",
        "TS-CANARY_RUNS-3",
        "a list is in order of time, the oldest first",
        changed(CANARY_RUNS, "list", body(descending=None)),
    ),
    Twin(
        "runs-listed-without-limit",
        "TS-CANARY_RUNS-3",
        "a list answers all runs, however few were asked for",
        changed(CANARY_RUNS, "list", body(limit=None)),
    ),
    Twin(
        "prune-of-runs-includes-the-bound",
        "TS-CANARY_RUNS-4",
        "prune removes the run at the bound itself",
        changed(CANARY_RUNS, "prune", body(where=_ran_at.at_most(_before))),
    ),
    Twin(
        "prune-removes-newer-runs",
        "TS-CANARY_RUNS-4",
        "prune removes the runs after the bound",
        changed(CANARY_RUNS, "prune", body(where=_ran_at.above(_before))),
    ),
    Twin(
        "slowest-runs-are-kept",
        "TS-CANARY_RUNS-1",
        "of too many runs the ones that took longest are kept",
        changed(
            CANARY_RUNS,
            "insert",
            doing(_FREE, _insertion(), KeepGreatest(_keep, field_of(CANARY_RUNS, "latency_ms"))),
        ),
    ),
)
