"""Reading what Jepsen records: event logs, EDN and JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.conformance.errors import UsageError
from lawful.conformance.history.readers.events import UNRECORDED, Reading
from lawful.conformance.history.readers.jepsen_json import read_jepsen_json
from lawful.conformance.history.readers.jepsen_log import read_jepsen_log
from lawful.conformance.history.readers.key_value_log import read_key_value_log
from lawful.conformance.history.readers.knossos import read_edn_history
from lawful.models.history import FaultEvent, History, Operation, Outcome

LOG = """\
INFO  jepsen.core - Starting the run
INFO  jepsen.util - 4\t:invoke\t:read\tnil
INFO  jepsen.util - 4\t:ok\t:read\tnil
INFO  jepsen.util - 1\t:invoke\t:write\t1
INFO  jepsen.util - 2\t:invoke\t:cas\t[2 4]
INFO  jepsen.util - 1\t:ok\t:write\t1
INFO  jepsen.util - 2\t:fail\t:cas\t[2 4]
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
INFO  jepsen.util - 2\t:invoke\t:cas\t[1 3]
INFO  jepsen.util - :nemesis\t:info\t:start\t"cut off n1"
INFO  jepsen.util - 2\t:info\t:cas\t:timed-out
INFO  jepsen.util - 1\t:invoke\t:read\tnil
INFO  jepsen.util - 1\t:fail\t:read\t:connection-refused
INFO  jepsen.util - 3\t:invoke\t:write\t9
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "history"
        path.write_text(text)
        return path

    return write


def summary(operation: Operation) -> tuple[object, ...]:
    return (operation.process, operation.function, dict(operation.arguments), operation.outcome, operation.result)


def test_a_text_log_reads_as_its_events(written: Callable[[str], Path]) -> None:
    history = read_jepsen_log(written(LOG), Reading())
    assert [summary(operation) for operation in history] == [
        (4, "read", {}, Outcome.OK, None),
        (1, "write", {"value": 1}, Outcome.OK, None),
        (2, "cas", {"old": 2, "new": 4}, Outcome.OK, False),
        (2, "cas", {"old": 1, "new": 3}, Outcome.UNKNOWN, None),
        (1, "read", {}, Outcome.FAIL, None),
        (3, "write", {"value": 9}, Outcome.UNKNOWN, None),
    ]
    assert [operation.error for operation in history] == [None, None, None, "timed-out", "connection-refused", None]
    assert [(operation.call_ns, operation.return_ns) for operation in history] == [
        (0, 1),
        (2, 4),
        (3, 5),
        (7, None),
        (10, 11),
        (12, None),
    ]
    assert history.faults == (FaultEvent("start", "nemesis", 6, 8, details={"value": "cut off n1"}),)
    assert (history.header.model, history.header.clock) == ("cas-register", "logical")
    assert {operation.object for operation in history} == {"register"}


def test_a_history_txt_of_jepsen_is_the_same_without_the_prefix(written: Callable[[str], Path]) -> None:
    with_prefix = read_jepsen_log(written(LOG), Reading())
    without = LOG.replace("INFO  jepsen.util - ", "").replace("INFO  jepsen.core", ";;")
    assert read_jepsen_log(written(without), Reading()).operations == with_prefix.operations


def test_a_failed_cas_can_be_dropped(written: Callable[[str], Path]) -> None:
    history = read_jepsen_log(written(LOG), Reading(failed_cas="dropped"))
    assert history.operations[2].outcome is Outcome.FAIL


def test_a_failed_cas_with_an_error_is_a_failure(written: Callable[[str], Path]) -> None:
    events = "{:process 0 :type :invoke :f :cas :value [1 2]}{:process 0 :type :fail :f :cas :value [1 2] :error %s}"
    (failed,) = read_edn_history(written(events % "[:unavailable 3]"), Reading())
    assert (failed.outcome, failed.error) == (Outcome.FAIL, '["unavailable",3]')
    (observed,) = read_edn_history(written(events % "nil"), Reading(failed_cas="observed"))
    assert (observed.outcome, observed.result) == (Outcome.OK, False)


def test_edn_is_read_as_knossos_reads_it_unless_told_otherwise(written: Callable[[str], Path]) -> None:
    events = "{:process 0 :type :invoke :f :cas :value [1 2]}{:process 0 :type :fail :f :cas :value [1 2]}"
    (dropped,) = read_edn_history(written(events), Reading())
    assert dropped.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "line",
    [
        "INFO  jepsen.util - 4\t:invoke",
        "INFO  jepsen.util - 4\t:invoke\tread\tnil",
        "INFO  jepsen.util - 4\t:invoke\t:write\t[1",
        "INFO  jepsen.util - 4\t:invoke\t:cas\t7",
    ],
)
def test_an_event_that_cannot_be_read_is_not_taken_for_noise(line: str, written: Callable[[str], Path]) -> None:
    with pytest.raises(UsageError, match="line 2:"):
        read_jepsen_log(written(f"some noise\n{line}\n"), Reading())


