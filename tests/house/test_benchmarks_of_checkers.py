"""The benchmark of the checkers measures what it says: on tiny histories, and without Go."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="monitors and generator need numpy")

from benchmarks.checkers import neutral
from benchmarks.checkers.__main__ import run
from benchmarks.checkers.cases import Corpus, Extent, Series, corpora_in, series_of
from benchmarks.checkers.comparison import Answer, Row, errors_of
from benchmarks.checkers.generation import Case, write_case
from benchmarks.checkers.measurement import Limits, Measured, Side, measure, our_side
from benchmarks.checkers.objects import OBJECTS
from benchmarks.checkers.table import as_json, heading, line

from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.catalogue import MODELS
from lawful.models.history import Operation, Outcome

LIMITS = Limits(seconds=10, memory_mb=2048)
NO_GO = "Go is not installed"


def operations_of(file: Path) -> tuple[neutral.Head, list[Operation]]:
    """A neutral file as operations, all on one object."""
    with file.open(encoding="utf-8") as stream:
        head = neutral.read_head(stream)
        rows = list(neutral.read_rows(stream))
    operations = [
        Operation(
            index=index,
            process=index,
            object=head.model,
            key=None if key is None else str(key),
            function=function,
            arguments=dict(zip(neutral.FUNCTIONS[head.model][function], arguments, strict=True)),
            outcome=Outcome.UNKNOWN if returned is None else Outcome.OK,
            call_ns=call,
            return_ns=returned,
            result=answer,
        )
        for index, (key, function, arguments, answer, call, returned) in enumerate(rows)
    ]
    return head, operations


def reference_verdict(file: Path) -> Verdict:
    """What the reference checker says of a neutral file, key by key."""
    head, operations = operations_of(file)
    keys = {operation.key for operation in operations}
    parts = [[operation for operation in operations if operation.key == key] for key in keys]
    said = {check_object(part, MODELS[head.model](head.initial, 0), Budget(20.0)).verdict for part in parts}
    return next(verdict for verdict in Verdict if verdict in said)


@pytest.mark.parametrize("violation", [False, True])
@pytest.mark.parametrize("model", sorted(OBJECTS))
def test_generated_histories_have_the_verdict_that_they_claim(model: str, violation: bool, tmp_path: Path) -> None:
    for seed in range(3):
        # With three clients, a release overlaps almost always that may explain one grant more.
        operations, clients = (200, 2) if model == "semaphore" else (60, 3)
        case = Case(model, operations, clients=clients, repeated="register" in model, violation=violation, seed=seed)
        write_case(case, tmp_path / "history.jsonl")
        expected = Verdict.VIOLATION if violation else Verdict.LAWFUL
        assert reference_verdict(tmp_path / "history.jsonl") is expected, case


def test_a_generated_history_is_as_its_case_says(tmp_path: Path) -> None:
    case = Case("register", 500, clients=7, unknown=40)
    write_case(case, tmp_path / "one.jsonl")
    write_case(case, tmp_path / "other.jsonl")
    write_case(replace(case, seed=2), tmp_path / "another.jsonl")
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "other.jsonl").read_bytes()
    assert (tmp_path / "one.jsonl").read_bytes() != (tmp_path / "another.jsonl").read_bytes()
    _, operations = operations_of(tmp_path / "one.jsonl")
    unknown = [operation for operation in operations if operation.outcome is Outcome.UNKNOWN]
    assert (len(operations), len(unknown)) == (500, 40)
    calls = [operation.call_ns for operation in operations]
    assert calls == sorted(calls)
    written = [operation.arguments["value"] for operation in operations if operation.function == "write"]
    assert len(written) == len(set(written))
    ends = [end for operation in operations if (end := operation.return_ns) is not None]
    most_open = max(
        sum(call <= instant for call in calls) - sum(end < instant for end in ends) - 40 for instant in calls
    )
    assert most_open <= 7


def test_our_side_is_measured_and_the_other_left_out(tmp_path: Path) -> None:
    cases = (Case("register", 50), Case("register", 100), Case("register", 100, violation=True))
    rows = list(run([Series("length", cases)], [], NO_GO, LIMITS, tmp_path))
    assert [row.ours.verdicts for row in rows] == ["lawful", "lawful", "violation"]
    assert {row.porcupine.not_asked for row in rows} == {NO_GO}
    assert all(row.ours.seconds > 0 and row.ours.peak_mb > 1 for row in rows)
    assert errors_of(rows) == []
    assert list(tmp_path.iterdir()) == []
    widths = {len(text) for text in (*heading().split("\n"), *map(line, rows))}
    assert len(widths) == 1, "columns are not aligned"
    assert len(json.loads(json.dumps(as_json(rows)))["rows"]) == 3


def test_a_side_that_gave_up_is_not_asked_again(tmp_path: Path) -> None:
    program = tmp_path / "gives_up.py"
    report = {"file": "", "verdict": "inconclusive", "method": "none", "seconds": 1.0}
    report |= {"cpu_seconds": 1.0, "repetitions": 1, "operations": 50, "bare_mb": 1.0, "peak_mb": 2.0}
    program.write_text(f"print({json.dumps(json.dumps(report))})\n")
    other = Side("porcupine", (sys.executable, str(program)))
    cases = tuple(Case("set", operations) for operations in (50, 60))
    easier, harder = run([Series("length", cases)], [], other, LIMITS, tmp_path)
    assert easier.porcupine.gave_up
    assert harder.porcupine.not_asked == f"gave up on {easier.name}"
    assert harder.ours.decided


def test_a_process_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "hoards.py"
    program.write_text("import time\nhoard = b'x' * 300_000_000\ntime.sleep(60)\n")
    (measured,) = measure(Side("hoarder", (sys.executable, str(program))), [program], Limits(10, 200))
    assert (measured.verdict, measured.note) == ("inconclusive", "more than 200 MB")


def test_a_process_that_fails_is_an_error_and_not_inconclusive(tmp_path: Path) -> None:
    program = tmp_path / "fails.py"
    program.write_text("raise SystemExit('broken')\n")
    (measured,) = measure(Side("broken", (sys.executable, str(program))), [program], LIMITS)
    assert (measured.verdict, measured.note) == ("failed", "broken")


def run_command(repository: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The benchmark as a command, where no Go is to be found."""
    command = [sys.executable, "-m", "benchmarks.checkers", "--quick", *options]
    return subprocess.run(
        command, cwd=repository, env={"PATH": ""}, capture_output=True, text=True, check=False, timeout=100
    )


