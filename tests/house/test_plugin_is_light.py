"""Every pytest run where this package is installed imports the plugin, so importing it must cost next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = frozenset("hypothesis z3 numba numpy redis pysyncobj networkx rich click psutil jsonschema sqlite3".split())

_PROBE = "import {module}, json, sys; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"


def modules_after_importing(module: str) -> set[str]:
    """Top-level modules of a fresh interpreter that imported `module`."""
    command = [sys.executable, "-c", _PROBE.format(module=module)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return set(json.loads(printed))


def test_the_plugin_imports_nothing_heavy() -> None:
    assert modules_after_importing("lawful.conformance.plugin") & HEAVY == set()


@pytest.mark.parametrize("module", ["click", "lawful.checkers.linearizability.monitors.monitor"])
def test_a_heavy_import_is_found(module: str) -> None:
    assert modules_after_importing(module) & HEAVY
