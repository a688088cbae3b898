"""The pytest plugin and the shipped suite, in pytest runs of their own as an adapter's author would make them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CARELESS = '''
"""A store on SQLite that does one thing wrong, or offers less."""

from lawful.conformance.adapter import Answer, Unsupported
from lawful.conformance.backends.sqlite.backend import SqliteBackend


class Client:
    def __init__(self, inner):
        self.inner = inner

    def invoke(self, table, key, function, arguments):
        return self.inner.invoke(table, key, function, arguments)

    def close(self):
        self.inner.close()


class AcceptsTwice(Client):
    def invoke(self, table, key, function, arguments):
        answer = super().invoke(table, key, function, arguments)
        return Answer(True) if function == "insert" else answer


class NoPrune(Client):
    def invoke(self, table, key, function, arguments):
        if function == "prune":
            raise Unsupported("no prune")
        return super().invoke(table, key, function, arguments)


class Raises(Client):
    def invoke(self, table, key, function, arguments):
        raise KeyError(function)


class Careless(SqliteBackend):
    client = AcceptsTwice

    @classmethod
    def connect(cls, connection, timeout_s):
        return cls.client(SqliteBackend.connect(connection, timeout_s))


class WithoutPrune(Careless):
    client = NoPrune


class Broken(Careless):
    client = Raises


class OnlyTasks(SqliteBackend):
    tables = frozenset({"tasks"})
'''


IMPATIENT = '''
"""Fewer operations than an adapter's author gets, and less of a search for the smallest program."""


def pytest_collection_modifyitems():
    from lawful.conformance.suite import sequential, task_store

    task_store.OPERATIONS, task_store.OPERATIONS_EACH = 80, 12
    sequential._REDUCTION_S = 0.5
