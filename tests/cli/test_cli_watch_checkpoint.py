"""A watch that is cut anywhere and resumed says what an uninterrupted one says; a checkpoint of another is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lawful.checkers.verdict import Budget, ObjectVerdict
from lawful.conformance.errors import UsageError
from lawful.conformance.watching.checkpoint import resume, write_checkpoint
from lawful.conformance.watching.watch import Settings, Watch

from .conftest import EXAMPLES, Run

SETTINGS = Settings(Budget(None, None))


def lines_of(name: str) -> list[bytes]:
    return (EXAMPLES / name).read_bytes().splitlines(keepends=True)


def watched(watch: Watch) -> tuple[tuple[ObjectVerdict, ...], bool]:
    """The verdicts at the end of the file as it is."""
    with watch:
        list(watch.read())
        list(watch.pause())
        return watch.verdicts(), watch.is_complete


def invoke(index: int, function: str, time_ns: int, value: int | None = None, name: str = "r") -> dict[str, Any]:
    record = {"record": "invoke", "index": index, "process": index, "object": name, "function": function}
    return record | {"arguments": {} if value is None else {"value": value}, "time_ns": time_ns}


def returned(index: int, outcome: str, time_ns: int, result: int | None = None) -> dict[str, Any]:
    return {"record": "return", "index": index, "outcome": outcome, "result": result, "time_ns": time_ns}


INTERLEAVED = [
    {"record": "header", "format": 1, "model": "cas-register", "initial": 0},
    invoke(0, "write", 0, 1),
    invoke(1, "read", 1),
    {"record": "fault", "fault": "kill", "target": "s", "call_ns": 2},
    returned(0, "unknown", 3),
    invoke(2, "write", 4, 2),
    invoke(3, "write", 7, 5, name="s"),
    returned(2, "ok", 6),
    returned(1, "ok", 8, 0),
    invoke(4, "read", 9),
    returned(4, "ok", 10, 1),
    returned(3, "fail", 11),
    invoke(5, "read", 12),
    returned(5, "ok", 13, 2),
    {"record": "footer", "operations": 6, "faults": 1},
]
"""A write of unknown outcome is read after one that returned; that this one is read once more, nothing explains."""


def cases() -> dict[str, list[bytes]]:
    found = {path.name: lines_of(path.name) for path in sorted(EXAMPLES.glob("*.jsonl"))}
    return found | {"interleaved": [json.dumps(record).encode() + b"\n" for record in INTERLEAVED]}


@pytest.mark.parametrize("name", cases())
def test_a_watch_that_is_cut_at_any_line_goes_on_to_the_same_verdict(name: str, tmp_path: Path) -> None:
    lines = cases()[name]
    path, checkpoint = tmp_path / "history.jsonl", tmp_path / "checkpoint.json"
    path.write_bytes(b"".join(lines))
    whole = watched(Watch(path, SETTINGS))
    assert whole[1]
    for cut in range(len(lines) + 1):
        path.write_bytes(b"".join(lines[:cut]))
        with Watch(path, SETTINGS) as watch:
            list(watch.read())
            write_checkpoint(watch, checkpoint)
        with path.open("ab") as stream:
            stream.writelines(lines[cut:])
        assert watched(resume(path, SETTINGS, checkpoint)) == whole, cut


def test_the_interleaved_history_is_a_violation_at_its_last_read(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b"".join(cases()["interleaved"]))
    (part, other), _ = watched(Watch(path, SETTINGS))
    assert (part.verdict.value, part.blocked_at, other.verdict.value) == ("violation", 5, "nothing checked")


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Path]:
    """A history, and the checkpoint of a watch that read half of it."""
    path, checkpoint = tmp_path / "history.jsonl", tmp_path / "checkpoint.json"
    path.write_bytes(b"".join(lines_of("lawful-lease.jsonl")[:4]))
    with Watch(path, SETTINGS) as watch:
        list(watch.read())
        write_checkpoint(watch, checkpoint)
    return path, checkpoint


def test_a_checkpoint_of_another_file_is_refused(saved: tuple[Path, Path]) -> None:
    path, checkpoint = saved
    path.write_bytes(b"".join(lines_of("job-claimed-twice.jsonl") * 3))
    with pytest.raises(UsageError, match="is not of the file"):
        resume(path, SETTINGS, checkpoint)


def test_a_checkpoint_of_a_longer_file_is_refused(saved: tuple[Path, Path]) -> None:
    path, checkpoint = saved
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UsageError, match="no longer the file that was followed"):
        resume(path, SETTINGS, checkpoint)


def test_a_checkpoint_of_other_options_is_refused(saved: tuple[Path, Path]) -> None:
    path, checkpoint = saved
    with pytest.raises(UsageError) as caught:
        resume(path, replace(SETTINGS, model="register"), checkpoint)
    assert caught.value.cause == 'model was null and is "register" now'
    resume(path, replace(SETTINGS, budget=Budget(1.0, 100.0)), checkpoint).follower.close()


@pytest.mark.parametrize("content", [b"", b"not JSON", b"[1]", b'{"checkpoint":99}', b"\xff"])
def test_what_is_no_checkpoint_is_refused_and_left_as_it_is(
    content: bytes, saved: tuple[Path, Path], lawful: Callable[[str], Run]
) -> None:
    path, checkpoint = saved
    checkpoint.write_bytes(content)
    run = lawful(f"lawful watch {path} --once --checkpoint {checkpoint}")
    assert run.code == 2
    assert "is not a checkpoint" in run.stderr
    assert checkpoint.read_bytes() == content


def members(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a JSON value there is something."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for name, member in inner for one in members(member, (*path, name)))]


def test_a_damaged_checkpoint_is_refused_or_harmless(saved: tuple[Path, Path]) -> None:
    """Whatever member is missing or of another type: a `UsageError`, and never a crash."""
    path, checkpoint = saved
    document = json.loads(checkpoint.read_text())
    refused = 0
    for place in members(document)[1:]:
        for damage in ("missing", "text"):
            damaged = json.loads(checkpoint.read_text())
            inner = damaged
            for name in place[:-1]:
                inner = inner[name]
            if damage == "missing":
                del inner[place[-1]]
            else:
                inner[place[-1]] = "damaged"
            broken = checkpoint.with_name("broken.json")
            broken.write_text(json.dumps(damaged))
            try:
                resume(path, SETTINGS, broken).follower.close()
            except UsageError:
                refused += 1
    assert refused > 30


def test_a_checkpoint_that_cannot_be_written_is_an_error(
    saved: tuple[Path, Path], lawful: Callable[[str], Run]
) -> None:
    path, _ = saved
    run = lawful(f"lawful watch {path} --once --checkpoint {path.parent / 'nowhere' / 'checkpoint.json'}")
    assert run.code == 2
    assert "cannot write the checkpoint" in run.stderr
