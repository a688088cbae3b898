"""From records in the order of a file to calls and returns in an order that an online checker can take."""

from __future__ import annotations

import random
from typing import Any

import pytest

from lawful.conformance.history import sequencer as module
from lawful.conformance.history.records import WrongRecord
from lawful.conformance.history.sequencer import Called, Returned, Sequencer
from lawful.models.history import FaultEvent, Outcome

HEADER: dict[str, Any] = {"record": "header", "format": 1}


def invoke(index: int, time_ns: int, process: int | None = None) -> dict[str, Any]:
    process = index if process is None else process
    call = {"record": "invoke", "index": index, "process": process, "object": "register", "function": "read"}
    return call | {"time_ns": time_ns}


def returned(index: int, time_ns: int, outcome: str = "ok") -> dict[str, Any]:
    return {"record": "return", "index": index, "outcome": outcome, "time_ns": time_ns}


def whole(index: int | None, call_ns: int, return_ns: int | None, outcome: str = "ok") -> dict[str, Any]:
    record = {"record": "operation", "process": call_ns, "object": "register", "function": "read", "outcome": outcome}
    record |= {"call_ns": call_ns, "return_ns": return_ns}
    return record if index is None else record | {"index": index}


def footer(operations: int, faults: int = 0) -> dict[str, Any]:
    return {"record": "footer", "operations": operations, "faults": faults}


def run(*records: dict[str, Any]) -> list[str]:
    """The events after each record, `c0` for the call of operation 0 and `r0` for its return, and of a pause."""
    sequencer = Sequencer()
    told = []
    for record in (HEADER, *records):
        told.append(names(sequencer.take(record)))
    return [*told[1:], names(sequencer.pause())]


def names(events: Any) -> str:
    named = []
    for event in events:
        if isinstance(event, FaultEvent):
            named.append(event.fault)
        else:
            named.append(f"{'c' if isinstance(event, Called) else 'r'}{event.operation.index}")
    return " ".join(named)


def test_a_return_comes_when_a_later_time_was_read() -> None:
    assert run(invoke(0, 1), returned(0, 5), invoke(1, 6)) == ["c0", "", "r0 c1", ""]


def test_a_call_at_the_very_time_of_a_return_comes_before_it() -> None:
    """Intervals are closed: the two operations are concurrent."""
    assert run(invoke(0, 1), returned(0, 5), invoke(1, 5)) == ["c0", "", "c1", "r0"]


def test_a_file_that_stands_still_makes_its_last_returns_certain() -> None:
    assert run(invoke(0, 1), returned(0, 5)) == ["c0", "", "r0"]


def test_a_return_that_is_written_late_comes_at_once() -> None:
    assert run(invoke(0, 1), invoke(1, 9), returned(0, 5)) == ["c0", "c1", "r0", ""]


def test_an_operation_on_one_line_returns_when_the_calls_have_passed_it() -> None:
    records = (whole(0, 1, 10), whole(1, 5, 6), whole(2, 8, 9), whole(3, 20, 30))
    assert run(*records, footer(4)) == ["c0", "c1", "r1 c2", "r2 r0 c3", "r3", ""]


def test_operations_that_are_written_as_they_complete_wait_for_those_in_front() -> None:
    records = (whole(1, 5, 6), whole(2, 8, 9), whole(0, 1, 10))
    assert run(*records, footer(3)) == ["", "", "c0 c1 r1 c2", "r2 r0", ""]


def test_unnumbered_operations_are_numbered_in_order_of_call() -> None:
    assert run(whole(None, 1, 2), whole(None, 3, 4), footer(2)) == ["c0", "r0 c1", "r1", ""]


def test_unknown_outcomes_and_faults_are_passed_on() -> None:
    fault = {"record": "fault", "fault": "kill", "target": "server", "call_ns": 3}
    assert run(invoke(0, 1), fault, returned(0, 5, "unknown"), footer(1, 1)) == ["c0", "kill", "r0", "", ""]
    assert run(whole(0, 1, None, "unknown"), footer(1)) == ["c0 r0", "", ""]


