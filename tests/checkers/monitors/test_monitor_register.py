"""The monitors of registers and CAS registers say what the reference checker says."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from lawful.checkers.linearizability.monitors.register import CAS_REGISTER, REGISTER
from lawful.checkers.verdict import Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation, Outcome
from lawful.models.model import Call
from lawful.models.register import Register
from lawful.models.values import Json

SPOILS: tuple[Json, ...] = (0, 1, 2, 3, True, None)


def draw_register(random: Random, number: int) -> Call:
    if random.random() < 0.6:
        return Call("read", {})
    return Call("write", {"value": number + 1 if random.random() < 0.9 else random.randint(0, 3)})


def draw_cas_register(random: Random, number: int) -> Call:
    chance = random.random()
    value = number + 1 if random.random() < 0.95 else random.randint(0, 3)
    if chance < 0.35:
        return Call("read", {})
    if chance < 0.5:
        return Call("write", {"value": value})
    old = random.choice((number, number, number, number - 1, random.randint(0, number + 1)))
    return Call("cas", {"old": old, "new": value})


@pytest.fixture
def register(agreement: Any) -> Any:
    return agreement.Sampler(Register(0), draw_register, SPOILS)


@pytest.fixture
def cas_register(agreement: Any) -> Any:
    return agreement.Sampler(CasRegister(0), draw_cas_register, SPOILS)


def assert_agreement(tally: Any) -> None:
    assert tally.disagreements == []
    assert tally.share(Verdict.LAWFUL) > 0.5
    assert tally.share(Verdict.VIOLATION) > 0.1
    assert tally.share(Verdict.INCONCLUSIVE) < 0.15


def test_register_agrees_with_the_reference(agreement: Any, register: Any) -> None:
    assert_agreement(agreement.compare(REGISTER, register, range(2_500)))


def test_cas_register_agrees_with_the_reference(agreement: Any, cas_register: Any) -> None:
    assert_agreement(agreement.compare(CAS_REGISTER, cas_register, range(2_500)))


@pytest.mark.slow
def test_register_agrees_with_the_reference_on_many(agreement: Any, register: Any) -> None:
    assert_agreement(agreement.compare(REGISTER, register, range(10_000, 30_000)))


@pytest.mark.slow
def test_cas_register_agrees_with_the_reference_on_many(agreement: Any, cas_register: Any) -> None:
    assert_agreement(agreement.compare(CAS_REGISTER, cas_register, range(10_000, 30_000)))


REGISTER_FAULTS = {
    "a backward zone inside a forward one is allowed": ("zones", "inside.any()", "False"),
    "overlapping forward zones are allowed": ("zones", "if len(overlapping):", "if False:"),
    "zones that touch overlap": ("zones", "begins[1:] < ends[:-1]", "begins[1:] <= ends[:-1] + 1"),
    "a backward block goes before the zone that it begins in": (
        "zones",
        "np.minimum(zones.first_return, zones.last_call)",
        "-zones.first_return",
    ),
    "a read may return before its write is called": (
        "zones",
        "if late.any():\n            raise",
        "if False:\n            raise",
    ),
    "an unknown write that was read is forgotten": (
        "register_blocks",
        "happened[of_value[seen & (of_value != _NOBODY)]] = True",
        "pass",
    ),
    "an unknown operation ends when its client gave up": ("timeline", "columns.outcome == OK", "columns.outcome >= OK"),
    "a return comes before a call of the same time": (
        "timeline",
        "np.concatenate((columns.call_ns, columns.return_ns[returned]))",
        "np.concatenate((columns.call_ns * 2 + 1, columns.return_ns[returned] * 2))",
    ),
    "a value that nobody wrote may be read": ("register_blocks", "if orphans.any():", "if False:"),
    "the initial value may be read at any time": (
        "zones",
        "first_return[initial] = BEFORE_ALL",
        "first_return[initial] = last_call[initial]",
    ),
    "a value that is written twice was written by the last one": (
        "register_blocks",
        "repeated = np.flatnonzero(seen & (times_written > 1))",
        "repeated = []",
    ),
    "an answer that no state allows is overlooked": ("monitor", "if len(impossible):", "if False:"),
}

CAS_FAULTS = {
    "two compare-and-sets may replace one value": ("register_blocks", "if (times > 1).any():", "if False:"),
    "a chain may be out of order": ("zones", "late = members.last[order] < before", "late = members.last[order] < -1"),
    "a refused one is forgotten": ("register", "bool(roles.refused.any())", "False"),
    "a refused one may saw its old value": ("refused_swaps", "if there[gap] == roles.needed[row]:", "if False:"),
    "refused ones overtake each other": (
        "refused_swaps",
        "gap = max(least, int(earliest[at]))",
        "gap = int(earliest[at])",
    ),
    "a refused one proves nothing about its old value": ("refused_swaps", "events.last[refused] < latest[old]", "True"),
    "an unknown one that was built upon did not happen": (
        "register_blocks",
        "_follow_unknown_swaps(roles, of_value, seen)\n",
        "pass\n",
    ),
}


@pytest.mark.parametrize("fault", REGISTER_FAULTS)
def test_a_fault_in_the_register_monitor_shows(agreement: Any, register: Any, fault: str) -> None:
    monitor = agreement.mutated("register:REGISTER", *REGISTER_FAULTS[fault])
    assert agreement.compare(monitor, register, range(4_000), stop=True).disagreements


@pytest.mark.parametrize("fault", CAS_FAULTS)
def test_a_fault_in_the_cas_register_monitor_shows(agreement: Any, cas_register: Any, fault: str) -> None:
    monitor = agreement.mutated("register:CAS_REGISTER", *CAS_FAULTS[fault])
    assert agreement.compare(monitor, cas_register, range(8_000), stop=True).disagreements


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
