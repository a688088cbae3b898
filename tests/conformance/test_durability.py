"""What stores of which the losses are known are found to have lost, and the time line of their faults."""

from __future__ import annotations

import pytest

from lawful.checkers.verdict import Budget
from lawful.conformance.durability import Durability, durability
from lawful.conformance.judging import check_objects
from lawful.conformance.model_choice import models_for
from lawful.conformance.report.durability_lines import durability_lines, time_line
from lawful.models.history import FaultEvent, History, ObjectKey, Operation, Outcome

from .adapters.lossy import LossyStore
from .test_levels import recorded


def found(history: History) -> Durability:
    parts, model_of, budget = history.by_object(), models_for(history.header), Budget(20)
    return durability(history, parts, check_objects(parts, model_of, budget), model_of, budget)


@pytest.mark.parametrize(
    "table", ["tasks", pytest.param("jobs", marks=pytest.mark.slow), pytest.param("sessions", marks=pytest.mark.slow)]
)
def test_no_more_is_found_than_was_lost(table: str) -> None:
    """Reads need not show everything, so it may be less."""
    history = recorded(LossyStore(loses_s=0.5), table, [3.02], 4.0)
    (crash,) = found(history).loss.crashes
    assert 0 < crash.seconds <= 0.5
    assert 0 < crash.count <= crash.writes <= crash.acknowledged
    assert crash.at_one_instant


def test_a_store_that_loses_nothing_is_durably_linearizable() -> None:
    history = recorded(LossyStore(), "tasks", [3.02], 4.0)
    told = found(history)
    assert told.level == "durably linearizable"
    assert [one.count for one in told.loss.crashes] == [0]


def test_scattered_losses_are_no_suffix() -> None:
    history = recorded(LossyStore(loses_s=2.0, scattered=True), "tasks", [3.02], 4.0)
    told = found(history)
    assert told.loss.no_prefix == (ObjectKey("tasks"),)
    assert told.level == "not explained by losses at crashes or by stale reads"
    assert "tasks: no loss of what came last explains it" in list(durability_lines(told, history))


def test_a_time_line_shows_what_was_struck_and_healed() -> None:
    server = {"role": "server"}
    faults = (
        FaultEvent("kill", "server", 250, 260, details=server),
        FaultEvent("pause", "client-1", 500, 510),
        FaultEvent("restart", "server", 500, 510, details=server),
    )
    only = Operation(0, 0, "register", "write", {"value": 1}, Outcome.OK, 0, 1000)
    assert time_line(History((only,), faults), width=20)[1:] == [
        "server    ·····x====··········",
        "client-1  ··········x=========",
    ]
    assert time_line(History((only,))) == []
