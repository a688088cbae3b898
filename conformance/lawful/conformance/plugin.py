"""The pytest plugin: imported by every pytest run of a user, so it imports nothing heavy itself.

It offers what the author of an adapter needs: the option `--lawful-backend`, the fixture `backend` to override, and
`lawful_store`, the same started. The tests that use them are shipped: `pytest --pyargs lawful.conformance`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lawful.conformance.adapter import Backend
    from lawful.conformance.backends.registry import BackendChoice
    from lawful.conformance.known_failures import KnownFailure
    from lawful.conformance.programs.opened import Builds
    from lawful.conformance.suite.progress import Progress

DEFAULT_BACKEND = "sqlite"
"""Needs nothing but Python."""
UNSUPPORTED = "unsupported: "
"""How the reason of a skipped test begins where the adapter does not offer what it tests."""
BLOCKED = "blocked: "
"""How the reason of a skipped test begins where an earlier stage found the table broken."""
KNOWN = "known failure of "
"""How the reason of a test begins that failed as the store is known to."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lawful", "conformance of task stores (lawful)")
    group.addoption(
        "--lawful-backend",
        metavar="NAME[,option=value]",
        help="store to test with pytest --pyargs lawful.conformance: an installed one, or module:Class "
        f"(default: LAWFUL_BACKEND, [tool.lawful] in pyproject.toml, {DEFAULT_BACKEND})",
    )
    group.addoption(
        "--lawful-known-failures",
        metavar="FILE",
        help="clauses that the store is known to break, or none (default: the file beside the adapter)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """A wrong name ends the run at once instead of failing every test."""
    if config.getoption("--lawful-backend") is not None:
        from lawful.conformance.errors import LawfulError

        try:
            _choice(config).build()
        except LawfulError as error:
            raise pytest.UsageError(f"--lawful-backend: {error}") from error


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What was asked for, so that a misspelt variable shows."""
    lines = []
    if config.getoption("--lawful-backend") is not None:
        lines.append(f"lawful: backend {_choice(config).text}")
    variables = sorted(name for name in os.environ if name.startswith("LAWFUL_"))
    if variables:
        lines.append(f"lawful: variables {', '.join(variables)}")
    return lines


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not put to the test and what is known to fail: shown always, because a skip is easily overlooked."""
    reasons = {
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    }
    reasons |= {
        getattr(report, "wasxfail", "").removeprefix("reason: ") for report in terminalreporter.stats.get("xfailed", [])
    }
    for reason in sorted(reason for reason in reasons if reason.startswith((UNSUPPORTED, BLOCKED, KNOWN))):
        terminalreporter.write_line(f"lawful: {reason}")


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Backend:
    """The store to test, not started. Override it to test one of your own, a new one for each test."""
    return _choice(request.config).build()


@pytest.fixture
def lawful_anew(request: pytest.FixtureRequest, backend: Backend) -> str | Builds | None:
    """What builds the store to test once more; None where it cannot be told how it was built."""
    choice = _choice(request.config)
    if type(choice.build()) is type(backend):
        return choice.text
    try:
        type(backend)()
    except TypeError:
        return None
    return type(backend)


@pytest.fixture
def lawful_known(request: pytest.FixtureRequest, backend: Backend) -> Mapping[str, KnownFailure]:
    """The failures that the store is known to have, by clause."""
    from lawful.conformance.known_failures import beside_class, known_failures, load

    named = request.config.getoption("--lawful-known-failures")
    choice = _choice(request.config)
    if named is not None or isinstance(choice.build(), type(backend)):
        return known_failures(choice, named)
    beside = beside_class(type(backend))
    return load(beside) if beside is not None and beside.is_file() else {}


@pytest.fixture(scope="class")
def lawful_progress() -> Progress:
    """What the tests of a class found so far: a table that broke is not tried any harder."""
    from lawful.conformance.suite.progress import Progress

    return Progress()


@pytest.fixture
def lawful_store(backend: Backend) -> Iterator[Backend]:
    """The `backend`, started on no data, and stopped after the test."""
    from lawful.conformance.errors import LawfulError
    from lawful.conformance.processes import ProcessGroup

    with ProcessGroup() as processes:
        try:
            backend.versions()
            backend.start(processes.workspace())
        except LawfulError as error:
            backend.stop()
            pytest.fail(str(error), pytrace=False)
        try:
            yield backend
        finally:
            backend.stop()


def _choice(config: pytest.Config) -> BackendChoice:
    from lawful.conformance.backends.registry import choose
    from lawful.conformance.configuration import effective

    settings = effective({"backend": config.getoption("--lawful-backend")}).configuration
    return choose(settings.backend or DEFAULT_BACKEND)
