"""What the agreement of all has found: histories on which somebody was wrong, as small as they get."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("numpy", reason="monitors need numpy")
pytest.importorskip("z3", reason="the solver is one of those who are asked")

from tests.agreement.data_types import DATA_TYPES
from tests.agreement.opinions import OPINIONS

from lawful.checkers.linearizability import reference
from lawful.models.append_list import AppendList
from lawful.models.history import Operation, Outcome
from lawful.models.value_set import ValueSet
from lawful.models.values import Json


def done(
    index: int, function: str, arguments: dict[str, Json], call_ns: int, return_ns: int, result: Json
) -> Operation:
    return Operation(index, index, "o", function, arguments, Outcome.OK, call_ns, return_ns, result=result)


def unknown(index: int, function: str, arguments: dict[str, Json], call_ns: int) -> Operation:
    return Operation(index, index, "o", function, arguments, Outcome.UNKNOWN, call_ns, None)


def assert_agreed(who: str, operations: list[Operation], model: Any) -> None:
    expected = reference.check_object(operations, model)
    assert OPINIONS[who](operations, model, expected) is expected.verdict


def test_a_short_cut_leads_to_the_end() -> None:
    history = [
        unknown(0, "append", {"value": 2}, 1),
        unknown(1, "append", {"value": 1}, 5),
        done(2, "append", {"value": 3}, 6, 17, None),
        unknown(3, "append", {"value": 7}, 7),
        done(4, "read", {}, 12, 27, (1, 2, 3)),
    ]
    assert_agreed("impatient search", history, AppendList())


@pytest.mark.parametrize("who", ["core", "prefix"])
def test_it_is_by_the_answer_of_an_open_operation_that_nothing_gets_past_a_return(who: str) -> None:
    history = [
        done(0, "remove", {"value": 1}, 5, 6, True),
        done(1, "insert", {"value": 1}, 8, 21, False),
        done(2, "insert", {"value": 1}, 19, 19, False),
    ]
    assert_agreed(who, history, ValueSet((1,)))


def test_a_core_keeps_what_may_have_led_to_an_answer_that_came_late() -> None:
    history = [
        done(0, "read", {}, 4, 13, (2,)),
        done(1, "read", {}, 5, 5, None),
        done(2, "append", {"value": 2}, 7, 18, None),
    ]
    assert_agreed("core", history, AppendList())


def test_a_lease_is_taken_at_time_zero() -> None:
    history = [
        done(0, "acquire", {"holder": "a", "ttl_ms": 2}, 0, 0, 1),
        done(1, "release", {"holder": "a"}, 0, 1, True),
    ]
    assert_agreed("z3", history, DATA_TYPES["leader_lease"].model)
