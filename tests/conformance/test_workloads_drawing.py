"""Arguments are drawn as they are declared, whoever chooses; clients remember what they saw, by row, and act on it."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from lawful.conformance.backends.registry import choose
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.workloads import WORKLOADS
from lawful.conformance.workloads.drawing import AGES, SHORT_MS, Drawing, names, own_name
from lawful.conformance.workloads.memory import Memory
from lawful.conformance.workloads.script import CURIOUS_INTEGERS, Intent
from lawful.conformance.workloads.table_traits import for_holders, grants, names_fill_up, shown_alone
from lawful.models.history import Outcome
from lawful.models.values import Json
from lawful.specs.expression import EXISTS
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import SHOWN, Delete, Function, OnRow, case, insert, update
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES

_id, _version = Field("id", "string"), Field("version", "integer")
_named = Argument("id", "string", drawn=Drawn.IDENTITY)
_met = Argument("id", "string", drawn=Drawn.SEEN)
_expected = Argument("expected", "integer", drawn=Drawn.SEEN, like="version")
_next = Argument("next", "integer", drawn=Drawn.ABOVE_SEEN, like="version")
_all = Function(
    "all",
    (
        _met,
        _expected,
        _next,
        Argument("worker", "string", drawn=Drawn.SELF),
        Argument("ttl_ms", "integer", drawn=Drawn.DURATION),
        Argument("at", "integer", drawn=Drawn.AGE),
        Argument("limit", "integer", nullable=True, drawn=Drawn.FEW),
        Argument("count", "integer"),
        Argument("state", "string", values=("new", "half", "done")),
    ),
    ("boolean",),
    "",
    OnRow((case(None, True, "", "C-1", update(version=_version + 1)),)),
)
_create = Function(
    "create",
    (_named,),
    ("boolean",),
    "",
    OnRow((case(EXISTS, False, "", "C-1"), case(None, True, "", "C-1", insert(version=7)))),
)
_get = Function("get", (_met,), ("object", "null"), "", OnRow((case(None, SHOWN, "", "C-1"),)), reads_only=True)


def table(*functions: Function) -> Table:
    return Table("things", "0", "", None, (_id,), (_version,), functions, ())


def drawn(on: Table, function: Function, memory: Memory, calls: int = 400) -> dict[str, Counter[Json]]:
    drawing = Drawing(on, 2, random.Random(1).choice, memory)
    values: dict[str, Counter[Json]] = {one.name: Counter() for one in function.arguments}
    for drawing.tick in range(calls):
        for name, value in drawing.arguments(function, None).items():
            values[name][value] += 1
    return values


def test_each_argument_is_drawn_as_it_is_declared() -> None:
    things = table(_create, _all, _get)
    memory = Memory(things)
    for version in (3, 4):
        memory.saw(Intent("things", None, "get", {"id": "x"}), Outcome.OK, {"id": "x", "version": version})
    values = drawn(things, _all, memory)
    assert set(values["id"]) == {"x"}
    assert set(values["expected"]) == {3, 4}
    assert values["expected"].most_common(1)[0][0] == 4
    assert values["next"].most_common(1)[0][0] == 5
    assert 3 in values["next"], "now and then less than what was seen"
    assert values["worker"].most_common(1)[0][0] == own_name("worker", 2)
    assert len(values["worker"]) > 1, "now and then the name of another"
    assert set(values["ttl_ms"]) <= set(SHORT_MS)
    assert set(values["at"]) == set(AGES)
    assert None in values["limit"]
    assert set(values["count"]) >= set(CURIOUS_INTEGERS)
    assert [value for value, _ in values["state"].most_common()] == ["new", "half", "done"]


def test_nothing_seen_is_as_a_field_begins() -> None:
    things = table(_create, _all)
    values = drawn(things, _all, Memory(things), calls=30)
    assert set(values["id"]) == {names("id")[0]}
    assert set(values["expected"]) == {0, 1}
    lease = TABLES["leader_lease"]
    drawing = Drawing(lease, 0, random.Random(1).choice, Memory(lease))
    assert drawing.arguments(_function("leader_lease", "guarded_write"), "s")["token"] == 0


def test_what_a_client_wrote_it_takes_for_so_until_it_sees_otherwise() -> None:
    things = table(_create, _all, _get)
    memory = Memory(things)
    memory.saw(Intent("things", None, "create", {"id": "x"}), Outcome.OK, True)
    assert list(memory.values(None, ("x",), "version")) == [7]
    memory.saw(Intent("things", None, "all", {"id": "x"}), Outcome.OK, True)
    memory.saw(Intent("things", None, "all", {"id": "x"}), Outcome.OK, False)
    memory.saw(Intent("things", None, "all", {"id": "x"}), Outcome.UNKNOWN, None)
    assert list(memory.values(None, ("x",), "version")) == [7, 8]
    assert memory.values(None, ("y",), "version") == ()


def test_an_answer_that_stands_in_a_field_is_remembered_as_that_field() -> None:
    lease = TABLES["leader_lease"]
    assert shown_alone(_function("leader_lease", "guarded_read")) == "value"
    memory = Memory(lease)
    memory.saw(Intent("leader_lease", "s", "acquire", {"holder": "h", "ttl_ms": 1}), Outcome.OK, 41)
    assert list(memory.values("s", (), "token")) == [41]
    assert memory.values("other", (), "token") == ()


def test_names_are_new_only_where_rows_stay_for_ever() -> None:
    delete = Function("delete", (_named,), ("boolean",), "", OnRow((case(None, True, "", "C-1", Delete()),)))
    assert names_fill_up(table(_create, _get))
    assert not names_fill_up(table(_create, delete))
    assert names_fill_up(TABLES["jobs"])
    assert not names_fill_up(TABLES["tasks"])
    few = drawn(table(_create, delete), _create, Memory(table(_create, delete)))
    many = drawn(table(_create, _get), _create, Memory(table(_create, _get)))
    assert set(few["id"]) == set(names("id"))
    assert len(many["id"]) > 100
    assert many["id"].most_common(1)[0][1] > 1, "clients should meet on a name now and then"


def test_a_right_is_had_by_one_and_used_by_its_holder() -> None:
    assert [one.name for one in grants(TABLES["jobs"])] == ["claim"]
    assert [one.name for one in for_holders(TABLES["jobs"])] == ["heartbeat", "progress", "complete", "fail"]
    assert [one.name for one in grants(TABLES["leader_lease"])] == ["acquire"]
    assert [one.name for one in for_holders(TABLES["leader_lease"])] == ["renew", "release", "guarded_write"]
    script = WORKLOADS["jobs"].script(3, 1)
    used = Counter[str]()
    for _ in range(200):
        intent = script.next()
        assert intent is not None
        used[intent.function] += intent.arguments.get("id") == "mine"
        script.saw(intent, Outcome.OK, {"id": "mine"} if intent.function == "claim" else True)
    assert used["heartbeat"] + used["progress"] > 10


@pytest.mark.parametrize("name", WORKLOADS)
def test_who_does_not_know_looks_and_often_asks_for_the_same_again(name: str) -> None:
    again = 0
    for seed in range(60):
        script = WORKLOADS[name].script(0, seed)
        intent = script.next()
        assert intent is not None
        script.saw(intent, Outcome.UNKNOWN, None)
        look = script.next()
        assert look is not None
        script.saw(look, Outcome.OK, None)
        again += script.next() == intent
    assert again > 8


def test_a_run_of_every_workload_has_a_short_name() -> None:
    everything = RunPlan(choose("sqlite"), tuple(WORKLOADS.values()), 0)
    assert everything.workload_name == "all"
    assert "--workload all " in everything.command()
    assert RunPlan(choose("sqlite"), tuple(WORKLOADS.values())[:2], 0).workload_name == "+".join([*WORKLOADS][:2])


def _function(name: str, function: str) -> Function:
    found = TABLES[name].function(function)
    assert found is not None
    return found