EDN = """\
[{:process 0, :type :invoke, :f :write, :value 1, :time 10, :index 0}
 ; a comment
 #jepsen.history.Op{:process :nemesis, :type :info, :f :kill, :value {:node "n1"}, :time 12}
 #jepsen.history.Op{:process 1, :type :invoke, :f :read, :value nil, :time 20}
 {:process 0, :type :ok, :f :write, :value 1, :time 20}
 #_ {:process 9, :type :ok, :f :read}
 {:process 1, :type :ok, :f :read, :value 1, :time 30}]
"""


def test_edn_reads_with_its_times(written: Callable[[str], Path]) -> None:
    history = read_edn_history(written(EDN), Reading())
    assert history.header.clock == "monotonic"
    assert [(operation.call_ns, operation.return_ns) for operation in history] == [(10, 20), (20, 30)]
    assert history.faults == (FaultEvent("kill", "nemesis", 12, None, details={"node": "n1"}),)


@pytest.mark.parametrize("wrapped", ["[%s]", "(%s)", "%s"])
def test_events_may_be_in_a_collection_or_in_sequence(wrapped: str, written: Callable[[str], Path]) -> None:
    events = EDN.strip()[1:-1]
    assert len(read_edn_history(written(wrapped % events), Reading())) == 2


@pytest.mark.parametrize(
    "change",
    [(":time 30", ":time 19"), (":time 30", ":time nil"), (":time 30", ""), (":time 30", f":time {2**63}")],
)
def test_times_that_cannot_be_trusted_give_way_to_the_order(
    change: tuple[str, str], written: Callable[[str], Path]
) -> None:
    history = read_edn_history(written(EDN.replace(*change)), Reading())
    assert history.header.clock == "logical"
    assert [(operation.call_ns, operation.return_ns) for operation in history] == [(0, 3), (2, 4)]


def read_of(history: History) -> Operation:
    return next(operation for operation in history if operation.function == "read")


NIL_READ = "{:process 0 :type :invoke :f :read :value nil}{:process 0 :type :ok :f :read :value nil}"


def test_a_nil_read_is_an_answer_of_a_register_that_may_hold_nil(written: Callable[[str], Path]) -> None:
    assert read_of(read_edn_history(written(NIL_READ), Reading())).outcome is Outcome.OK
    observed = Reading(initial=0, nil_read="observed")
    assert read_of(read_edn_history(written(NIL_READ), observed)).outcome is Outcome.OK


def test_a_nil_read_of_any_other_register_was_not_recorded(written: Callable[[str], Path]) -> None:
    operation = read_of(read_edn_history(written(NIL_READ), Reading(initial=0)))
    assert (operation.outcome, operation.error) == (Outcome.FAIL, UNRECORDED)
    unrecorded = Reading(nil_read="unrecorded")
    assert read_of(read_edn_history(written(NIL_READ), unrecorded)).outcome is Outcome.FAIL


def events(*functions: str) -> str:
    return "".join(f"{{:process {at} :type :invoke :f :{name} :value [1 2]}}" for at, name in enumerate(functions))


@pytest.mark.parametrize(
    ("functions", "model", "object_name"),
    [
        (["read", "write"], "cas-register", "register"),
        (["read", "cas"], "cas-register", "register"),
        (["append", "read"], "append-list", "append-list"),
        (["enqueue", "dequeue"], "fifo-queue", "fifo-queue"),
        (["acquire", "release"], "semaphore", "semaphore"),
        (["read", "transfer"], None, "object"),
    ],
)
def test_the_functions_tell_the_model(
    functions: list[str], model: str | None, object_name: str, written: Callable[[str], Path]
) -> None:
    history = read_edn_history(written(events(*functions)), Reading())
    assert history.header.model == model
    assert {operation.object for operation in history} == {object_name}


def test_a_map_holds_the_arguments_of_an_unusual_function(written: Callable[[str], Path]) -> None:
    text = "{:process 0 :type :invoke :f :transfer :value {:from 1 :to 2}}{:process 0 :type :ok :f :transfer :value :x}"
    (operation,) = read_edn_history(written(text), Reading())
    assert (operation.arguments, operation.result) == ({"from": 1, "to": 2}, "x")


def test_keys_that_differ_stay_different(written: Callable[[str], Path]) -> None:
    keys = [f"[1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 {at}]" for at in range(2)]
    text = "".join(f"{{:process {at} :type :invoke :f :read :key {key}}}" for at, key in enumerate(keys))
    first, second = read_edn_history(written(text), Reading())
    assert first.key != second.key


