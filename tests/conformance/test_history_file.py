"""Reading and writing of history files: what goes in comes out, and what is wrong is said with its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawful.conformance.errors import UsageError
from lawful.conformance.history import lines
from lawful.conformance.history.file import read_history, write_history
from lawful.conformance.history.strategies import histories
from lawful.models.history import FaultEvent, Header, History, Operation, Outcome
from lawful.models.values import Json, identical

HEADER = '{"record":"header","format":1}'
FOOTER = '{"record":"footer","operations":%d,"faults":%d}'
CALL = '{"record":"invoke","index":0,"process":0,"object":"jobs","function":"claim","arguments":{},"time_ns":10}'
RETURN = '{"record":"return","index":0,"outcome":"ok","result":true,"time_ns":20}'

per_example = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def whole(call_ns: int, return_ns: int | None, *, process: int = 0, outcome: str = "ok", **members: object) -> str:
    record = {"record": "operation", "process": process, "object": "x", "function": "read", "outcome": outcome}
    record |= {"call_ns": call_ns} | ({} if return_ns is None else {"return_ns": return_ns}) | members
    return json.dumps(record)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    path = tmp_path / "history.jsonl"

    def written(*content: str | bytes, end: bytes = b"\n") -> Path:
        data = b"\n".join(line.encode() if isinstance(line, str) else line for line in content)
        path.write_bytes(data + end)
        return path

    return written


@per_example
@given(history=histories())
def test_a_history_comes_back_as_it_was_written(history: History, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    write_history(history, path)
    back = read_history(path)
    assert back == history
    for written, read in zip(history, back, strict=True):
        assert identical(dict(written.arguments), dict(read.arguments))
        assert identical(written.result, read.result)


def test_values_keep_type_and_size(tmp_path: Path) -> None:
    values: list[Json] = [
        2**63 - 1,
        -(2**63),
        2**63 + 1,
        1,
        1.0,
        True,
        0.1,
        -0.0,
        "\x00\u2028ß😀",
        "",
        {},
        [],
        {"": None},
    ]
    result = Operation(0, 0, "x", "read", {"a": 2**53 + 1}, Outcome.OK, 0, 1, result=values)
    write_history(History((result,)), tmp_path / "h")
    back = read_history(tmp_path / "h").operations[0]
    assert identical(back.result, values)
    assert str(back.result) == str(values)
    assert identical(back.arguments["a"], 2**53 + 1)


def test_an_invocation_without_a_return_has_an_unknown_outcome(write: Callable[..., Path]) -> None:
    history = read_history(write(HEADER, CALL, FOOTER % (1, 0)))
    operation = history.operations[0]
    assert (operation.outcome, operation.return_ns, history.truncated) == (Outcome.UNKNOWN, None, False)


def test_a_file_without_a_footer_is_truncated_and_used(write: Callable[..., Path]) -> None:
    history = read_history(write(HEADER, CALL, RETURN))
    assert history.truncated
    assert history.operations[0].result is True


@pytest.mark.parametrize("cut", range(1, len(RETURN)))
def test_a_last_line_cut_anywhere_is_left_out(cut: int, write: Callable[..., Path]) -> None:
    history = read_history(write(HEADER, CALL, RETURN[:cut], end=b""))
    assert history.truncated
    assert [operation.outcome for operation in history] == [Outcome.UNKNOWN]


def test_a_last_line_cut_within_a_character_is_left_out(write: Callable[..., Path]) -> None:
    history = read_history(write(HEADER, CALL, RETURN.replace("true", '"ß').encode()[:-20], end=b""))
    assert history.truncated


def test_a_last_line_that_lacks_only_its_end_is_used(write: Callable[..., Path]) -> None:
    history = read_history(write(HEADER, CALL, RETURN, FOOTER % (1, 0), end=b""))
    assert not history.truncated
    assert history.operations[0].outcome is Outcome.OK


def test_editors_traces_do_not_matter(write: Callable[..., Path]) -> None:
    history = read_history(write(b"\xef\xbb\xbf" + HEADER.encode() + b"\r", "", "  " + CALL, RETURN + "\r", "\t"))
    assert len(history) == 1


def test_operations_without_index_are_numbered_by_time_of_call(write: Callable[..., Path]) -> None:
    history = read_history(write(HEADER, whole(30, 40), whole(10, 35, process=1), whole(30, 50, process=2)))
    assert [(operation.index, operation.process) for operation in history] == [(0, 1), (1, 0), (2, 2)]


def test_operations_with_index_may_stand_in_order_of_return(write: Callable[..., Path]) -> None:
    history = read_history(write(HEADER, whole(20, 30, index=1, process=1), whole(10, 40, index=0)))
    assert [operation.call_ns for operation in history] == [10, 20]


def test_faults_come_in_order_of_time(write: Callable[..., Path]) -> None:
    later, earlier = (f'{{"record":"fault","fault":"kill","target":"n{at}","call_ns":{at}}}' for at in (9, 3))
    history = read_history(write(HEADER, later, earlier))
    assert history.faults == (FaultEvent("kill", "n3", 3, None), FaultEvent("kill", "n9", 9, None))


def test_one_client_may_return_and_call_at_the_same_nanosecond(write: Callable[..., Path]) -> None:
    assert len(read_history(write(HEADER, whole(1, 5), whole(5, 6)))) == 2


WRONG: dict[str, tuple[list[str | bytes], int | None, str]] = {
    "an empty file": ([], None, "empty"),
    "only blank lines": (["", " "], None, "empty"),
    "rubbish": ([b"\x89PNG\r", b"\x1a\x00\xff"], 1, "not UTF-8"),
    "not JSON at the beginning": (["hello"], 1, "not JSON"),
    "not JSON in the middle": ([HEADER, "{]", CALL], 2, "not JSON"),
    "two values in a line": ([HEADER, CALL + CALL], 2, "something follows"),
    "invalid UTF-8 in the middle": ([HEADER, b'{"record":"\xff"}', CALL], 2, "not UTF-8"),
    "an array": ([HEADER, "[]"], 2, "a record is a JSON object"),
    "no kind": ([HEADER, "{}"], 2, "'record' is missing"),
    "an unknown kind": ([HEADER, '{"record":"invok"}'], 2, "unknown record 'invok'"),
    "a kind that is no string": ([HEADER, '{"record":["invoke"]}'], 2, "unknown record"),
    "no header": ([CALL, RETURN], 1, "the first record is not a header"),
    "a second header": ([HEADER, HEADER], 2, "second header"),
    "a future version": (['{"record":"header","format":2}'], 1, "version 2"),
    "a version that is true": (['{"record":"header","format":true}'], 1, "'format' is a boolean"),
    "an unknown clock": (['{"record":"header","format":1,"clock":"sun"}'], 1, "unknown clock"),
    "a negative clock error": (['{"record":"header","format":1,"clock_error_ns":-1}'], 1, "clock_error_ns"),
    "a version that is no string": (['{"record":"header","format":1,"versions":{"a":1}}'], 1, "version"),
    "a misspelt member": ([HEADER, CALL, RETURN.replace("result", "reslut")], 3, "no member 'reslut'"),
    "a missing member": ([HEADER, CALL.replace('"process":0,', "")], 2, "lacks 'process'"),
    "a wrong type": ([HEADER, CALL.replace('"process":0', '"process":"0"')], 2, "'process' is a string"),
    "a fraction": ([HEADER, CALL.replace('"time_ns":10', '"time_ns":10.0')], 2, "'time_ns' is a number"),
    "a boolean for an integer": ([HEADER, CALL.replace('"index":0', '"index":false')], 2, "'index' is a boolean"),
    "a time beyond 64 bits": ([HEADER, CALL.replace('"time_ns":10', f'"time_ns":{2**63}')], 2, "64 bits"),
    "an unknown outcome": ([HEADER, CALL, RETURN.replace('"ok"', '"okay"')], 3, "unknown outcome 'okay'"),
    "a result of a failure": ([HEADER, CALL, RETURN.replace('"ok"', '"fail"')], 3, "'result' beside"),
    "an error of a success": ([HEADER, CALL, RETURN.replace('"result":true', '"error":"x"')], 3, "'error' beside"),
    "a name twice": ([HEADER, CALL.replace("{}", '{"a":1,"a":2}')], 2, "'a' occurs twice"),
    "NaN": ([HEADER, CALL.replace("{}", '{"a":NaN}')], 2, "NaN"),
    "Infinity": ([HEADER, CALL.replace("{}", '{"a":-Infinity}')], 2, "Infinity"),
    "a float beyond all bounds": ([HEADER, CALL.replace("{}", '{"a":1e999}')], 2, "too large"),
    "too many digits": ([HEADER, CALL.replace("{}", '{"a":' + "9" * 5000 + "}")], 2, "too many digits"),
    "too deep": ([HEADER, CALL.replace("{}", '{"a":' + "[" * 70 + "]" * 70 + "}")], 2, "nested deeper"),
    "far too deep": ([HEADER, "[" * 100_000, CALL], 2, "nested deeper"),
    "half a character": ([HEADER, CALL.replace("{}", r'{"a":"\ud800"}')], 2, "half of a character"),
    "an index twice": ([HEADER, CALL, CALL], 3, "index 0 occurs twice"),
    "a second return": ([HEADER, CALL, RETURN, RETURN], 4, "second return for index 0"),
    "a return without a call": ([HEADER, RETURN], 2, "without an invocation for index 0"),
    "a negative index": ([HEADER, whole(1, 2, index=-1)], None, "operation 0 is missing"),
    "a gap": ([HEADER, CALL.replace('"index":0', '"index":1')], None, "operation 0 is missing"),
    "some numbered": ([HEADER, whole(1, 2), whole(3, 4, index=0)], 3, "some operations have an index"),
    "some not numbered": ([HEADER, CALL, whole(30, 40)], 3, "some operations have an index"),
    "a return before its call": ([HEADER, CALL, RETURN.replace("20", "5")], 2, "returns 5 ns before its call"),
    "times that go back": ([HEADER, whole(9, 10, index=0), whole(1, 2, index=1, process=1)], 3, "is called before"),
    "no time of return": ([HEADER, whole(1, None)], 2, "'return_ns' is missing"),
    "a fault that ends too early": (
        [HEADER, '{"record":"fault","fault":"kill","target":"n","call_ns":2,"return_ns":1}'],
        2,
        "ends before it begins",
    ),
    "two at a time": ([HEADER, whole(1, 9), whole(5, 6)], 3, "while operation 0 is open"),
    "after an unknown outcome": ([HEADER, whole(1, 2, outcome="unknown"), whole(5, 6)], 3, "outcome is unknown"),
    "too few operations": ([HEADER, CALL, RETURN, FOOTER % (2, 0)], None, "footer speaks of 2 operations"),
    "too few faults": ([HEADER, FOOTER % (0, 1)], None, "footer speaks of 1 faults"),
    "a record after the footer": ([HEADER, FOOTER % (0, 0), CALL], 3, "follows the footer"),
    "a cut-off line after the footer": ([HEADER, FOOTER % (0, 0), b'{"rec'], 3, "not JSON"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_line(name: str, write: Callable[..., Path]) -> None:
    content, line, problem = WRONG[name]
    path = write(*content, end=b"" if "cut-off" in name else b"\n")
    with pytest.raises(UsageError) as raised:
        read_history(path)
    assert problem in raised.value.problem
    assert str(path) in raised.value.problem
    assert line is None or f"line {line}:" in raised.value.problem


def test_a_misspelt_member_gets_the_right_one_as_a_hint(write: Callable[..., Path]) -> None:
    with pytest.raises(UsageError) as raised:
        read_history(write(HEADER, CALL, RETURN.replace("result", "reslut")))
    assert raised.value.hint == "did you mean 'result'?"


def test_a_gigantic_line_is_refused_before_it_is_read(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 2**20)
    with pytest.raises(UsageError, match="line 2: longer than 1 MiB"):
        read_history(write(HEADER, b" " * 2**20 + b" ", CALL))


@pytest.mark.parametrize("made", [lambda path: None, lambda path: path.mkdir()], ids=["absent", "a folder"])
def test_what_cannot_be_opened_is_a_usage_error(made: Callable[[Path], None], tmp_path: Path) -> None:
    made(tmp_path / "history.jsonl")
    with pytest.raises(UsageError, match="cannot read the history"):
        read_history(tmp_path / "history.jsonl")


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text("precious")
    wrong = Operation(0, 0, "x", "read", {}, Outcome.OK, 0, 1, result=float("nan"))
    with pytest.raises(UsageError, match="cannot write the history"):
        write_history(History((wrong,)), path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


READS = [Operation(index, 0, "x", "read", {}, Outcome.OK, 10 * index, 10 * index + 5) for index in range(2)]


@pytest.mark.parametrize(
    "history",
    [
        History((READS[1],)),
        History((READS[1], READS[0])),
        History((READS[0], READS[0])),
        History((Operation(0, 0, "x", "read", {}, Outcome.FAIL, 0, 1, result=1),)),
        History((Operation(0, 0, "x", "read", {}, Outcome.OK, 0, None),)),
        History((Operation(0, 0, "x", "read", {1: 2}, Outcome.OK, 0, 1),)),  # type: ignore[dict-item]
        History((), header=Header(clock="sun")),
        History((), (FaultEvent("kill", "n", 5, 4),)),
    ],
)
def test_what_could_not_be_read_is_not_written(history: History, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write the history"):
        write_history(history, tmp_path / "history.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write the history"):
        write_history(History(()), tmp_path / "absent" / "history.jsonl")


@per_example
@given(history=histories(max_operations=4), data=st.data())
def test_a_prefix_of_a_file_is_a_prefix_of_the_history(history: History, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    write_history(history, path)
    content = path.read_bytes()
    cut = data.draw(st.integers(content.index(b"\n") + 1, len(content)))
    path.write_bytes(content[:cut])
    back = read_history(path)
    assert back.operations == history.operations[: len(back)]
    assert back.truncated or cut >= len(content) - 1
