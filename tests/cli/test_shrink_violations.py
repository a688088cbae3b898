"""`lawful shrink`: what it writes is a violation by itself, as a history and as a test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lawful.checkers.linearizability.core import Core, minimal_core
from lawful.conformance.history.formats import dump, load
from lawful.conformance.regression import literal, regression_test
from lawful.models.history import Header, History, Operation, Outcome
from lawful.models.values import Json

from .conftest import Run

KNOSSOS = Path(__file__).resolve().parents[2].parent / "shared/histories/cas-register/bad/cas-failure.edn"
ETCD = Path(__file__).resolve().parents[2].parent / "shared" / "histories" / "etcd" / "bad" / "etcd_001.log"

COMMANDS = {
    "shrink-help": "lawful shrink --help",
    "shrink-history": "lawful shrink stale-read.jsonl",
    "shrink-pytest": "lawful shrink job-claimed-twice.jsonl --as pytest",
    "shrink-lawful": "lawful shrink lawful-lease.jsonl",
    "shrink-lawful-object": "lawful shrink stale-read.jsonl --only register/y",
    "shrink-nothing-checked": "lawful shrink all-failed.jsonl",
    "shrink-unknown-object": "lawful shrink stale-read.jsonl --only register/z",
    "shrink-unknown-form": "lawful shrink stale-read.jsonl --as pytst",
    "shrink-unknown-model": "lawful shrink stale-read.jsonl --model registr",
    "shrink-missing-file": "lawful shrink nowhere.jsonl",
    "shrink-missing-folder": "lawful shrink stale-read.jsonl -o nowhere/out.jsonl",
    "shrink-onto-itself": "lawful shrink stale-read.jsonl -o ./stale-read.jsonl",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reduction_prints_what_it_printed_before(
    name: str, lawful: Callable[[str], Run], snapshot: Callable[[str, Run], None]
) -> None:
    snapshot(name, lawful(COMMANDS[name]))


def test_no_snapshot_of_a_reduction_is_left_over() -> None:
    assert {path.stem for path in (Path(__file__).parent / "snapshots").glob("shrink-*.txt")} == COMMANDS.keys()


@pytest.mark.parametrize("name", ["stale-read", "job-claimed-twice", "lease-granted-twice"])
def test_the_core_is_a_violation_by_itself(name: str, lawful: Callable[[str], Run], folder: Path) -> None:
    assert lawful(f"lawful shrink {name}.jsonl -o core.jsonl").code == 0
    assert lawful("lawful check core.jsonl").code == 1
    assert lawful("lawful lint core.jsonl").code == 0
    core, whole = load(folder / "core.jsonl"), load(folder / f"{name}.jsonl")
    assert len(core) <= len(whole)
    assert (core.header.backend, core.header.initial) == (whole.header.backend, whole.header.initial)
    assert core.header.options["shrunk_from"]["file"] == f"{name}.jsonl"  # type: ignore[index, call-overload]


def test_a_core_cannot_be_shrunk_further(lawful: Callable[[str], Run], folder: Path) -> None:
    lawful("lawful shrink stale-read.jsonl -o once.jsonl")
    lawful("lawful shrink once.jsonl -o twice.jsonl")
    assert load(folder / "once.jsonl").operations == load(folder / "twice.jsonl").operations


def test_what_options_said_is_in_the_header(lawful: Callable[[str], Run], folder: Path) -> None:
    run = lawful("lawful shrink lawful-lease.jsonl --model register --initial 1 -o core.jsonl")
    assert run.code == 2  # the model has no such function
    command = "lawful shrink lease-granted-twice.jsonl --clock-error-ms 3 --model leader_lease -o core.jsonl"
    assert lawful(command).code == 0
    header = load(folder / "core.jsonl").header
    assert (header.model, header.clock_error_ns) == ("leader_lease", 3_000_000)


def run_test(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(path.parent), str(path)]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False, timeout=60)


def test_the_written_test_passes_ruff_and_mypy(folder: Path) -> None:
    long: Json = {f"member {i}": ["it's", 'a "b"', "\x00", {"deep": [i, None, True, "x" * 40]}] for i in range(4)}
    read = Operation(0, 0, "register", "read", {"nothing": long}, Outcome.OK, 0, 1, result=long)
    note: dict[str, Json] = {"file": "recording.jsonl", "object": "register", "operations": [0]}
    history = History((read,), header=Header(model="register", options={"shrunk_from": note}))
    path = folder / "test_core.py"
    path.write_text(regression_test(history), encoding="utf-8")
    for command in ("ruff check --isolated", "ruff format --isolated --check --line-length 120", "mypy --strict"):
        program, *options = command.split()
        found = [sys.executable, "-m", program, *options, str(path)]
        run = subprocess.run(found, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
        assert run.returncode == 0, run.stdout
    assert "1 passed" in run_test(path).stdout


@pytest.mark.parametrize("name", ["stale-read", "job-claimed-twice", "lease-granted-twice"])
def test_the_written_test_passes_alone_and_can_fail(
    name: str, lawful: Callable[[str], Run], folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    alone = tmp_path_factory.mktemp("alone") / "test_core.py"
    assert lawful(f"lawful shrink {name}.jsonl --as pytest -o {alone}").code == 0
    passed = run_test(alone)
    assert passed.returncode == 0, passed.stdout
    assert "1 passed" in passed.stdout
    text = alone.read_text(encoding="utf-8")
    compile(text, "core.py", "exec")
    # Without its last answer the core is no contradiction.
    head, _, tail = text.rpartition("Outcome.OK")
    alone.write_text(f"{head}Outcome.FAIL{tail}", encoding="utf-8")
    assert run_test(alone).returncode == 1


NASTY: list[Json] = ["plain", "it's", "\\'", "\x00'\\", 'a "b" \\n \n', "\u202e\u2028\x00\U0001f600", "'''\"\"\""]


@pytest.mark.parametrize("value", [*NASTY, {"k'": [1, 1.5, None, True]}])
def test_any_value_survives_in_a_test(value: Json) -> None:
    assert eval(literal(value)) == value


def test_values_cannot_become_code(folder: Path) -> None:
    nasty = 'x"\nraise SystemExit(9)\n"""'
    read = Operation(0, 0, nasty, "read", {}, Outcome.OK, 0, 1, key=nasty, result=nasty, server=nasty)
    note: dict[str, Json] = {"file": nasty, "object": nasty, "operations": [0]}
    history = History((read,), header=Header(model="register", initial=nasty + "!", options={"shrunk_from": note}))
    path = folder / "test_nasty.py"
    path.write_text(regression_test(history), encoding="utf-8")
    assert "1 passed" in run_test(path).stdout


