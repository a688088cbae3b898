"""Telling formats apart, loading and dumping them, and the histories that others recorded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from lawful.conformance.errors import UsageError
from lawful.conformance.history.formats import FORMATS, WRITABLE, detect, dump, load
from lawful.conformance.history.strategies import histories, key_value_calls, register_calls
from lawful.models.history import Header, History, Operation, Outcome
from lawful.models.values import Json

RECORDED = Path(__file__).parents[3] / "shared" / "histories"
needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded histories are not beside the checkout")

SAMPLES = {
    "lawful": '{"record":"header","format":1}\n{"record":"footer","operations":0,"faults":0}\n',
    "jepsen-log": "noise\nINFO  jepsen.util - 4\t:invoke\t:read\tnil\n",
    "edn": "; recorded\n[{:process 0, :type :invoke, :f :read, :value nil}]",
    "key-value-log": '{:process 0, :type :invoke, :f :get, :key "7", :value nil}\n',
    "jepsen-json": '[{"process":0,"type":"invoke","f":"read","value":null}]',
    "etcd-robustness": '{"ClientId":1,"Input":{"Type":"defragment"},"Call":1,"Output":{},"Return":2}\n',
    "intervals": "# stack\npush 1 1 5\n",
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("prefix", ["", "\ufeff", "\n  \n"])
def test_the_content_tells_the_format(name: str, prefix: str, tmp_path: Path) -> None:
    path = tmp_path / "history.anything"
    path.write_text(prefix + SAMPLES[name], encoding="utf-8")
    assert detect(path).name == name
    assert load(path) == load(path, name)


def test_every_format_has_a_sample() -> None:
    assert {*SAMPLES, "parquet"} == set(FORMATS)


@pytest.mark.parametrize("content", [b"w 0 0\n=====\nr 0 1\n", b"\x89PNG\r\n\x1a\n\x00", b"{}", b"hello"])
def test_an_unknown_format_lists_what_was_tried(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="cannot tell the format") as raised:
        load(path)
    assert raised.value.cause is not None
    assert all(name in raised.value.cause for name in FORMATS)


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b" \n")
    with pytest.raises(UsageError, match="is empty"):
        load(path)


def test_an_absent_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        load(tmp_path / "absent")
    for name in FORMATS:
        with pytest.raises(UsageError, match="cannot read"):
            load(tmp_path / "absent", name)


def test_a_misspelt_format_gets_the_right_one_as_a_hint(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        load(tmp_path / "history", "jepsen-logs")
    assert raised.value.hint == "did you mean 'jepsen-log'?"
    with pytest.raises(UsageError, match="the format 'intervals' is read, but not written"):
        dump(History(()), tmp_path / "history", "intervals")


def test_the_initial_value_can_be_given(tmp_path: Path) -> None:
    dump(History((), header=Header(initial=1)), tmp_path / "history")
    assert load(tmp_path / "history").header.initial == 1
    assert load(tmp_path / "history", initial=2).header.initial == 2


def without_what_events_lack(history: History) -> History:
    """What a history of Jepsen's can hold of `history`."""
    return History(
        tuple(
            replace(
                operation,
                server=None,
                return_ns=None if operation.outcome is Outcome.UNKNOWN else operation.return_ns,
                error=(operation.error or "failed") if operation.outcome is Outcome.FAIL else operation.error,
            )
            for operation in history
        ),
        history.faults,
    )


def with_known_errors(history: History) -> History:
    """An `info` without an end has no error; faults of one name are told in pairs, so only whole ones, once each."""
    operations = tuple(
        replace(operation, error=None) if operation.return_ns is None else operation for operation in history
    )
    faults = {(fault.fault, fault.target): fault for fault in history.faults if fault.return_ns is not None}
    in_order = sorted(faults.values(), key=lambda fault: fault.call_ns)
    return History(operations, tuple(in_order), Header(clock="monotonic"), history.truncated)


per_example = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)


def assert_comes_back(history: History, path: Path, format: str) -> None:
    known = with_known_errors(history)
    dump(known, path, format)
    back = load(path, format, failed_cas="observed")
    expected = without_what_events_lack(known)
    assert back.operations == expected.operations
    assert back.faults == expected.faults


@pytest.mark.parametrize("format", ["edn", "jepsen-json"])
@per_example
@given(history=histories())
def test_any_history_comes_back_from_events(history: History, format: str, tmp_path: Path) -> None:
    assert_comes_back(history, tmp_path / "history", format)


@pytest.mark.parametrize("format", ["edn", "jepsen-json"])
@per_example
@given(history=histories(register_calls()))
def test_a_register_comes_back_from_events(history: History, format: str, tmp_path: Path) -> None:
    assert_comes_back(history, tmp_path / "history", format)
    if history.operations:
        assert load(tmp_path / "history", format).header.model == "cas-register"


@pytest.mark.parametrize("format", ["edn", "jepsen-json"])
@per_example
@given(history=histories(key_value_calls()))
def test_a_key_value_store_comes_back_from_events(history: History, format: str, tmp_path: Path) -> None:
    assert_comes_back(history, tmp_path / "history", format)
    if history.operations and format == "edn":
        assert load(tmp_path / "history", "key-value-log").header.model == "key-value"


@pytest.mark.parametrize("format", ["edn", "jepsen-json"])
@pytest.mark.parametrize(
    ("function", "arguments", "result"),
    [
        ("cas", {"old": 1, "new": 2}, None),
        ("cas", {"old": 1, "new": 2}, 1),
        ("cas", {"old": 1}, True),
        ("write", {"value": 1}, "stored"),
        ("write", {"value": 1, "ttl": 2}, None),
        ("read", {"consistency": "strong"}, 1),
    ],
)
def test_what_is_unusual_for_a_register_is_kept(
    function: str, arguments: dict[str, Json], result: Json, format: str, tmp_path: Path
) -> None:
    odd = Operation(0, 0, "register", function, arguments, Outcome.OK, 0, 5, result=result)
    dump(History((odd,)), tmp_path / "history", format)
    assert load(tmp_path / "history").operations == (odd,)