WRONG_EDN = {
    "{:process 0 :type :invoke :f :read": (1, "not EDN"),
    "\n\n]": (3, "not EDN"),
    "1": (1, "an event is a map"),
    "\n{:process 0 :f :read}": (2, ":type is nil"),
    "{:process 0 :type :call :f :read}": (1, "unknown :type 'call'"),
    "{:type :invoke :f :read}": (1, "no :process"),
    "{:process 0 :type :invoke :f 7}": (1, ":f is 7"),
    "{:process 0 :type :ok :f :read}": (1, "did not invoke"),
    "{:process 0 :type :invoke :f :read}\n{:process 0 :type :ok :f :write}": (2, "did not invoke"),
    "{:process 0 :type :invoke :f :read}\n{:process 0 :type :invoke :f :read}": (2, "is open"),
    "{:process 0 :type :invoke :f :read}\n{:process 0 :type :info :f :read}\n{:process 0 :type :invoke :f :read}": (
        3,
        "outcome is unknown",
    ),
    "\n{:process 0 :type :invoke :f :cas :value 1}": (2, "not [old new]"),
    '{:process 0 :type :invoke :f :read :value {:a 1 "a" 2}}': (1, "same name"),
}


@pytest.mark.parametrize("text", WRONG_EDN)
def test_wrong_edn_is_refused_with_its_line(text: str, written: Callable[[str], Path]) -> None:
    line, problem = WRONG_EDN[text]
    with pytest.raises(UsageError) as raised:
        read_edn_history(written(text), Reading())
    assert f"line {line}:" in raised.value.problem
    assert problem in raised.value.problem


JSON = """\
[{"process":0,"type":"invoke","f":"cas","value":[0,1],"time":5,"index":0},
 {"process":"nemesis","type":"info","f":"start","time":6},
 {"process":0,"type":"ok","f":"cas","value":[0,1],"time":7}]
"""


def test_json_reads_as_the_same_events_in_edn(written: Callable[[str], Path]) -> None:
    from_json = read_jepsen_json(written(JSON), Reading())
    edn = """{:process 0 :type :invoke :f :cas :value [0 1] :time 5} {:process :nemesis :type :info :f :start :time 6}
             {:process 0 :type :ok :f :cas :value [0 1] :time 7}"""
    assert from_json == read_edn_history(written(edn), Reading())
    assert from_json.operations[0].result is True


def test_json_may_be_one_object_after_the_other(written: Callable[[str], Path]) -> None:
    in_array = read_jepsen_json(written(JSON), Reading())
    in_lines = JSON.strip()[1:-1].replace("},", "}")
    assert read_jepsen_json(written(in_lines), Reading()) == in_array
    assert read_jepsen_json(written("[ ]"), Reading()).operations == ()


WRONG_JSON = {
    "[1]": (1, "not an object"),
    '[\n{"process":0,"type":"invoke","f":1}]': (2, "'f' is not a string"),
    '[{"process":0,"type":"call","f":"read"}]': (1, "unknown type"),
    '[{"type":"invoke","f":"read"}]': (1, "no 'process'"),
    '[{"process":0,"type":"invoke","f":"read"}': (1, "neither by a comma"),
    '[{"process":0,"type":"invoke","f":"read"},]': (1, "not JSON"),
    '[{"process":0,"type":"invoke","f":"read"}] 1': (1, "something follows"),
    "[": (1, "not JSON"),
    '[{"process":0,"process":1,"type":"invoke","f":"read"}]': (1, "occurs twice"),
    '[{"process":0,"type":"invoke","f":"read","value":NaN}]': (1, "NaN"),
}


@pytest.mark.parametrize("text", WRONG_JSON)
def test_wrong_json_is_refused_with_its_line(text: str, written: Callable[[str], Path]) -> None:
    line, problem = WRONG_JSON[text]
    with pytest.raises(UsageError) as raised:
        read_jepsen_json(written(text), Reading())
    assert f"line {line}:" in raised.value.problem
    assert problem in raised.value.problem


KEY_VALUE = """\
{:process 0, :type :invoke, :f :append, :key "0", :value "x"}
{:process 1, :type :invoke, :f :get, :key "1", :value nil}
{:process 0, :type :ok, :f :append, :key "0", :value "x"}
{:process 1, :type :ok, :f :get, :key "1", :value "y"}
{:process 1, :type :invoke, :f :put, :key "1", :value "z"}
"""


def test_a_key_value_log_reads_as_operations_on_keys(written: Callable[[str], Path]) -> None:
    history = read_key_value_log(written(KEY_VALUE), Reading())
    assert history.header.model == "key-value"
    assert [(str(operation.object_key), *summary(operation)[1:]) for operation in history] == [
        ("key-value/0", "append", {"value": "x"}, Outcome.OK, None),
        ("key-value/1", "get", {}, Outcome.OK, "y"),
        ("key-value/1", "put", {"value": "z"}, Outcome.UNKNOWN, None),
    ]


def test_another_log_is_no_key_value_log(written: Callable[[str], Path]) -> None:
    with pytest.raises(UsageError, match="not the log of a key-value store"):
        read_key_value_log(written(EDN), Reading())
