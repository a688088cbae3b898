"""`lawful adapter`: the template passes, first failures are named by their step, and the messages keep their schema."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from lawful.conformance.adapter_check import walk
from lawful.conformance.schemas import schema

from .conftest import Run

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "go-file-store"

# A line of the template, what an author may have written instead, and the step at which this shows.
MISTAKES = {
    "no-hello": ('return {"protocol": 1,', 'return {"protocol": 2,', "✗ starts, and says hello", 4),
    "misspelt-function": ("def jobs__claim(", "def jobs__clame(", "✗ starts, and says hello", 4),
    "start-fails": ("self.jobs = {}", "raise Failed('no disk')", "✗ starts its store, and opens a client", 4),
    "wrong-type": (
        'return sum(job["state"] == "queued" for job in self.jobs.values())',
        'return "none"',
        "✗ answers each function",
        4,
    ),
    "raises": ("if id in self.jobs:", "if id in self.rows:", "✗ answers each function", 4),
    "fails": (
        "if id in self.jobs:",
        "if self.jobs is not None:\n            raise Failed('disk full')",
        "✗ answers each function",
        4,
    ),
    "accepts-an-id-twice": (
        "            return False\n        self.jobs[id]",
        "            pass\n        self.jobs[id]",
        "✗ ",
        1,
    ),
    "strips-text": ('"type": type,', '"type": type.strip("\\x00"),', "✗ ", 1),
    "floats": ('"params": params,', '"params": float(params) if isinstance(params, int) else params,', "✗ ", 1),
    "anybody-completes": (' or job["worker"] != worker', "", "✗ ", 1),
    "prints-on-stdout": ("replies, sys.stdout = sys.stdout, sys.stderr", "replies = sys.stdout; print('hi')", "✗ ", 4),
}
TAKES_LONG = {"accepts-an-id-twice"}
"""It shows after hundreds of operations, and may do so when two clients are at work."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about how small a program gets, or how much two clients do."""
    monkeypatch.setattr(walk, "_REDUCTION_S", 0.5)
    monkeypatch.setattr(walk, "_PACE_S", 0.5)


def test_the_template_passes_every_step(lawful: Callable[[str], Run], folder: Path) -> None:
    assert lawful("lawful adapter new mine").stdout.endswith("next: lawful adapter check exec:mine/adapter.py\n")
    run = lawful("lawful adapter check exec:mine/adapter.py")
    assert run.code == 0, run
    assert run.stdout.count("✓") == 7
    assert "○ unsupported: the table tasks" in run.stdout
    assert "jobs.heartbeat" in run.stdout
    assert run.stdout.endswith("The full verdict, under faults: lawful run --backend exec:mine/adapter.py\n")


def mistaken(name: str, lawful: Callable[[str], Run], folder: Path) -> Path:
    """The template with one of the mistakes."""
    right, wrong, *_ = MISTAKES[name]
    lawful("lawful adapter new mine")
    adapter = folder / "mine" / "adapter.py"
    text = adapter.read_text("utf-8")
    assert right in text
    adapter.write_text(text.replace(right, wrong), encoding="utf-8")
    return adapter


def test_a_known_failure_does_not_end_the_walk(lawful: Callable[[str], Run], folder: Path) -> None:
    adapter = mistaken("strips-text", lawful, folder)
    known = '[TS-ALL-5]\nreason = "strips texts"\n'
    adapter.with_name("adapter.known-failures.toml").write_text(known)
    run = lawful("lawful adapter check exec:mine/adapter.py")
    assert run.code == 0, run
    assert "✓ breaks what it is known to break: 1 of 1 known failure met\n" in run.stdout
    assert "⊘ known failure of TS-ALL-5: strips texts\n" in run.stdout
    assert lawful("lawful adapter check exec:mine/adapter.py --known-failures none").code == 1


def test_a_known_failure_that_passes_ends_the_walk(lawful: Callable[[str], Run], folder: Path) -> None:
    lawful("lawful adapter new mine")
    (folder / "known.toml").write_text('[TS-JOBS-7]\nreason = "an enqueue overwrites"\n')
    run = lawful("lawful adapter check exec:mine/adapter.py --known-failures known.toml")
    assert run.code == 1, run
    assert "unexpected pass of TS-JOBS-7" in run.stdout
    assert "--known-failures known.toml\n" in run.stdout


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in TAKES_LONG else ()) for name in MISTAKES]
)
def test_a_mistake_is_found_at_its_step(lawful: Callable[[str], Run], folder: Path, name: str) -> None:
    *_, step, code = MISTAKES[name]
    mistaken(name, lawful, folder)
    run = lawful("lawful adapter check exec:mine/adapter.py --table jobs")
    assert run.code == code, run
    assert step in run.stdout
    assert "Repeat with: lawful adapter check exec:mine/adapter.py --table jobs --seed 7" in run.stdout
    if name not in ("no-hello", "misspelt-function", "start-fails", "prints-on-stdout", *TAKES_LONG):
        assert '  sent:     {"id":' in run.stdout
        assert '  received: {"id": ' in run.stdout


