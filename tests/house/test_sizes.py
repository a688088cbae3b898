"""Functions and files stay small enough to be read at one go."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

MOST_LINES_OF_A_FUNCTION = 70
MOST_LINES_OF_A_FILE = 450

LONG_FUNCTIONS: frozenset[str] = frozenset()
"""`path:function` of each function that is longer because one idea needs it."""


def long_functions(source: str) -> list[tuple[str, int]]:
    """Name and number of lines of each function beyond the limit; decorators do not count, docstrings do."""
    return [
        (node.name, lines)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]


@pytest.fixture
def python_files(repository: Path, source_files: list[Path]) -> list[Path]:
    """Every Python file of the project."""
    return sorted(
        {*source_files, *(path for name in ("tests", "benchmarks") for path in (repository / name).rglob("*.py"))}
    )


def test_functions_stay_short(repository: Path, python_files: list[Path]) -> None:
    found = {
        f"{path.relative_to(repository)}:{name}": lines
        for path in python_files
        for name, lines in long_functions(path.read_text(encoding="utf-8"))
    }
    assert {name: lines for name, lines in found.items() if name not in LONG_FUNCTIONS} == {}
    assert found.keys() >= LONG_FUNCTIONS, "an exception is no longer needed"


def test_files_stay_short(repository: Path, python_files: list[Path]) -> None:
    lengths = {str(path.relative_to(repository)): path.read_bytes().count(b"\n") for path in python_files}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_a_long_function_is_found() -> None:
    body = "\n".join(["    x = 1"] * MOST_LINES_OF_A_FUNCTION)
    assert long_functions(f"class C:\n  pass\nasync def long():\n{body}") == [("long", 71)]
    assert long_functions(f"def short():\n{body[: body.rindex('x')]}pass".replace("    x = 1\n", "", 1)) == []
