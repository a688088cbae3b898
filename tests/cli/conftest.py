"""Whole runs of the command line, compared with golden snapshots: exit code, standard output and standard error.

After a change of the output that is meant: `pytest tests/cli --update-snapshots`, and read the difference before it
is committed.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lawful.conformance.cli import main

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "docs" / "examples"

_VARYING = (
    (re.compile(r"\b\d+\.\d\d s\b"), "N s"),
    (re.compile(r'("(?:cpu_)?seconds": )[\d.e-]+'), r"\1N"),
    (re.compile(r"\b\d+ states/s"), "N states/s"),
    (re.compile(r"(?<=^lawful )\S+$", re.MULTILINE), "VERSION"),
    (re.compile(r'("lawful": )"[^"]+"'), r'\1"VERSION"'),
    (re.compile(r"the first \d+ of"), "the first N of"),
    (re.compile(r"\b\d{8}-\d{6}-"), "TIME-"),
    (re.compile(r"\b\d+ operations, \d+ faults"), "N operations, N faults"),
    (re.compile(r"\(\d+ times\)"), "(N times)"),
    (re.compile(r"✓ \d+"), "✓ N"),
    (re.compile(r"client process client-\d+"), "client process client-N"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the golden snapshots anew")


@dataclass(frozen=True)
class Run:
    """One call of the command line."""

    command: str
    code: int
    stdout: str
    stderr: str

    def text(self, folder: Path) -> str:
        """Everything, with what differs from run to run and from machine to machine made equal."""
        text = f"$ {self.command}\nexit code: {self.code}\n--- stdout\n{self.stdout}--- stderr\n{self.stderr}"
        text = text.replace(str(folder), "FOLDER")
        for pattern, replacement in _VARYING:
            text = pattern.sub(replacement, text)
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory of the command: the histories of these tests and the examples, and a quiet environment."""
    for source in (EXAMPLES, HERE / "histories"):
        for path in source.iterdir():
            shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("LAWFUL_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def lawful(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Run]:
    """Runs a command line such as `lawful check FILE` in `folder`."""

    def run(command: str) -> Run:
        program, *arguments = shlex.split(command)
        assert program == "lawful"
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Run(command, code, captured.out, captured.err)

    return run


@pytest.fixture
def snapshot(request: pytest.FixtureRequest, folder: Path) -> Callable[[str, Run], None]:
    """Compares a run with the snapshot of a name, or writes the snapshot where that was asked for."""

    def compare(name: str, run: Run) -> None:
        path = HERE / "snapshots" / f"{name}.txt"
        text = run.text(folder)
        if request.config.getoption("--update-snapshots", default=False):
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no snapshot {path.name}; write it with pytest tests/cli --update-snapshots"
        assert text == path.read_text(encoding="utf-8")

    return compare