def test_ties_without_times_cannot_be_written_as_events(tmp_path: Path) -> None:
    tied = (
        Operation(0, 0, "register", "read", {}, Outcome.OK, 0, 5),
        Operation(1, 1, "register", "read", {}, Outcome.OK, 5, 6),
    )
    history = History(tied, header=Header(clock="logical"))
    with pytest.raises(UsageError, match="has an order but no times"):
        dump(history, tmp_path / "history", "edn")
    dump(replace(history, header=Header(clock="monotonic")), tmp_path / "history", "edn")
    assert load(tmp_path / "history").operations == tied


@pytest.mark.parametrize("format", [name for name in WRITABLE if name != "parquet"])
def test_a_history_without_times_keeps_its_order(format: str, tmp_path: Path) -> None:
    operations = tuple(
        Operation(at, at, "register", "write", {"value": at}, Outcome.OK, 2 * at, 2 * at + 1) for at in range(3)
    )
    dump(History(operations, header=Header(clock="logical")), tmp_path / "history", format)
    back = load(tmp_path / "history")
    assert (back.operations, back.header.clock) == (operations, "logical")


def outcomes(pattern: str, load_one: Callable[[Path], History]) -> tuple[int, Counter[str]]:
    paths = sorted(RECORDED.glob(pattern))
    found = [load_one(path) for path in paths]
    return len(paths), Counter(operation.outcome.value for history in found for operation in history)


@needs_recorded
def test_the_etcd_logs_load_with_known_outcomes() -> None:
    files, found = outcomes("etcd/*/*", load)
    # As many as `grep` counts lines with `:ok` and with a failed cas; the rest of the invocations is unknown.
    assert (files, found) == (50, {"ok": 3539, "unknown": 638})
    _, dropped = outcomes("etcd/*/*", lambda path: load(path, failed_cas="dropped"))
    assert dropped == {"ok": 2655, "fail": 884, "unknown": 638}


@needs_recorded
def test_the_etcd_logs_have_five_clients_at_a_time() -> None:
    for path in sorted(RECORDED.glob("etcd/*/*")):
        history = load(path)
        assert history.header.model == "cas-register"
        assert {operation.process % 5 for operation in history} == set(range(5))
        last = {operation.process: operation.outcome for operation in history}
        lasting = [process for process, outcome in last.items() if outcome is not Outcome.UNKNOWN]
        assert len({process % 5 for process in lasting}) == len(lasting) <= 5


@needs_recorded
def test_the_cas_registers_load_with_known_outcomes() -> None:
    files, found = outcomes("cas-register/*/*", lambda path: load(path, initial=0, failed_cas="observed"))
    assert (files, found) == (54, {"ok": 8955, "fail": 428, "unknown": 208})
    _, observed = outcomes(
        "cas-register/*/*", lambda path: load(path, initial=0, failed_cas="observed", nil_read="observed")
    )
    assert observed == {"ok": 9130, "fail": 253, "unknown": 208}
    _, as_knossos_reads_them = outcomes("cas-register/*/*", lambda path: load(path, initial=0))
    assert as_knossos_reads_them == {"ok": 6450, "fail": 2933, "unknown": 208}


@needs_recorded
def test_no_event_of_the_cas_registers_is_lost() -> None:
    for path in sorted(RECORDED.glob("cas-register/*/*")):
        told = Counter(re.findall(r":type :(invoke|ok|fail)", path.read_text()))
        outcome = Counter(operation.outcome.value for operation in load(path, initial=0))
        assert outcome["ok"] + outcome["fail"] == told["ok"] + told["fail"]
        assert outcome["unknown"] == told["invoke"] - told["ok"] - told["fail"]


@needs_recorded
def test_the_key_value_logs_load_with_known_outcomes() -> None:
    files, found = outcomes("kv/*/*", load)
    assert (files, found) == (4, {"ok": 838})
    for path in RECORDED.glob("kv/*/*"):
        history = load(path)
        assert history.header.model == "key-value"
        assert len({operation.process for operation in history}) == (1 if "c01" in path.name else 10)
        keys = {operation.key for operation in history}
        assert keys <= {str(key) for key in range(10)}
        assert len(keys) >= 8


def in_order(history: History) -> list[Operation]:
    """The operations with times counted from 0: an `info` that is not written leaves a gap in an order."""
    times = {operation.call_ns for operation in history} | {operation.return_ns for operation in history}
    rank = {time: at for at, time in enumerate(sorted(time for time in times if time is not None))}
    return [
        replace(
            operation,
            error=None,
            call_ns=rank[operation.call_ns],
            return_ns=None if operation.return_ns is None else rank[operation.return_ns],
        )
        for operation in history
    ]


@needs_recorded
@pytest.mark.parametrize("format", WRITABLE)
@pytest.mark.parametrize("pattern", ["etcd/*/*", "cas-register/bad/*", "kv/*/*"])
def test_recorded_histories_survive_conversion(pattern: str, format: str, tmp_path: Path) -> None:
    if format == "parquet":
        pytest.importorskip("pyarrow")
    for path in sorted(RECORDED.glob(pattern))[:6]:
        history = load(path)
        dump(history, tmp_path / "converted", format)
        back = load(tmp_path / "converted", format, failed_cas="observed")
        assert in_order(back) == in_order(history)
        assert (back.header.model, back.header.clock) == (history.header.model, history.header.clock)
