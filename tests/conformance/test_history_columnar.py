"""Large files are read into columns: the same history as from the careful reader, or its error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("numpy", reason="columns need numpy")

from lawful.checkers.linearizability import check
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.errors import UsageError
from lawful.conformance.history.columnar import large
from lawful.conformance.history.columnar.history import ColumnarHistory
from lawful.conformance.history.columnar.json_lines import read_json_lines
from lawful.conformance.history.columnar.scanning import Scanner
from lawful.conformance.history.columnar.templates import learned
from lawful.conformance.history.formats import dump, load
from lawful.conformance.history.json_text import decode
from lawful.models.history import History
from lawful.models.register import Register

HEADER = '{"record":"header","format":1,"model":"register"}'


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LARGE_BYTES", dict.fromkeys(large.LARGE_BYTES, 0))


def same(path: Path) -> ColumnarHistory | None:
    """Both readers on one file; the columnar history, or None where it was left to the careful reader."""
    try:
        careful: History | UsageError = load(path)
    except UsageError as error:
        careful = error
    try:
        quick: History | UsageError = load(path, in_columns=True)
    except UsageError as error:
        quick = error
    if isinstance(careful, UsageError):
        assert isinstance(quick, UsageError)
        assert str(quick) == str(careful)
        return None
    assert isinstance(quick, History)
    assert tuple(quick.operations) == careful.operations
    assert (quick.header, quick.faults, quick.truncated) == (careful.header, careful.faults, careful.truncated)
    assert {key: tuple(part) for key, part in quick.by_object().items()} == careful.by_object()
    assert list(quick.by_object()) == list(careful.by_object())
    assert quick.outcomes() == careful.outcomes()
    return quick if isinstance(quick, ColumnarHistory) else None


def random_lines(random: Random, operations: int) -> list[str]:
    """A history of a few processes on a few objects, with all that a line may hold."""
    values: list[Any] = [0, 7, -3, 10**17, 10**18, 2**70, 1.5, "a", "é", 'q"', None, True, [1, "x"], {"n": 1}, ""]
    lines, busy, now = [HEADER], dict[int, tuple[int, int]](), 0
    processes = list(range(4))
    is_whole, numbered = random.random() < 0.4, random.random() < 0.7
    index = 0
    while index < operations or busy:
        now += random.randint(0, 3)
        free = [process for process in processes if process not in busy]
        if index < operations and free and (not busy or random.random() < 0.6):
            process = random.choice(free)
            call: dict[str, Any] = {"process": process, "object": random.choice(("o", "p", "é"))}
            if random.random() < 0.3:
                call["key"] = random.choice(("k1", "k2", "k\\3", None))
            names = random.sample(("value", "old", "new"), random.choice((0, 1, 1, 1, 2, 3)))
            call |= {
                "function": random.choice(("read", "write")),
                "arguments": {n: random.choice(values) for n in names},
            }
            came_back = what_became(random, values)
            if is_whole:
                end = now + random.randint(0, 3)
                times: dict[str, int | None] = {"call_ns": now, "return_ns": end}
                if came_back["outcome"] == "unknown":
                    processes[processes.index(process)] = max(processes) + 1
                    times["return_ns"] = random.choice((None, end))
                number = {"index": index} if numbered else {}
                lines.append(line({"record": "operation"} | number | call | came_back | times, random))
                now = end + 1
            else:
                lines.append(line({"record": "invoke", "index": index} | call | {"time_ns": now}, random))
                busy[process] = (index, now)
            index += 1
        else:
            process = random.choice(list(busy))
            number_, _ = busy.pop(process)
            came_back = what_became(random, values)
            if came_back["outcome"] == "unknown":
                processes[processes.index(process)] = max(processes) + 1
            if came_back["outcome"] != "unknown" or random.random() < 0.5:
                lines.append(line({"record": "return", "index": number_} | came_back | {"time_ns": now}, random))
        if random.random() < 0.02:
            lines.append('{"record":"fault","fault":"kill","target":"n1","call_ns":1}')
    if random.random() < 0.8:
        faults = sum('"fault"' in one for one in lines)
        lines.append(line({"record": "footer", "operations": index, "faults": faults}, random))
    return lines


def what_became(random: Random, values: list[Any]) -> dict[str, Any]:
    outcome = random.choice(("ok", "ok", "ok", "fail", "unknown"))
    members: dict[str, Any] = {"outcome": outcome}
    if outcome == "ok":
        if random.random() < 0.8:
            members["result"] = random.choice(values)
    elif random.random() < 0.5:
        members["error"] = random.choice(("timeout", "gone", "ü", None))
    if random.random() < 0.2:
        members["server"] = random.choice(("n1", "n2"))
    return members


def line(record: dict[str, Any], random: Random) -> str:
    """A record as some writer may write it."""
    if random.random() < 0.1:
        members = list(record.items())
        random.shuffle(members)
        record = dict(members)
    return json.dumps(record, ensure_ascii=random.random() < 0.5, separators=random.choice(((",", ":"), (", ", ": "))))


def test_columns_hold_what_the_careful_reader_reads(tmp_path: Path) -> None:
    random, path, in_columns = Random(1), tmp_path / "history.jsonl", 0
    for _ in range(150):
        path.write_text("\n".join(random_lines(random, random.randint(0, 40))) + "\n", encoding="utf-8")
        in_columns += same(path) is not None
    # Integers beyond 64 bits or an unknown outcome at the wrong place leave some to the careful reader.
    assert in_columns > 100


BREAK: list[Callable[[Random, bytes], bytes]] = [
    lambda random, data: data[: random.randrange(len(data))],
    lambda random, data: _replaced(random, data, bytes([random.randrange(256)])),
    lambda random, data: _replaced(random, data, random.choice((b"0", b"9", b"-", b'"', b",", b"\n", b"}", b" "))),
    lambda random, data: _lines_changed(random, data, lambda lines, at: lines.pop(at)),
    lambda random, data: _lines_changed(random, data, lambda lines, at: lines.insert(at, lines[at])),
    lambda random, data: _lines_changed(random, data, lambda lines, at: lines.append(lines.pop(at))),
    lambda random, data: data.replace(b'"index": 1,', b'"index": 01,').replace(b'"process":1', b'"process":-0'),
    lambda random, data: data.replace(b"\n", b"\r\n"),
    lambda random, data: b"\xef\xbb\xbf" + data,
]


def _replaced(random: Random, data: bytes, by: bytes) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + by + data[at + 1 :]


def _lines_changed(random: Random, data: bytes, change: Callable[[list[bytes], int], object]) -> bytes:
    lines = data.splitlines(keepends=True)
    change(lines, random.randrange(len(lines)))
    return b"".join(lines)


def test_broken_files_get_the_error_of_the_careful_reader(tmp_path: Path) -> None:
    random, path, errors = Random(2), tmp_path / "history.jsonl", 0
    for _ in range(400):
        data = ("\n".join(random_lines(random, random.randint(1, 15))) + "\n").encode()
        path.write_bytes(random.choice(BREAK)(random, data))
        errors += same(path) is None
    assert errors > 100


def uniform(operations: int, result: Callable[[int], str] = str) -> list[str]:
    """Reads and writes by two processes in turn, all of two forms."""
    lines = []
    for index in range(operations):
        start = f'{{"record":"operation","index":{index},"process":{index % 2},"object":"register","function":'
        times = f'"call_ns":{10 * index},"return_ns":{10 * index + 5}}}'
        if index % 2:
            lines.append(f'{start}"read","arguments":{{}},"outcome":"ok","result":{result(index - 1)},{times}')
        else:
            lines.append(f'{start}"write","arguments":{{"value":{result(index)}}},"outcome":"ok",{times}')
    return lines


@pytest.mark.parametrize("bad", [None, 1, 1500, 2999])
def test_an_error_deep_in_lines_of_one_form_is_found(bad: int | None, tmp_path: Path) -> None:
    lines = uniform(3000)
    if bad is not None:
        lines[bad] = lines[bad].replace('"outcome":"ok"', '"outcome":"fail"').replace('"value"', '"result"')
    path = tmp_path / "history.jsonl"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    assert (same(path) is None) is (bad is not None and bad % 2 == 1)


def test_lines_of_one_form_are_read_by_native_code(tmp_path: Path) -> None:
    pytest.importorskip("numba", reason="native code needs numba")
    scanner = Scanner()
    lines = uniform(100)
    for one in lines[:2]:
        template = learned(one.encode(), decode(one))
        assert template is not None
        scanner.learn(template)
    import numpy as np

    block = ("\n".join(lines) + "\n").encode()
    scanned = scanner.scan(np.frombuffer(block, np.uint8), 0, 1000)
    assert len(scanned.template) == 100
    assert scanned.next == len(block)
    assert scanned.integers[0].tolist() == list(range(100))


@pytest.mark.parametrize(
    "text", ["01", "-0", "+1", "1.0", "1e3", "", "1234567890123456789", '"a', '"\\u0041"', '"é"', '"a\tb"', "[1]"]
)
def test_unusual_tokens_are_not_taken_for_those_of_a_template(text: str, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    for result in (str, lambda number: f'"{number}"'):
        lines = uniform(20, result)
        lines[11] = lines[11].replace(f'"result":{result(10)}', f'"result":{text}')
        path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        same(path)


def test_parquet_and_intervals_hold_the_same_in_columns(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    random, path, in_columns = Random(3), tmp_path / "history.jsonl", 0
    for _ in range(40):
        path.write_text("\n".join(random_lines(random, 20)) + "\n", encoding="utf-8")
        try:
            history = load(path)
            dump(history, tmp_path / "history.parquet", "parquet")
        except UsageError:
            continue
        in_columns += same(tmp_path / "history.parquet") is not None
    assert in_columns > 20


INTERVALS = {
    "stack": ["push {0} {1} {2}", "pop {0} {1} {2}", "peek -1 {1} {2}", "PUSH {0} {1} {2}"],
    "queue": ["enq {0} {1} {2}", "deq {0} {1} {2}", "deq -1 {1} {2}"],
    "priorityqueue": ["insert {0} {1} {2}", "poll {0} {1} {2}", "poll -1 {1} {2}"],
    "set": ["insert {0} 1 {1} {2}", "contains {0} 0 {1} {2}", "remove {0} 1 {1} {2}"],
    "rmw": ["read_modify_write {0} 5 {1} {2}"],
}


@pytest.mark.parametrize("kind", INTERVALS)
def test_interval_lines_hold_the_same_in_columns(kind: str, tmp_path: Path) -> None:
    random, path = Random(4), tmp_path / "history.txt"
    for turn in range(60):
        lines = [f"# {kind}"]
        for _ in range(random.randint(1, 30)):
            start = random.randint(0, 100)
            lines.append(
                random.choice(INTERVALS[kind]).format(random.randint(-3, 50), start, start + random.randint(0, 9))
            )
        if turn % 3 == 2:
            at = random.randrange(1, len(lines))
            lines[at] = random.choice(
                ("pop 1 5 4", "nothing 1 2 3", "0 1 5 PUSH 1", "", "push 1 2", lines[at] + " 4", "  " + lines[at])
            )
        path.write_text("\n".join(lines) + random.choice(("\n", "")))
        assert same(path) is not None or turn % 3 == 2


def test_a_large_history_is_checked_without_making_its_operations(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    lines = uniform(3000)
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    history = read_json_lines(path)
    assert history is not None
    ((_, part),) = history.by_object().items()
    verdict = check.check_object(part, Register(), Budget(10.0))
    assert (verdict.verdict, verdict.method) == (Verdict.LAWFUL, "register zones")
    assert part._made is None  # type: ignore[attr-defined]
    lines[2001] = lines[2001].replace('"result":2000', '"result":1000')
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    history = read_json_lines(path)
    assert history is not None
    ((_, part),) = history.by_object().items()
    verdict = check.check_object(part, Register(), Budget(10.0))
    assert verdict.verdict is Verdict.VIOLATION
    assert 2001 in verdict.core
    assert part._made is None  # type: ignore[attr-defined]
