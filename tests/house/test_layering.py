"""Imports point left only: specs <- models <- checkers <- conformance, and the left layers stay pure.

Read from the syntax tree, since import-linter does not see a package that is spread over four source roots.
A state machine that could look at a clock or a file would not be the same in the search, in a proof and in a report.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LAYERS = ("specs", "models", "checkers", "conformance")

IMPURE = frozenset(
    "asyncio concurrent datetime fileinput glob http io logging multiprocessing os pathlib queue random secrets select"
    " selectors shutil signal socket sqlite3 ssl subprocess tempfile threading time urllib uuid _thread psutil".split()
)
"""Modules that read a clock, draw numbers, start threads or touch the world outside: not for specs and models."""

FILES = frozenset("fileinput glob pathlib shutil sqlite3 tempfile socket http urllib ssl".split())
"""Modules that read and write files or sockets: not for checkers, which judge what they are given."""

FILE_METHODS = frozenset({"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir"})


def imported_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The modules that a file imports, with the line. A relative import counts as one of a module named `.`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." if node.level or node.module is None else node.module
        elif isinstance(node, ast.Call) and _name(node.func) in {"__import__", "import_module"}:
            yield node.lineno, "a computed module"


def wrong_imports(layer: str, source: str) -> list[str]:
    """What a file of `layer` imports although it must not."""
    allowed = {f"lawful.{name}" for name in LAYERS[: LAYERS.index(layer) + 1]}
    forbidden = {"specs": IMPURE, "models": IMPURE, "checkers": FILES, "conformance": frozenset[str]()}[layer]
    wrong = []
    for line, module in imported_modules(ast.parse(source)):
        top = module.split(".")[0]
        if top == "lawful":
            bad = ".".join(module.split(".")[:2]) not in allowed
        else:
            bad = top in forbidden or (module in {".", "a computed module"} and layer != "conformance")
        if bad:
            wrong.append(f"line {line}: {layer} must not import {module}")
    return wrong


def file_access(source: str) -> list[str]:
    """Calls that open, read or write a file."""
    return [
        f"line {node.lineno}: {_name(node.func)}()"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in {"open", "input", "print"})
            or (isinstance(node.func, ast.Attribute) and node.func.attr in FILE_METHODS)
        )
    ]


def _name(function: ast.expr) -> str | None:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else None


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_from_its_left(repository: Path, layer: str) -> None:
    wrong = {
        str(path.relative_to(repository)): found
        for path in sorted((repository / layer / "lawful" / layer).rglob("*.py"))
        if (found := wrong_imports(layer, path.read_text(encoding="utf-8")))
    }
    assert wrong == {}


@pytest.mark.parametrize("layer", ["specs", "models", "checkers"])
def test_the_pure_layers_touch_no_files(repository: Path, layer: str) -> None:
    touched = {
        str(path.relative_to(repository)): found
        for path in sorted((repository / layer / "lawful" / layer).rglob("*.py"))
        if (found := file_access(path.read_text(encoding="utf-8")))
    }
    assert touched == {}


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("specs", "from lawful.models.model import Call"),
        ("models", "import lawful.checkers.verdict"),
        ("checkers", "def late():\n    from lawful.conformance import errors"),
        ("models", "from ..checkers import verdict"),
        ("models", "import time"),
        ("specs", "from pathlib import Path"),
        ("models", "import concurrent.futures"),
        ("models", "import importlib\nimportlib.import_module('lawful.checkers')"),
        ("checkers", "import pathlib"),
    ],
)
def test_a_wrong_import_is_found(layer: str, source: str) -> None:
    assert len(wrong_imports(layer, source)) == 1


def test_a_right_import_is_left_alone() -> None:
    source = "import time\nfrom lawful.models.history import History\nfrom lawful.specs.clause import Clause"
    assert wrong_imports("checkers", source) == []


@pytest.mark.parametrize("source", ["open('x')", "where.read_text()", "Path('x').write_bytes(b'')", "print(1)"])
def test_an_access_to_a_file_is_found(source: str) -> None:
    assert len(file_access(source)) == 1
