"""The registry of commands, and how little a command imports."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from lawful.conformance.backends import registry
from lawful.conformance.cli.registry import COMMANDS
from lawful.conformance.errors import BackendUnavailable

from .conftest import Run

_PROBE = """
import json, sys
from lawful.conformance.cli import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_of_a_command_is_the_first_sentence_of_its_help(name: str) -> None:
    module, _, attribute = COMMANDS[name].target.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    assert command.name == name
    assert (command.help or "").partition("\n")[0] == COMMANDS[name].summary


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["check", "lawful-lease.jsonl"], {"rich", "hypothesis", "redis", "sqlite3", "pysyncobj", "jsonschema", "z3"}),
        (["--help"], {"lawful.models.catalogue", "lawful.conformance.cli.check", "psutil", "rich"}),
        (["--version"], {"lawful.models.catalogue", "lawful.conformance.cli.check", "psutil", "rich"}),
        (["backends", "sqlite"], {"redis", "pysyncobj", "lawful.conformance.backends.raft"}),
    ],
)
def test_a_command_imports_only_what_it_needs(folder: Path, arguments: list[str], unneeded: set[str]) -> None:
    command = [sys.executable, "-c", _PROBE, *arguments]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    code, modules = json.loads(run.stderr)
    assert code == 0
    assert unneeded & set(modules) == set()


def test_backends_lists_what_is_installed(lawful: Callable[[str], Run]) -> None:
    run = lawful("lawful backends")
    assert run.code == 0
    assert "✓ sqlite" in run.stdout


class _Absent:
    """A chosen backend of which a part is not installed."""

    def build(self) -> None:
        raise BackendUnavailable("the client library is missing", hint="pip install 'lawful[absent]'")


def test_a_missing_part_of_a_backend_is_named_with_the_command_that_installs_it(
    lawful: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "installed", lambda: {"absent": "nowhere:Absent"})
    monkeypatch.setattr(registry, "choose", lambda name: _Absent())
    run = lawful("lawful backends")
    assert run.code == 0
    assert "- absent  the client library is missing" in run.stdout
    assert "pip install 'lawful[absent]'" in run.stdout