def test_an_adapter_that_dies_is_shown_with_its_last_words(lawful: Callable[[str], Run], folder: Path) -> None:
    lawful("lawful adapter new mine")
    adapter = folder / "mine" / "adapter.py"
    text = adapter.read_text("utf-8")
    dies = text.replace("if id in self.jobs:", r"if sys.stderr.write('disk full\n') and os._exit(3):")
    adapter.write_text(dies.replace("import json\n", "import json\nimport os\n"), encoding="utf-8")
    run = lawful("lawful adapter check exec:mine/adapter.py --table jobs")
    assert run.code == 4, run
    assert "jobs.enqueue: its process ended by itself with exit code 3" in run.stdout
    assert "hint: its standard error ends in:\n  disk full\n" in run.stdout


def test_a_function_that_is_declined_when_called_is_shown_as_unsupported(
    lawful: Callable[[str], Run], folder: Path
) -> None:
    lawful("lawful adapter new mine")
    adapter = folder / "mine" / "adapter.py"
    text = adapter.read_text("utf-8")
    declines = 'reply = {"unsupported": "no"} if "queue_depth" in line else {"ok": answer(store, asked)}'
    right = 'reply = {"ok": answer(store, asked)}'
    assert right in text
    adapter.write_text(text.replace(right, declines), encoding="utf-8")
    run = lawful("lawful adapter check exec:mine/adapter.py --table jobs")
    assert run.code == 0, run
    assert ", jobs.queue_depth\n" in run.stdout


def test_a_template_overwrites_nothing(lawful: Callable[[str], Run], folder: Path) -> None:
    lawful("lawful adapter new mine")
    run = lawful("lawful adapter new mine")
    assert (run.code, "mine/adapter.py exists" in run.stderr) == (2, True)


def test_unknown_names_are_refused_with_the_nearest(lawful: Callable[[str], Run]) -> None:
    assert "did you mean 'python'?" in lawful("lawful adapter new mine --language pyton").stderr
    assert "did you mean 'jobs'?" in lawful("lawful adapter check exec:x --table job").stderr
    assert "did you mean 'jobs'?" in lawful("lawful adapter functions job").stderr


def test_every_function_is_listed_with_its_types(lawful: Callable[[str], Run]) -> None:
    run = lawful("lawful adapter functions jobs")
    assert "  claim(worker: string, ttl_ms: integer) -> object or null\n" in run.stdout


def test_the_messages_keep_their_schema(lawful: Callable[[str], Run], folder: Path) -> None:
    lawful("lawful adapter new mine")
    described = schema("adapter")
    assert isinstance(described, dict)
    jsonschema.Draft202012Validator.check_schema(described)
    document = jsonschema.Draft202012Validator(described)
    answers = {
        name: jsonschema.Draft202012Validator(described | {"oneOf": [{"$ref": f"#/$defs/{name}"}]})
        for name in ("hello_answer", "start_answer")
    }
    call = {"table": "jobs", "key": None, "function": "enqueue", "arguments": {"id": "j", "type": "", "params": None}}
    requests = [
        {"id": 0, "do": "hello", "protocol": 1, "lawful": "0.1.0", "options": {}},
        {"id": 1, "do": "start", "folder": str(folder)},
        {"id": 2, "do": "open", "client": "c", "connection": None, "timeout_ms": 500},
        {"id": 3, "do": "call", "client": "c", **call},
        {"id": 4, "do": "close", "client": "c"},
        {"id": 5, "do": "stop"},
    ]
    for request in requests:
        document.validate(request)
    text = "".join(f"{json.dumps(request)}\n" for request in requests)
    ran = subprocess.run(
        [sys.executable, "mine/adapter.py"], input=text, capture_output=True, text=True, timeout=20, check=True
    )
    replies = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [reply["id"] for reply in replies] == list(range(6))
    for reply in replies:
        document.validate(reply)
    answers["hello_answer"].validate(replies[0]["ok"])
    answers["start_answer"].validate(replies[1]["ok"])
    assert replies[3]["ok"] is True


@pytest.mark.parametrize(
    "line",
    [
        {"id": 3, "ok": 1, "failed": "both"},
        {"id": 3},
        {"id": 3, "unknown": None},
        {"id": "3", "ok": 1},
        {"id": 3, "do": "jump"},
    ],
)
def test_a_wrong_message_breaks_the_schema(line: dict[str, object]) -> None:
    described = schema("adapter")
    assert isinstance(described, dict)
    assert not jsonschema.Draft202012Validator(described).is_valid(line)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("go") is None, reason="the Go tool is not installed here")
def test_the_example_in_go_passes_and_is_lawful_under_faults(lawful: Callable[[str], Run], folder: Path) -> None:
    program = folder / "go-store"
    subprocess.run(["go", "build", "-o", str(program), "."], cwd=EXAMPLE, check=True, timeout=110)
    run = lawful("lawful adapter check exec:./go-store")
    assert run.code == 0, run
    assert run.stdout.count("✓") == 7
    run = lawful("lawful run --backend exec:./go-store --seconds 4 --seed 5 --format json")
    summary = json.loads(run.stdout)
    assert (run.code, summary["verdict"], summary["defects"]) == (0, "lawful", {}), run
    assert summary["faults"] > 0
