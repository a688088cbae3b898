"""A project of somebody else, with folders called like ours, our wheel installed and default settings of pytest.

What goes wrong without care: their `import models` finds ours, or ours finds theirs, depending on who came first.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

OWN_TEST = """
import conformance
import models.register


def test_own_packages_are_found():
    assert models.register.VALUE == 42
    assert conformance.NAME == "theirs"


def test_ours_comes_from_the_wheel():
    import lawful.models.register
    import lawful.specs.task_store

    assert "site-packages" in lawful.models.register.__file__
    assert "site-packages" in lawful.specs.task_store.__file__
    assert len(lawful.__path__) == 1
"""


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a virtual environment with the wheel; the libraries that it needs are lent from ours."""
    folder = tmp_path_factory.mktemp("stranger") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True)
    # A path in a .pth file is searched after the environment's own, and the .pth files in it are not read: the
    # checkout, which is installed over there as editable, stays out of sight.
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Packages `models` and `conformance` that have nothing to do with ours, and a test of them."""
    for name, text in {
        "models/__init__.py": "",
        "models/register.py": "VALUE = 42\n",
        "conformance/__init__.py": "NAME = 'theirs'\n",
        "test_own.py": OWN_TEST,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def run(environment: Path, project: Path, program: str, *arguments: str) -> str:
    """The output of a program of the environment, which has to succeed."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LAWFUL_", "PYTEST_", "PYTHON"))}
    command = [str(environment / "python"), *arguments] if program == "python" else [program, *arguments]
    finished = subprocess.run(command, cwd=project, env=plain, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.mark.parametrize("arguments", [["test_own.py"], [], ["--import-mode=append"]])
def test_their_tests_pass(environment: Path, project: Path, arguments: list[str]) -> None:
    assert "2 passed" in run(environment, project, "python", "-m", "pytest", *arguments)


def test_pytest_without_python_m_passes_too(environment: Path, project: Path) -> None:
    # What the console script `pytest` does: unlike `python -m pytest` it does not put the current folder on the path.
    script = "import sys; sys.path.pop(0); import pytest; sys.exit(pytest.main())"
    assert "2 passed" in run(environment, project, "python", "-c", script)


def test_our_suite_and_their_tests_pass_together(environment: Path, project: Path) -> None:
    printed = run(environment, project, "python", "-m", "pytest", "test_own.py", "--pyargs", "lawful.conformance")
    passed = re.search(r"(\d+) passed", printed)
    assert passed is not None
    assert int(passed.group(1)) > 2


def test_the_console_script_works(environment: Path, project: Path) -> None:
    assert run(environment, project, str(environment / "lawful"), "--version").startswith("lawful ")
    assert "TS-JOBS-1" in run(environment, project, "python", "-m", "lawful.conformance.cli", "clauses")
    assert '"title"' in run(environment, project, str(environment / "lawful"), "schema", "report")