def test_what_is_told_of_an_operation_is_what_the_file_says() -> None:
    sequencer = Sequencer()
    records = (HEADER, invoke(0, 1, 7), returned(0, 5) | {"result": 3, "server": "s"}, footer(1))
    call, answer = [event for record in records for event in sequencer.take(record)]
    assert isinstance(call, Called)
    assert isinstance(answer, Returned)
    assert (call.operation.outcome, call.operation.return_ns, call.operation.process) == (Outcome.UNKNOWN, None, 7)
    assert (answer.operation.outcome, answer.operation.return_ns, answer.operation.result) == (Outcome.OK, 5, 3)


def test_no_return_comes_before_a_call_of_the_same_time_or_an_earlier_one() -> None:
    """What the checker assumes, on random recordings whose returns are written late."""
    for seed in range(200):
        draw = random.Random(seed)
        lines: list[tuple[float, int, dict[str, Any]]] = []
        for index in range(12):
            lines.append((index * 3, 0, invoke(index, index * 3)))
            at = index * 3 + draw.randrange(12)
            lines.append((at + draw.choice([0, 0.5, 7]), 1, returned(index, at)))
        sequencer = Sequencer()
        events = []
        for record in (HEADER, *(record for _, _, record in sorted(lines, key=lambda one: one[:2])), footer(12)):
            events += list(sequencer.take(record))
        latest_return_ns = -1
        for event in events:
            if isinstance(event, Called):
                assert event.operation.call_ns > latest_return_ns
            elif isinstance(event, Returned):
                latest_return_ns = max(latest_return_ns, event.operation.return_ns or 0)
        assert len(events) == 24


WRONG = {
    "the first record is not a header": [invoke(0, 1)],
    "a second header": [HEADER, HEADER],
    "a record follows the footer": [HEADER, footer(0), invoke(0, 1)],
    "index 0 occurs twice": [HEADER, invoke(0, 1), returned(0, 2), invoke(0, 3)],
    "index 2 occurs twice": [HEADER, invoke(2, 1), invoke(2, 1)],
    "a second return for index 0": [HEADER, invoke(0, 1), returned(0, 2), returned(0, 3)],
    "a return without an invocation for index 1": [HEADER, invoke(0, 1), returned(1, 2)],
    "operation 0 returns 4 ns before its call": [HEADER, invoke(0, 5), returned(0, 1)],
    "operation 1 is called before the one in front of it": [HEADER, invoke(0, 5), invoke(1, 4)],
    "operation 2 is called before a return": [
        HEADER, invoke(0, 1), returned(0, 5), invoke(1, 2), returned(1, 9), invoke(2, 4)
    ],
    "process 0 calls operation 1 while its operation 0 is open": [HEADER, invoke(0, 1, 0), invoke(1, 2, 0)],
    "process 0 calls operation 1 while its operation 0 has an unknown outcome": [
        HEADER, invoke(0, 1, 0), returned(0, 2, "unknown"), invoke(1, 3, 0)
    ],
    "process 0 calls operation 1 before its operation": [HEADER, invoke(0, 1, 0), returned(0, 9), invoke(1, 3, 0)],
    "some operations have an index": [HEADER, whole(0, 1, 2), whole(None, 3, 4)],
    "the operation 0 is missing": [HEADER, invoke(1, 1), footer(1)],
    "the footer speaks of 2 operations, the file holds 1": [HEADER, invoke(0, 1), footer(2)],
    "the footer speaks of 1 faults, the file holds 0": [HEADER, footer(0, 1)],
}  # fmt: skip


@pytest.mark.parametrize("problem", WRONG)
def test_a_record_that_cannot_be_where_it_is_is_refused(problem: str) -> None:
    sequencer = Sequencer()
    with pytest.raises(WrongRecord) as caught:
        for record in WRONG[problem]:
            list(sequencer.take(record))
    assert caught.value.problem.startswith(problem)


def test_what_waits_for_a_missing_operation_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EARLY", 10)
    sequencer = Sequencer()
    list(sequencer.take(HEADER))
    with pytest.raises(WrongRecord, match="operation 0 is missing"):
        for index in range(1, 20):
            list(sequencer.take(whole(index, index, index)))
    assert len(sequencer.early) == 11
