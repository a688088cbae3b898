"""Search, monitors, front door, solver, and cores say what the reference checker says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="monitors need numpy")
pytest.importorskip("z3", reason="the solver is one of those who are asked")

from tests.agreement.__main__ import main
from tests.agreement.agreement import compare
from tests.agreement.data_types import MODEL_NAMES
from tests.agreement.opinions import OPINIONS

from lawful.checkers.verdict import Verdict
from lawful.models.catalogue import MODELS

QUICK = tuple(who for who in OPINIONS if who != "compiled search")
SHARES = {"z3": 10, "core": 3, "impatient search": 6, "native search": 12}


def test_every_model_of_the_catalogue_takes_part() -> None:
    assert set(MODEL_NAMES) == set(MODELS)


@pytest.mark.parametrize("model_name", MODEL_NAMES)
def test_everybody_agrees_on_a_few_histories(model_name: str) -> None:
    tally = compare(model_name, range(72), QUICK, every=SHARES)
    assert tally.disagreements == []
    assert tally.share(Verdict.LAWFUL) > 0.4
    assert tally.share(Verdict.VIOLATION) > 0.1
    assert tally.decided["search"] == tally.decided["online"] == 72
    assert tally.decided["z3"] >= 2


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("model_name", MODEL_NAMES)
def test_everybody_agrees_on_many_histories(model_name: str) -> None:
    assert compare(model_name, range(10_000, 12_000), tuple(OPINIONS), every={"z3": 20}).disagreements == []


def test_the_command_resumes_where_it_was_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = tmp_path / "done.jsonl"
    options = ["--models", "register,set", "--processes", "1", "--asked", "search,prefix", "--resume", str(done)]
    assert main(["--histories", "250", *options]) == 0
    before = done.read_text()
    assert main(["--histories", "500", *options]) == 0
    assert done.read_text().startswith(before)
    assert done.read_text().count("\n") == 4
    assert re.search(r"^register +500 .* 0$", capsys.readouterr().out, re.MULTILINE)


def test_a_disagreement_fails_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(OPINIONS, "search", lambda operations, model, expected: Verdict.LAWFUL)
    assert main(["--histories", "20", "--models", "register", "--processes", "1", "--asked", "search"]) == 1
    assert "search says lawful, not violation" in capsys.readouterr().out
