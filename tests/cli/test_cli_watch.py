"""`lawful watch`: the verdict on a file while it grows, events for people and programs, and an end in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lawful.conformance.schemas import schema

from .conftest import Run

WATCH = [sys.executable, "-m", "lawful.conformance.cli", "watch"]
DECIDED = [
    "lawful-lease.jsonl",
    "stale-read.jsonl",
    "lease-granted-twice.jsonl",
    "job-claimed-twice.jsonl",
    "all-failed.jsonl",
    "no-operations.jsonl",
    "wrong-model.jsonl",
    "logical-clock.jsonl",
    "misspelt.jsonl",
    "no-model.jsonl",
]


@pytest.mark.parametrize("name", DECIDED)
def test_a_complete_file_has_the_exit_code_that_check_gives(name: str, lawful: Callable[[str], Run]) -> None:
    assert lawful(f"lawful watch {name} --once").code == lawful(f"lawful check {name}").code


def events(text: str) -> list[dict[str, Any]]:
    """The events, each of which keeps the schema."""
    published: Any = schema("watch")
    jsonschema.Draft202012Validator.check_schema(published)
    validator = jsonschema.Draft202012Validator(published)
    found = [json.loads(line) for line in text.splitlines()]
    for event in found:
        validator.validate(event)
    return found


@pytest.mark.parametrize("name", DECIDED[:6])
def test_events_keep_their_schema(name: str, lawful: Callable[[str], Run]) -> None:
    run = lawful(f"lawful watch {name} --once --format json")
    found = events(run.stdout)
    assert (found[-1]["event"], found[-1]["exit_code"]) == ("verdict", run.code)


def test_a_budget_that_is_used_up_is_an_event(lawful: Callable[[str], Run], folder: Path) -> None:
    lines = [HEADER | {"model": "fifo-queue", "initial": []}]
    for index in range(1_000):
        lines += [call(index, 2 * index, "enqueue", {"value": index}), end(index, 2 * index + 1, "ok", None)]
    write(folder / "queue.jsonl", [*lines, footer(1_000)])
    run = lawful("lawful watch queue.jsonl --format json --budget-s 1e-9")
    told, verdict = events(run.stdout)
    assert told["because"].startswith("the time budget of 1e-09 s is used up at the return of operation")
    assert (verdict["verdict"], verdict["complete"], run.code) == ("inconclusive", True, 3)


HEADER: dict[str, Any] = {"record": "header", "format": 1, "model": "register", "initial": 0}


def call(index: int, time_ns: int, function: str, arguments: Any = None, key: str | None = None) -> dict[str, Any]:
    record = {"record": "invoke", "index": index, "process": index, "object": "register", "function": function}
    return record | {"key": key, "arguments": arguments or {}, "time_ns": time_ns}


def end(index: int, time_ns: int, outcome: str, result: Any) -> dict[str, Any]:
    return {"record": "return", "index": index, "outcome": outcome, "result": result, "time_ns": time_ns}


def footer(operations: int) -> dict[str, Any]:
    return {"record": "footer", "operations": operations, "faults": 0}


def write(path: Path, records: list[dict[str, Any]]) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(record) + "\n" for record in records)


def reads(first: int, results: list[int], key: str | None = None) -> list[dict[str, Any]]:
    """Reads one after the other."""
    records = []
    for index, result in enumerate(results, first):
        records += [call(index, 100 * index, "read", key=key), end(index, 100 * index + 50, "ok", result)]
    return records


def test_a_violation_ends_the_watch_unless_it_is_to_keep_going(lawful: Callable[[str], Run], folder: Path) -> None:
    records = [HEADER, *reads(0, [0, 7, 0], "x"), *reads(3, [0, 0], "y"), *reads(5, [8], "z"), footer(6)]
    write(folder / "two.jsonl", records)
    first, verdict = events(lawful("lawful watch two.jsonl --format json").stdout)
    assert (first["key"], first["operation"]["index"], first["clause"]) == ("x", 1, None)
    assert [one["index"] for one in first["contradicting"]] == [1]
    assert verdict["complete"] is False
    run = lawful("lawful watch two.jsonl --format json --keep-going")
    *violations, verdict = events(run.stdout)
    assert [one["key"] for one in violations] == ["x", "z"]
    assert (verdict["complete"], verdict["exit_code"], run.code) == (True, 1, 1)
    assert verdict["objects"] == {"violation": 2, "inconclusive": 0, "lawful": 1, "nothing checked": 0}


class Watching:
    """A `lawful watch` in a process of its own."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            [*WATCH, "--format", "json", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "CI": "true"},
        )

    def __enter__(self) -> Watching:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def finished(self) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and events."""
        out, error = self.process.communicate(timeout=60)
        assert error == ""
        return self.process.returncode, events(out)


def wait_until(true: Callable[[], object]) -> None:
    until_s = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until_s
        time.sleep(0.05)


def test_a_file_is_followed_from_before_it_exists_to_its_footer(tmp_path: Path) -> None:
    path = tmp_path / "grows.jsonl"
    with Watching(str(path), "--wait", "60", folder=tmp_path) as watching:
        for records in ([HEADER], *([one] for one in reads(0, [0, 0, 0])), [footer(3)]):
            assert watching.process.poll() is None
            write(path, records)
            time.sleep(0.02)
        code, (verdict,) = watching.finished()
    assert (code, verdict["verdict"], verdict["operations"]) == (0, "lawful", 3)


def test_a_violation_is_reported_while_the_recording_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "grows.jsonl"
    write(path, [HEADER, *reads(0, [0, 0])])
    with Watching(str(path), folder=tmp_path) as watching:
        write(path, reads(2, [5]))
        code, (violation, verdict) = watching.finished()
    assert (code, violation["operation"]["index"], verdict["complete"]) == (1, 2, False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_watch_with_the_verdict_so_far(number: signal.Signals, tmp_path: Path) -> None:
    path, checkpoint = tmp_path / "grows.jsonl", tmp_path / "checkpoint.json"
    write(path, [HEADER, *reads(0, [0, 0])])
    with Watching(str(path), "--checkpoint", str(checkpoint), folder=tmp_path) as watching:
        # Whoever has waited for more than the time between two looks at the file has seen all of it.
        wait_until(lambda: handles(watching.process.pid, number))
        time.sleep(0.5)
        watching.process.send_signal(number)
        code, (verdict,) = watching.finished()
    assert (code, verdict["verdict"], verdict["complete"], verdict["lines"]) == (3, "inconclusive", False, 5)
    assert checkpoint.exists()


def handles(pid: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for the signal that is not Python's own from the start."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("needs /proc to see when the process is ready")
    caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_a_file_that_is_rotated_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "grows.jsonl"
    write(path, [HEADER, *reads(0, [0])])
    with Watching(str(path), folder=tmp_path) as watching:
        wait_until(lambda: handles(watching.process.pid, signal.SIGTERM))
        time.sleep(0.3)
        path.rename(tmp_path / "grows.1.jsonl")
        _, error = watching.process.communicate(timeout=60)
    assert watching.process.returncode == 2
    assert "is no longer the file that was followed" in error


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Path]:
    """The history that a short `lawful run` on SQLite is writing."""
    run = [sys.executable, "-m", "lawful.conformance.cli", "run", "--backend", "sqlite", "--clients", "4"]
    timing = ["--seconds", "3", "--rate", "150", "--faults", "kill,pause", "--seed", "3", "--runs", "runs"]
    process = subprocess.Popen(
        [*run, *timing],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "CI": "true"},
    )
    try:
        wait_until(lambda: list(tmp_path.glob("runs/*/history.jsonl")) or process.poll() is not None)
        (path,) = tmp_path.glob("runs/*/history.jsonl")
        yield path
    finally:
        # In order first: the servers and clients of a run that is killed die a little later.
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def test_a_live_recording_is_watched_to_its_end(recording: Path, tmp_path: Path) -> None:
    with Watching(str(recording), folder=tmp_path) as watching:
        code, (verdict,) = watching.finished()
    assert (code, verdict["verdict"], verdict["complete"]) == (0, "lawful", True)
    assert verdict["operations"] > 100
    assert verdict["lines"] == recording.read_bytes().count(b"\n")


def test_a_watch_that_dies_is_resumed_from_its_checkpoint(tmp_path: Path, lawful: Callable[[str], Run]) -> None:
    path = tmp_path / "grows.jsonl"
    write(path, [HEADER, *reads(0, [0, 0])])
    command = f"lawful watch {path} --checkpoint {tmp_path / 'c.json'} --once --format json"
    assert lawful(command).code == 3
    write(path, reads(2, [0]))
    assert lawful(command).code == 3
    write(path, [*reads(3, [4])])
    for _ in range(2):
        violation, verdict = events(lawful(command).stdout)
        assert (violation["operation"]["index"], violation["earlier"], violation["states"]) == (3, 3, ["0"])
    assert verdict["lines"] == 9


def test_a_file_that_stands_still_has_all_of_it_in_the_checkpoint(
    tmp_path: Path, lawful: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lawful.conformance.cli.watch._CHECKPOINT_EVERY_S", 0.3)
    path, checkpoint = tmp_path / "grows.jsonl", tmp_path / "c.json"
    write(path, [HEADER, *reads(0, [0, 0])])
    thread = threading.Thread(target=lambda: lawful(f"lawful watch {path} --checkpoint {checkpoint}"))
    thread.start()
    wait_until(checkpoint.exists)
    assert json.loads(checkpoint.read_text())["lines"] == 5
    write(path, [footer(2)])
    thread.join(60)
    assert not thread.is_alive()


def test_threads_may_watch_as_well(lawful: Callable[[str], Run]) -> None:
    """Signals are for the main thread; elsewhere a watch ends by itself."""
    runs: list[Run] = []
    thread = threading.Thread(target=lambda: runs.append(lawful("lawful watch lawful-lease.jsonl")))
    thread.start()
    thread.join(60)
    assert [run.code for run in runs] == [0]
