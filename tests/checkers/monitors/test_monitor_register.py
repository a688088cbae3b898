"""What the monitors of registers and CAS registers say about a history, and why they say nothing about another."""

from __future__ import annotations

from lawful.checkers.linearizability.monitors.register import CAS_REGISTER, REGISTER
from lawful.checkers.verdict import Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation, Outcome
from lawful.models.register import Register
from lawful.models.values import Json


def operation(index: int, function: str, value: Json, call_ns: int, return_ns: int | None) -> Operation:
    """A read that answers `value`, or a write of it; unknown without a return."""
    outcome = Outcome.OK if return_ns is not None else Outcome.UNKNOWN
    arguments: dict[str, Json] = {"value": value} if function == "write" else {}
    result = value if function == "read" else None
    return Operation(index, 0, "register", function, arguments, outcome, call_ns, return_ns, result=result)


def test_the_reason_why_a_monitor_does_not_apply_is_told() -> None:
    twice = [operation(i, "write", 7, 10 * i, 10 * i + 5) for i in range(2)]
    read = operation(2, "read", 7, 30, 35)
    assert REGISTER.applies([*twice, read], Register(0)) == "the value 7 is written 2 times"
    assert REGISTER.applies(twice, Register(0)) is None, "nobody saw which write it was"
    assert REGISTER.applies([twice[0], read], Register(7)) == "the initial value 7 is also written"
    assert REGISTER.applies([], CasRegister(0)) == "the model 'cas-register' is not the one of the monitor"
    strange = Operation(0, 0, "register", "erase", {}, Outcome.OK, 0, 1)
    assert REGISTER.applies([strange], Register()) == "operation 0 calls 'erase', not one of read, write"


def test_a_stale_read_names_the_operations_that_contradict_it() -> None:
    history = [
        operation(0, "write", 1, 0, 1),
        operation(1, "write", 2, 2, 3),
        operation(2, "read", 2, 4, 5),
        operation(3, "write", 3, 4, None),
        operation(4, "read", 1, 6, 7),
    ]
    verdict = REGISTER.check_object(history, Register(0))
    assert verdict.verdict is Verdict.VIOLATION
    assert verdict.blocked_at == 4
    (refusal, *_) = verdict.refusals
    assert refusal.because.startswith("1 and 2 must have been there at the same time")
    assert [placed.index for placed in refusal.linearization] == [0, 1, 2]


def test_values_that_come_out_of_each_other_came_from_nowhere() -> None:
    history = [
        Operation(i, i, "register", "cas", {"old": 1 + i, "new": 2 - i}, Outcome.OK, 0, 9, result=True)
        for i in range(2)
    ]
    verdict = CAS_REGISTER.check_object(history, CasRegister(0))
    assert verdict.verdict is Verdict.VIOLATION
    assert "none came first" in verdict.refusals[0].because


def test_types_of_values_matter() -> None:
    history = [operation(0, "write", 1, 0, 1), operation(1, "read", True, 2, 3)]
    verdict = REGISTER.check_object(history, Register(0))
    assert verdict.verdict is Verdict.VIOLATION
    assert "nobody wrote true" in verdict.refusals[0].because
