"""Whatever is in a file, reading it gives a history or an error for the user, never a traceback.

Files of every format are mutilated: bytes changed, cut, doubled, and tokens put in that are known to hurt. A history
that can still be read must also be one that can be written and read again.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawful.conformance.errors import LawfulError
from lawful.conformance.history.formats import FORMATS, dump, load
from lawful.conformance.history.lint import lint
from lawful.models.history import FaultEvent, Header, History, Operation, Outcome

HISTORY = History(
    (
        Operation(0, 0, "register", "write", {"value": 1}, Outcome.OK, 10, 20, server="n1"),
        Operation(1, 1, "register", "read", {}, Outcome.OK, 12, 15, result=1),
        Operation(2, 2, "register", "cas", {"old": 1, "new": 2}, Outcome.UNKNOWN, 16, None, error="timed out"),
        Operation(3, 0, "register", "cas", {"old": 7, "new": 2}, Outcome.OK, 25, 30, result=False),
        Operation(4, 1, "register", "read", {}, Outcome.FAIL, 26, 30, error="refused: ß"),
    ),
    (FaultEvent("kill", "n1", 11, 13, details={"signal": 9}),),
    Header(backend="test", model="cas-register", initial=0, versions={"python": "3"}, options={"a": [1.5, None]}),
)

RECORDED = b"""\
{"record":"header","format":1,"model":"cas-register"}
{"record":"invoke","index":0,"process":0,"object":"register","function":"write","arguments":{"value":1},"time_ns":1}
{"record":"fault","fault":"kill","target":"n1","call_ns":2,"return_ns":3,"details":{"signal":9}}
{"record":"invoke","index":1,"process":1,"object":"register","function":"read","arguments":{},"time_ns":4}
{"record":"return","index":1,"outcome":"ok","result":1,"server":"n2","time_ns":5}
{"record":"return","index":0,"outcome":"unknown","error":"timed out","time_ns":6}
{"record":"footer","operations":2,"faults":1}
"""

JEPSEN_LOG = b"""\
INFO  jepsen.util - 4\t:invoke\t:read\tnil
INFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]
INFO  jepsen.util - 4\t:ok\t:read\t7
INFO  jepsen.util - :nemesis\t:info\t:start\t"cut off"
INFO  jepsen.util - 1\t:info\t:cas\t:timed-out
"""

KEY_VALUE_LOG = b"""\
{:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}
{:process 1, :type :invoke, :f :get, :key "0", :value nil}
{:process 0, :type :ok, :f :append, :key "0", :value "x 0 0 y"}
{:process 1, :type :ok, :f :get, :key "0", :value "x 0 0 y"}
"""

ETCD = b"""\
{"ClientId":2,"Input":{"Type":"range","Range":{"Start":"k","End":"","Limit":0,"Revision":0},"Txn":null},"Call":3,\
"Output":{"Txn":null,"Range":{"KVs":[{"Key":"k","Value":{"Value":"1","Hash":0},"ModRevision":2}],"Count":1},\
"Error":""},"Return":5}
{"ClientId":1,"Input":{"Type":"txn","Txn":{"Conditions":null,"OperationsOnSuccess":[{"Type":"put-operation","Put":\
{"Key":"k","Value":{"Value":"1"},"LeaseID":0}}]}},"Call":1,"Output":{"Error":"deadline exceeded"},"Return":9}
"""

INTERVALS = b"# stack\n0 1 5 PUSH 1\n1 2 6 POP 1\npush 3 7 8\npop -1 9 9\n"

SAMPLES: dict[str, bytes] = {
    "lawful": RECORDED,
    "jepsen-log": JEPSEN_LOG,
    "key-value-log": KEY_VALUE_LOG,
    "etcd-robustness": ETCD,
    "intervals": INTERVALS,
}

TOKENS = [
    b"\xff",
    b"\x00",
    b"\n",
    b"\r\n",
    b'"',
    b"{",
    b"}",
    b"[" * 70,
    b"]",
    b":",
    b",",
    b"#",
    b"#_",
    b"#a",
    b";",
    b"\\",
    b"\\ud800",
    b"nil",
    b"null",
    b"true",
    b"NaN",
    b"##Inf",
    b"-",
    b"0",
    b"1e999",
    b"0.5",
    b"9" * 30,
    b"9" * 5000,
    b'"unknown"',
    b":nemesis",
    b":info",
    b'"index":0,',
    b'"record":"footer"',
    b"\xc3",
    "😀".encode(),
]


@st.composite
def mutilated(draw: st.DrawFn, sample: bytes) -> bytes:
    """`sample` with a few pieces replaced, cut out, doubled or moved."""
    content = sample
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from([0, 1, 2, 5, 20, 120])))
        piece = content[start:end]
        put = draw(st.one_of(st.just(b""), st.sampled_from(TOKENS), st.binary(max_size=3), st.just(piece * 2)))
        content = content[:start] + put + content[end:]
        if draw(st.booleans()):
            other = draw(st.integers(0, len(content)))
            content = content[:other] + piece + content[other:]
    return content


def sample_of(name: str, folder: Path) -> bytes:
    if name not in SAMPLES:
        if name == "parquet" and importlib.util.find_spec("pyarrow") is None:
            pytest.skip("pyarrow is not installed")
        dump(HISTORY, folder / "sample", name)
        SAMPLES[name] = (folder / "sample").read_bytes()
    return SAMPLES[name]


def or_error_for_the_user(read: Callable[[], History]) -> History | None:
    try:
        return read()
    except LawfulError as error:
        assert error.problem
        return None


def survive(content: bytes, name: str, folder: Path) -> None:
    path = folder / "mutilated"
    path.write_bytes(content)
    for format in (name, None):
        history = or_error_for_the_user(lambda format=format: load(path, format, initial=0))  # type: ignore[misc]
        if history is not None:
            dump(history, folder / "again")
            assert load(folder / "again", "lawful") == history
    or_error_for_the_user(lambda: History((), truncated=bool(lint(path))))


@pytest.mark.parametrize("name", FORMATS)
def test_the_samples_themselves_are_right(name: str, tmp_path: Path) -> None:
    (tmp_path / "history").write_bytes(sample_of(name, tmp_path))
    assert len(load(tmp_path / "history")) > 1
    survive(sample_of(name, tmp_path), name, tmp_path)


def fuzzed(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@pytest.mark.parametrize("name", FORMATS)
@fuzzed(60)
@given(data=st.data())
def test_a_mutilated_file_is_read_or_refused(name: str, data: st.DataObject, tmp_path: Path) -> None:
    survive(data.draw(mutilated(sample_of(name, tmp_path))), name, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", FORMATS)
@fuzzed(5000)
@given(data=st.data())
def test_many_mutilated_files_are_read_or_refused(name: str, data: st.DataObject, tmp_path: Path) -> None:
    survive(data.draw(mutilated(sample_of(name, tmp_path))), name, tmp_path)


@fuzzed(100)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes, tmp_path: Path) -> None:
    for name in FORMATS:
        if name != "parquet":
            survive(content, name, tmp_path)
