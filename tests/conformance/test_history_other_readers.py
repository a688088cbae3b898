"""Reading etcd's robustness reports, the lines of the monitors, and Parquet tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from lawful.conformance.errors import UsageError
from lawful.conformance.history.formats import dump, load
from lawful.conformance.history.readers.etcd_robustness import read_etcd_robustness
from lawful.conformance.history.readers.events import Reading
from lawful.conformance.history.readers.intervals import read_intervals
from lawful.conformance.history.strategies import histories
from lawful.models.history import History, Outcome

READING = Reading()


def etcd(client: int, request: dict[str, Any], call: int, output: dict[str, Any], end: int) -> str:
    return json.dumps({"ClientId": client, "Input": request, "Call": call, "Output": output, "Return": end}) + "\n"


def a_range(key: str, **more: Any) -> dict[str, Any]:
    return {"Type": "range", "Range": {"Start": key, "End": "", "Limit": 0, "Revision": 0} | more, "Txn": None}


def a_transaction(change: dict[str, Any], conditions: list[Any] | None = None) -> dict[str, Any]:
    transaction = {"Conditions": conditions, "OperationsOnSuccess": [change], "OperationsOnFailure": None}
    return {"Type": "txn", "Range": None, "Txn": transaction}


def a_put(key: str, value: dict[str, Any], lease: int = 0) -> dict[str, Any]:
    put = {"Key": key, "Value": value, "LeaseID": lease}
    return {"Type": "put-operation", "Range": {"Start": ""}, "Put": put, "Delete": {"Key": ""}}


def found(*values: dict[str, Any]) -> dict[str, Any]:
    return {"Txn": None, "Range": {"KVs": [{"Key": "k", "Value": value} for value in values]}, "Error": ""}


def test_etcd_reads_and_puts_of_one_key_are_a_register(tmp_path: Path) -> None:
    path = tmp_path / "operations.json"
    path.write_text(
        etcd(2, a_range("k"), 30, found({"Value": "1", "Hash": 0}), 40)
        + etcd(1, a_transaction(a_put("k", {"Value": "1", "Hash": 0})), 10, {"Txn": {}, "Error": ""}, 20)
        + etcd(1, a_transaction({"Type": "delete-operation", "Delete": {"Key": "k"}}), 50, {"Txn": {}}, 60)
        + etcd(3, a_range("k"), 70, found(), 80)
        + etcd(4, a_transaction(a_put("k", {"Hash": 99})), 90, {"Error": "context deadline exceeded"}, 999)
        + etcd(5, a_transaction(a_put("k", {"Value": "2"})), 95, {"Persisted": True}, 999)
        + etcd(6, a_range("k"), 96, found({"Hash": 99}), 99)
    )
    history = load(path)
    assert history.header.model == "register"
    assert [(one.process, one.function, dict(one.arguments), one.result) for one in history] == [
        (1, "write", {"value": "1"}, None),
        (2, "read", {}, "1"),
        (1, "write", {"value": None}, None),
        (3, "read", {}, None),
        (4, "write", {"value": {"hash": 99}}, None),
        (5, "write", {"value": "2"}, None),
        (6, "read", {}, {"hash": 99}),
    ]
    assert [one.outcome for one in history][4:6] == [Outcome.UNKNOWN] * 2
    assert [one.return_ns for one in history][4:6] == [None, None]
    assert history.operations[4].error == "context deadline exceeded"
    assert {str(one.object_key) for one in history} == {"etcd/k"}


@pytest.mark.parametrize(
    "request_",
    [
        a_range("k", End="l"),
        a_range("k", Revision=5),
        a_transaction(a_put("k", {"Value": "1"}, lease=7)),
        a_transaction(a_put("k", {"Value": "1"}), conditions=[{"Key": "k", "ExpectedRevision": 3}]),
        {"Type": "compact", "Compact": {"Revision": 3}},
    ],
)
def test_other_etcd_requests_are_kept_but_have_no_model(request_: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "operations.json"
    path.write_text(etcd(1, request_, 1, {"Revision": 5, "Error": ""}, 2))
    history = load(path)
    assert history.header.model is None
    (operation,) = history
    assert (operation.key, operation.function, operation.result) == (None, request_["Type"], {"Revision": 5})


def test_the_folder_of_an_etcd_report_is_one_history(tmp_path: Path) -> None:
    for client in (1, 2):
        folder = tmp_path / f"client-{client}"
        folder.mkdir()
        (folder / "operations.json").write_text(etcd(client, a_range("k"), 10 - client, found(), 20))
    (tmp_path / "server-1").mkdir()
    assert [operation.process for operation in load(tmp_path)] == [2, 1]


def test_a_folder_of_something_else_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder without client"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"ClientId":1}', "'Input' is not an object"),
        (etcd(1, {}, 1, {}, 2), "no 'Type'"),
        (etcd(1, a_range("k"), 1, {}, 2), "'Range' is not an object"),
        (etcd(1, a_range("k"), 1, found({}, {}), 2), "answered several"),
        (etcd(1, a_range("k"), 3, found(), 2), "before its call"),
        (etcd(1, a_range("k"), 2**63, found(), 2**63), "64 bits"),
        (etcd(1, a_range("k"), 1, found(), 9) + etcd(1, a_range("k"), 5, found(), 7), "is open"),
        ("[1]", "not an object"),
    ],
)
def test_a_wrong_etcd_report_is_a_usage_error(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "operations.json"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_etcd_robustness(path, READING)
    assert problem in raised.value.problem


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., Path]:
    def written(*content: str) -> Path:
        path = tmp_path / "history.log"
        path.write_text("\n".join(content))
        return path

    return written


@pytest.mark.parametrize(
    "rows",
    [
        ["push 1 1 5", "peek 1 2 4", "pop 1 6 7", "pop -1 8 9"],
        ["0 push 1 1 5", "1 peek 1 2 4", "0 pop 1 6 7", "0 pop -1 8 9"],
        ["0 1 5 PUSH 1", "1 2 4 PEEK 1", "0 6 7 POP 1", "0 8 9 POP -1"],
    ],
)
def test_the_three_orders_of_columns_read_the_same(rows: list[str], lines: Callable[..., Path]) -> None:
    history = load(lines("# stack", *rows))
    assert [(one.process, one.function, dict(one.arguments), one.result) for one in history] == [
        (0, "push", {"value": 1}, None),
        (1, "peek", {}, 1),
        (0, "pop", {}, 1),
        (0, "pop", {}, None),
    ]
    assert [(one.call_ns, one.return_ns) for one in history] == [(1, 5), (2, 4), (6, 7), (8, 9)]
    assert (history.header.model, history.header.clock) == ("stack", "logical")


@pytest.mark.parametrize(
    ("kind", "rows", "model", "meaning"),
    [
        (
            "queue",
            ["0 1 5 ENQ 10", "1 6 7 DEQ 10"],
            "fifo-queue",
            [("enqueue", {"value": 10}, None), ("dequeue", {}, 10)],
        ),
        (
            "priorityqueue",
            ["insert 3 1 2", "poll 3 3 4", "poll -1 5 6"],
            "priority-queue",
            [("insert", {"value": -3}, None), ("delete_min", {}, -3), ("delete_min", {}, None)],
        ),
        (
            "set",
            ["2 0 2 CONTAINS 2 0", "0 3 4 INSERT 2 1"],
            "set",
            [("contains", {"value": 2}, False), ("insert", {"value": 2}, True)],
        ),
        ("rmw", ["0 1 9 READ_MODIFY_WRITE 0 2"], "cas-register", [("cas", {"old": 0, "new": 2}, True)]),
    ],
)
def test_methods_have_their_meaning(
    kind: str, rows: list[str], model: str, meaning: list[Any], lines: Callable[..., Path]
) -> None:
    history = load(lines(f"# {kind}", *rows))
    assert [(one.function, dict(one.arguments), one.result) for one in history] == meaning
    assert history.header.model == model
    assert history.header.initial == (0 if kind == "rmw" else None)


def test_operations_without_a_process_get_as_few_as_their_intervals_allow(lines: Callable[..., Path]) -> None:
    history = load(lines("# stack", "push 1 1 4", "push 2 2 3", "push 3 4 9", "push 4 5 6", "push 5 7 8"))
    assert [operation.process for operation in history] == [0, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ([], 1, "empty"),
        (["# heap"], 1, "not a known kind"),
        (["push 1 1 5"], 1, "not a known kind"),
        (["# stack", "# queue"], 2, "second header"),
        (["# stack", "hello"], 2, "not an operation"),
        (["# stack", "", "enq 1 1 5"], 3, "no method 'enq'"),
        (["# stack", "push 1 2 1 5"], 2, "has 2 values where 1"),
        (["# stack", "push 1 5 1"], 2, "ends before it starts"),
        (["# stack", f"push 1 1 {2**63}"], 2, "64 bits"),
    ],
)
def test_wrong_lines_are_refused_with_their_number(
    content: list[str], line: int, problem: str, lines: Callable[..., Path]
) -> None:
    with pytest.raises(UsageError) as raised:
        read_intervals(lines(*content), READING)
    assert f"line {line}:" in raised.value.problem
    assert problem in raised.value.problem


def test_one_process_does_one_thing_at_a_time(lines: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="is open"):
        load(lines("# stack", "0 1 5 PUSH 1", "0 2 6 PUSH 2"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(history=histories())
def test_a_history_comes_back_from_a_table(history: History, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    dump(history, tmp_path / "history", "parquet")
    assert load(tmp_path / "history") == history


def test_a_table_of_something_else_is_a_usage_error(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"process": [1], "other": [Decimal("1.5")]}), tmp_path / "history")
    with pytest.raises(UsageError, match="no member 'other'"):
        load(tmp_path / "history")
    parquet.write_table(pyarrow.table({"process": [Decimal("1.5")]}), tmp_path / "history")
    with pytest.raises(UsageError, match="'process' is a Decimal"):
        load(tmp_path / "history")


def test_a_table_of_a_process_that_does_two_things_is_a_usage_error(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"process": [0, 0], "object": ["x"] * 2, "function": ["read"] * 2, "outcome": ["ok"] * 2}
    table = pyarrow.table(columns | {"call_ns": [1, 2], "return_ns": [5, 6]})
    parquet.write_table(table, tmp_path / "history")
    with pytest.raises(UsageError, match="while operation 0 is open"):
        load(tmp_path / "history")
    parquet.write_table(table.slice(1), tmp_path / "history")
    assert [operation.call_ns for operation in load(tmp_path / "history")] == [2]


def test_without_pyarrow_the_hint_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "history").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError, match="needs pyarrow") as raised:
        load(tmp_path / "history")
    assert raised.value.hint is not None
    assert "pip install" in raised.value.hint