'''

THREE_TABLES = "([tasks or [jobs or [leader_lease or every_known_failure) and not 1 and not 2"
"""Of the suite, these tests alone: the plugin does the same with each table and seed, and there are many."""

INHERITED = """
import pytest
from careless import OnlyTasks
from lawful.conformance.suite import TaskStoreConformance


class TestMine(TaskStoreConformance):
    @pytest.fixture
    def backend(self):
        return OnlyTasks()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with adapters of its own and default settings of pytest."""
    (tmp_path / "careless.py").write_text(CARELESS)
    (tmp_path / "impatient.py").write_text(IMPATIENT)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def run_pytest(project: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Exit code and output of a pytest run in `project`."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LAWFUL_", "PYTEST_"))}
    options = ("-p", "no:cacheprovider", "-p", "impatient", "--rootdir", str(project))
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    run = subprocess.run(command, cwd=project, env=plain | environment, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def suite(project: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """The shipped suite on three tables, or on those that another `-k` among `arguments` chooses."""
    return run_pytest(project, "--pyargs", "lawful.conformance.suite", "-k", THREE_TABLES, *arguments, **environment)


def test_the_suite_passes_on_sqlite_without_any_option(project: Path) -> None:
    code, printed = suite(project)
    assert code == 0, printed
    assert "7 passed, 3 skipped" in printed


def test_the_suite_catches_a_store_that_accepts_an_id_twice(project: Path) -> None:
    code, printed = suite(project, "--lawful-backend", "careless:Careless", "-k", "[tasks")
    assert code == 1, printed
    assert "3 failed" in printed
    assert "TS-TASKS-1: Ids are unique" in printed
    assert re.search(r"allowed +false", printed)
    program = printed.split("run it with Python:", 1)[1]
    assert 'with checked("careless:Careless") as store:\n' in program
    assert program.split(" as store:")[1].count("store.tasks.insert(") == 2


def test_the_suite_names_an_adapter_that_raises(project: Path) -> None:
    code, printed = suite(project, "--lawful-backend", "careless:Broken", "-k", "tasks-0")
    assert code == 1
    assert "the adapter tasks." in printed
    assert "raised KeyError" in printed


def test_what_a_table_broke_with_one_client_blocks_the_later_stages(project: Path) -> None:
    code, printed = suite(project, "--lawful-backend", "careless:Careless", "-k", "[tasks and not 1 and not 2")
    assert code == 1
    assert "lawful: blocked: tasks broke a clause with one client at a time" in printed
    assert "1 failed, 2 skipped" in printed


def test_a_known_failure_is_expected_to_fail(project: Path) -> None:
    (project / "careless.known-failures.toml").write_text('[TS-TASKS-1]\nreason = "an insert overwrites"\n')
    code, printed = suite(project, "--lawful-backend", "careless:Careless", "-k", "tasks-0 or known")
    assert code == 0, printed
    assert "1 xfailed" in printed
    assert "lawful: known failure of TS-TASKS-1: an insert overwrites" in printed
    none = ("--lawful-known-failures", "none")
    code, printed = suite(project, "--lawful-backend", "careless:Careless", "-k", "tasks-0", *none)
    assert code == 1


def test_a_known_failure_that_passes_fails(project: Path) -> None:
    (project / "known.toml").write_text('[TS-TASKS-1]\nreason = "an insert overwrites"\n')
    code, printed = suite(project, "--lawful-known-failures", str(project / "known.toml"), "-k", "tasks-0 or known")
    assert code == 1
    assert "unexpected pass of TS-TASKS-1" in printed
    assert "1 failed, 1 passed" in printed


def test_what_an_adapter_does_not_offer_is_shown_and_not_failed(project: Path) -> None:
    code, printed = suite(project, "--lawful-backend", "careless:OnlyTasks")
    assert code == 0, printed
    assert "3 passed, 7 skipped" in printed
    assert "lawful: unsupported: the table jobs" in printed
    _, printed = suite(project, "--lawful-backend", "careless:WithoutPrune", "-k", "tasks-0")
    assert "lawful: unsupported: tasks without prune" in printed


@pytest.mark.slow  # test_configuration.py shows the same of every setting
def test_the_backend_comes_from_the_option_over_the_variable_over_the_file(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.lawful]\nbackend = "careless:Broken"\n')
    assert suite(project, "-k", "tasks-0")[0] == 1
    assert suite(project, "-k", "tasks-0", LAWFUL_BACKEND="sqlite")[0] == 0
    assert suite(project, "-k", "tasks-0", "--lawful-backend=careless:Broken", LAWFUL_BACKEND="sqlite")[0] == 1


def test_a_wrong_backend_ends_the_run_with_a_suggestion(project: Path) -> None:
    code, printed = suite(project, "--lawful-backend", "sqlit")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "did you mean 'sqlite'?" in printed


def test_a_fixture_of_the_project_replaces_the_backend(project: Path) -> None:
    (project / "conftest.py").write_text(
        "import pytest\nfrom careless import Careless\n\n\n@pytest.fixture\ndef backend():\n    return Careless()\n"
    )
    code, printed = suite(project, "-k", "tasks-0")
    assert code == 1, printed
    assert "TS-TASKS-1" in printed


def test_the_suite_is_a_class_to_inherit_as_well(project: Path) -> None:
    (project / "test_mine.py").write_text(INHERITED)
    code, printed = run_pytest(project, "-k", "tasks-0 or jobs-0")
    assert code == 0, printed
    assert "1 passed, 1 skipped" in printed


def test_the_header_shows_the_backend_and_the_variables(project: Path) -> None:
    _, printed = suite(project, "--lawful-backend=sqlite", "--collect-only", LAWFUL_BUDGET_S="3")
    assert "lawful: backend sqlite" in printed
    assert "lawful: variables LAWFUL_BUDGET_S" in printed


def test_a_run_that_does_not_use_it_is_left_alone(project: Path) -> None:
    (project / "test_own.py").write_text("def test_own():\n    pass\n")
    code, printed = run_pytest(project, LAWFUL_BUGDET_S="nonsense")
    assert code == 0
    assert "1 passed" in printed
