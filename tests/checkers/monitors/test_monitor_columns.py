"""Operations as columns of numbers: the same operations come back, values keep their types, and memory is small."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from lawful.checkers.columns import (
    FAIL,
    FALSE,
    FIRST_FREE,
    NEVER_NS,
    NULL,
    OK,
    TRUE,
    UNKNOWN,
    Columns,
    IntegerValues,
    InternedValues,
    UnfitForColumns,
    empty_columns,
)
from lawful.checkers.linearizability.monitors.register import REGISTER
from lawful.checkers.verdict import Verdict
from lawful.models.history import ObjectKey, Operation, Outcome
from lawful.models.register import Register
from lawful.models.values import Json, identical

FUNCTIONS = {"read": (), "write": ("value",), "cas": ("old", "new")}


def operation(index: int, function: str, arguments: dict[str, Json], outcome: Outcome, result: Json) -> Operation:
    return_ns = None if outcome is Outcome.UNKNOWN else 10 * index + 7
    return Operation(index, index % 3, "r", function, arguments, outcome, 10 * index, return_ns, "k", result)


HISTORY = (
    operation(4, "write", {"value": [1, {"a": None}]}, Outcome.OK, None),
    operation(5, "read", {}, Outcome.OK, (1, {"a": None})),
    operation(6, "cas", {"old": 1, "new": 1.0, "extra": "left out"}, Outcome.OK, True),
    operation(7, "cas", {"old": "1", "new": False}, Outcome.UNKNOWN, None),
    operation(9, "write", {"value": True}, Outcome.FAIL, None),
)


def test_columns_hold_what_the_operations_say() -> None:
    columns = Columns.from_operations(HISTORY, FUNCTIONS)
    assert columns.key == ObjectKey("r", "k")
    assert columns.index.tolist() == [4, 5, 6, 7, 9]
    assert columns.call_ns.tolist() == [40, 50, 60, 70, 90]
    assert columns.return_ns.tolist() == [47, 57, 67, NEVER_NS, 97]
    assert columns.outcome.tolist() == [OK, OK, OK, UNKNOWN, FAIL]
    assert [columns.function_name(row) for row in range(5)] == ["write", "read", "cas", "cas", "write"]
    assert columns.first[0] == columns.result[1], "a list and a tuple are the same JSON array"
    assert len({*columns.first.tolist()[2:], *columns.second.tolist()[2:4]}) == 5, "1, 1.0, '1', false and true differ"
    assert [columns.operation(row) for row in range(5)] == list(HISTORY)


def test_columns_give_operations_back_without_their_source() -> None:
    columns = Columns.from_operations(HISTORY, FUNCTIONS)
    columns = Columns(**{name: getattr(columns, name) for name in Columns.__slots__} | {"source": None})
    for row, expected in enumerate(HISTORY):
        found = columns.operation(row)
        assert (found.index, found.function, found.outcome) == (expected.index, expected.function, expected.outcome)
        assert (found.call_ns, found.return_ns) == (expected.call_ns, expected.return_ns)
        assert found.object_key == expected.object_key
        assert identical(found.result, expected.result)
        assert {name: expected.arguments[name] for name in found.arguments} == found.arguments


def test_rows_are_selected_by_mask_and_by_position() -> None:
    columns = Columns.from_operations(HISTORY, FUNCTIONS)
    assert columns.without_failed().index.tolist() == [4, 5, 6, 7]
    assert columns.select(np.array([3, 0])).operation(0) == HISTORY[3]
    complete = columns.without_failed()
    assert complete.without_failed() is complete


@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [
        ("erase", {}, "operation 3 calls 'erase', not one of read, write, cas"),
        ("cas", {"old": 1}, "operation 3 has no argument 'new'"),
    ],
)
def test_an_operation_that_does_not_fit_is_named(function: str, arguments: dict[str, Json], reason: str) -> None:
    strange = operation(3, function, arguments, Outcome.OK, None)
    with pytest.raises(UnfitForColumns) as unfit:
        Columns.from_operations([strange], FUNCTIONS)
    assert str(unfit.value) == reason


def test_an_operation_that_is_ok_has_returned() -> None:
    open_ended = Operation(0, 0, "r", "read", {}, Outcome.OK, 5, None)
    with pytest.raises(ValueError, match="operation 0 has the outcome ok but no return"):
        Columns.from_operations([open_ended], FUNCTIONS)


def test_a_function_has_two_arguments_at_most() -> None:
    with pytest.raises(ValueError, match="at most 2 arguments"):
        empty_columns(1, ObjectKey("r"), {"move": ("x", "y", "z")}, IntegerValues(1))


@pytest.mark.parametrize("table", [InternedValues(), IntegerValues(4)])
def test_null_and_booleans_have_the_same_numbers_everywhere(table: InternedValues | IntegerValues) -> None:
    assert [table.number_of(value) for value in (None, False, True)] == [NULL, FALSE, TRUE]
    assert [table[number] for number in (NULL, FALSE, TRUE)] == [None, False, True]


def test_integers_are_their_own_table() -> None:
    table = IntegerValues(4)
    assert len(table) == 4 + FIRST_FREE
    assert [table[number] for number in range(FIRST_FREE, len(table))] == [0, 1, 2, 3]
    assert [table.number_of(value) for value in (3, 4, -1, "3", 1.0)] == [FIRST_FREE + 3, None, None, None, None]


def reads_and_writes(count: int) -> Columns:
    """Every other operation writes its own number, and the next one reads it; some overlap."""
    columns = empty_columns(count, ObjectKey("r"), REGISTER.functions, IntegerValues(count))
    numbers = np.arange(count)
    is_write = numbers % 2 == 0
    columns.function[:] = is_write
    columns.call_ns[:] = numbers * 10
    columns.return_ns[:] = numbers * 10 + 8
    columns.first[:] = np.where(is_write, numbers + FIRST_FREE, 0)
    columns.result[:] = np.where(is_write, 0, numbers - 1 + FIRST_FREE)
    columns.outcome[is_write & (numbers % 20 == 0)] = UNKNOWN
    return columns


def test_a_long_history_is_decided_in_200_bytes_an_operation() -> None:
    count = 300_000
    tracemalloc.start()
    verdict = REGISTER.check_object(reads_and_writes(count), Register())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert verdict.verdict is Verdict.LAWFUL
    assert (verdict.operations, verdict.unknown) == (count - count // 20, count // 20)
    assert verdict.linearization is None
    assert peak < 200 * count


def test_a_stale_read_in_a_long_history_is_found_and_named() -> None:
    columns = reads_and_writes(300_000)
    columns.result[200_001] = columns.result[99_999]
    verdict = REGISTER.check_object(columns, Register())
    assert verdict.verdict is Verdict.VIOLATION
    assert verdict.blocked_at == 200_001
    named = {placed.index for refusal in verdict.refusals for placed in refusal.linearization}
    assert 99_998 in named and len(named) <= 6