def test_processes_stay_well_formed_where_an_operation_is_forgotten(lawful: Callable[[str], Run], folder: Path) -> None:
    # The write of client 1 is weakened, and client 1 goes on: written under one number, nobody could read the file.
    operations = (
        Operation(0, 1, "register", "write", {"value": 1}, Outcome.OK, 0, 1),
        Operation(1, 1, "register", "read", {}, Outcome.OK, 2, 3, result=7),
    )
    dump(History(operations, header=Header(model="register")), folder / "forgotten.jsonl")
    assert lawful("lawful shrink forgotten.jsonl -o core.jsonl").code == 0
    first, second = load(folder / "core.jsonl")
    assert (first.outcome, second.outcome) == (Outcome.UNKNOWN, Outcome.OK)
    assert first.process != second.process


def test_other_objects_in_violation_are_named(lawful: Callable[[str], Run], folder: Path) -> None:
    bad = Operation(0, 1, "register", "read", {}, Outcome.OK, 0, 1, key="a", result=7)
    history = History((bad, replace(bad, index=1, process=2, key="b")), header=Header(model="register"))
    dump(history, folder / "two.jsonl")
    assert "also in violation, see --only: register/b" in lawful("lawful shrink two.jsonl").stdout
    assert "1 operation of register/b" in lawful("lawful shrink two.jsonl --only register/b").stdout


def test_a_core_that_is_none_is_a_bug(lawful: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any, **named: Any) -> Core:
        found = minimal_core(*arguments, **named)
        assert found is not None
        return replace(found, operations=found.operations[:1])

    monkeypatch.setattr("lawful.conformance.cli.shrink.minimal_core", broken)
    run = lawful("lawful shrink stale-read.jsonl")
    assert run.code == 70
    assert "the core of register/x is lawful" in run.stderr


@pytest.mark.skipif(not KNOSSOS.is_file(), reason="the recorded histories are not beside the repository")
def test_what_is_written_replays_from_the_start(lawful: Callable[[str], Run], folder: Path) -> None:
    # The report shows one read and the state before; the file has to bring that state about.
    assert "180 earlier operations not shown" in lawful(f"lawful check {KNOSSOS}").stdout
    assert lawful(f"lawful shrink {KNOSSOS} -o core.jsonl").code == 0
    assert lawful("lawful check core.jsonl").code == 1
    assert len(load(folder / "core.jsonl")) < 100


@pytest.mark.skipif(not ETCD.is_file(), reason="the recorded histories are not beside the repository")
def test_a_recorded_log_of_another_tool_shrinks(lawful: Callable[[str], Run], folder: Path) -> None:
    run = lawful(f"lawful shrink {ETCD} -o core.jsonl")
    assert run.code == 0
    assert "wrote core.jsonl: 7 of " in run.stdout
    assert lawful("lawful check core.jsonl").code == 1