def row(ours: str | None, porcupine: str | None, expected: str = "lawful") -> Row:
    def answer(verdict: str | None) -> Answer:
        return Answer() if verdict is None else Answer((Measured(verdict, "m", 1.0, 1.0, 1.0, 1, 0.0),))

    return Row("length", "a history", 1, (expected,), answer(ours), answer(porcupine))


@pytest.mark.parametrize(
    ("measured", "errors"),
    [
        (row("lawful", "lawful"), 0),
        (row("lawful", "inconclusive"), 0),
        (row("inconclusive", None), 0),
        (row("violation", None), 1),
        (row("lawful", "violation"), 2),
        (row("lawful", "lawful", "violation"), 2),
        (row("nothing checked", "lawful"), 2),
        (row("lawful", "failed"), 1),
    ],
)
def test_contradictions_are_errors(measured: Row, errors: int) -> None:
    assert len(measured.errors()) == errors
    assert ("ERROR" in line(measured)) == (errors > 0)


def test_a_contradiction_with_a_known_verdict_fails_the_run(repository: Path, tmp_path: Path) -> None:
    """A lawful history lies in the folder of those in violation."""
    folder = tmp_path / "cas-register" / "bad"
    folder.mkdir(parents=True)
    events = "{:process 0, :type :invoke, :f :write, :value 1}\n{:process 0, :type :ok, :f :write, :value 1}\n"
    (folder / "lawful.edn").write_text(events)
    done = run_command(repository, "--only", "cas-register, 1 recorded history", "--histories", str(tmp_path))
    assert done.returncode == 1, done.stderr
    assert "ours says lawful, and the history is known to be violation" in done.stderr
    assert "ERROR" in done.stdout


def test_recorded_histories_are_measured_with_the_verdicts_of_their_folders(repository: Path, tmp_path: Path) -> None:
    corpora = {corpus.name: corpus for corpus in corpora_in(repository.parent / "shared" / "histories")}
    if not corpora:
        pytest.skip("there are no recorded histories beside this checkout")
    few = Corpus("kv", corpora["kv"].files)
    (measured,) = run([], [few], NO_GO, LIMITS, tmp_path)
    assert measured.errors() == []
    assert measured.ours.verdicts == "2 lawful, 2 violation"


def test_the_command_prints_a_table_and_writes_the_results(repository: Path, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    name = "key-value, 2,000 operations, 5 clients, one stale answer"
    done = run_command(repository, "--only", name, "--histories", str(tmp_path), "--output", str(results))
    assert done.returncode == 0, done.stderr
    assert f"Porcupine is left out: {NO_GO}" in done.stderr
    (written,) = json.loads(results.read_text())["rows"]
    assert written["name"] == name
    assert name in done.stdout
    assert written["ours"]["measured"][0]["verdict"] == "violation"


def test_the_series_grow_and_the_quick_ones_are_few() -> None:
    sizes = {extent: sum(len(one.cases) for one in series_of(extent)) for extent in Extent}
    assert sizes[Extent.QUICK] < 60 < sizes[Extent.DEFAULT] < sizes[Extent.HUGE]
    for one in series_of(Extent.HUGE):
        grown = [(case.operations, case.clients, case.unknown) for case in one.cases]
        assert grown == sorted(grown), "a side that gave up is not asked about later histories"


def test_our_side_is_held_to_the_limits_it_is_given() -> None:
    command = our_side(Limits(3.5, 100)).command
    assert command[command.index("--limit") + 1] == "3.5"
    assert command[command.index("--memory-mb") + 1] == "100"
