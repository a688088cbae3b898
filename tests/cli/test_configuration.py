"""Settings: where they come from, which one wins, and what is said of those that are wrong."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from lawful.conformance.configuration import SETTINGS, Configuration, effective
from lawful.conformance.errors import UsageError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder within a project that sets two things."""
    (tmp_path / "pyproject.toml").write_text('[tool.lawful]\nbudget-s = 5\nbackend = "raft"\n')
    folder = tmp_path / "src" / "deep"
    folder.mkdir(parents=True)
    return folder


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    found = effective(directory=tmp_path, environment={})
    assert found.configuration == Configuration()
    assert set(found.origins.values()) == {"default"}


def test_an_option_wins_over_a_variable_over_the_file_over_the_default(project: Path) -> None:
    environment = {"LAWFUL_BUDGET_S": "7", "LAWFUL_MEMORY_MB": "70", "PATH": "elsewhere"}
    found = effective({"memory_mb": "700", "model": None}, directory=project, environment=environment)
    settings = found.configuration
    assert (settings.backend, settings.budget_s, settings.memory_mb, settings.format) == ("raft", 7.0, 700.0, "text")
    assert found.origins["backend"] == str(project.parents[1] / "pyproject.toml")
    assert found.origins["budget_s"] == "LAWFUL_BUDGET_S"
    assert found.origins["memory_mb"] == "--memory-mb"
    assert found.origins["model"] == "default"


def test_the_nearest_file_that_has_the_table_counts(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.other]\nbudget-s = 1\n")
    assert effective(directory=project, environment={}).configuration.budget_s == 5
    (project.parent / "pyproject.toml").write_text("[tool.lawful]\nbudget-s = 2\n")
    found = effective(directory=project, environment={}).configuration
    assert (found.budget_s, found.backend) == (2, None)


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        ("budget_s = 5", "unknown key 'budget_s'", "did you mean 'budget-s'?"),
        ('budget-s = "5"', "budget-s = '5'", "a number above 0"),
        ("budget-s = true", "budget-s = True", "a number above 0"),
        ("budget-s = -1", "budget-s = -1", "a number above 0"),
        ("clock-error-ms = nan", "clock-error-ms = nan", "a number, 0 or more"),
        ('format = "yaml"', "format = 'yaml'", "one of text, json"),
        ("model = 3", "model = 3", "a text"),
        ("initial = 2026-01-01", "initial = datetime.date", "a JSON value"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, text: str, problem: str, hint: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.lawful]\n{text}\n")
    with pytest.raises(UsageError) as raised:
        effective(directory=tmp_path, environment={})
    assert problem in raised.value.problem
    assert str(tmp_path / "pyproject.toml") in raised.value.problem
    assert hint in str(raised.value.hint)


@pytest.mark.parametrize("text", ["[tool.lawful", "tool.lawful = 3\n"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        effective(directory=tmp_path, environment={})


def test_a_misspelt_variable_is_an_error_with_the_right_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        effective(directory=tmp_path, environment={"LAWFUL_BUGDET_S": "3"})
    assert raised.value.hint == "did you mean 'LAWFUL_BUDGET_S'?"


@pytest.mark.parametrize("value", ["", "0", "-3", "soon", "nan"])
def test_a_wrong_value_names_the_variable(tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError, match="LAWFUL_BUDGET_S"):
        effective(directory=tmp_path, environment={"LAWFUL_BUDGET_S": value})


def test_the_switch_for_tracebacks_is_no_setting(tmp_path: Path) -> None:
    assert effective(directory=tmp_path, environment={"LAWFUL_DEBUG": "1"}).configuration == Configuration()


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("budget_s", "inf", math.inf),
        ("initial", '"x"', "x"),
        ("initial", "0", 0),
        ("clock_error_ms", "0", 0.0),
        ("failed_cas", "dropped", "dropped"),
    ],
)
def test_an_option_is_read_by_its_kind(tmp_path: Path, field: str, text: str, value: object) -> None:
    found = effective({field: text}, directory=tmp_path, environment={}).configuration
    assert getattr(found, field) == value
    assert type(getattr(found, field)) is type(value)


def test_every_setting_has_a_meaning_and_three_spellings() -> None:
    for setting in SETTINGS.values():
        assert setting.meaning.endswith(".")
        assert setting.option == f"--{setting.key}"
        assert setting.variable == "LAWFUL_" + setting.key.replace("-", "_").upper()
