"""`lawful prove raft`: what is shown of the proof and of mistakes, the exit codes, the JSON and the graph."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from lawful.models.raft_proof import base
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.extensions import EXTENSIONS
from lawful.models.raft_proof.mutants import MUTANTS

from .conftest import Run

Lawful = Callable[[str], Run]

FEW = ("one_vote", "votes_not_ahead_of_voters", "elected_by_quorum", "election_safety")
COMMANDS = {
    "raft-proof-help": "lawful prove raft --help",
    "raft-proof": "lawful prove raft",
    "raft-proof-each": "lawful prove raft --each",
    "raft-proof-mutant": "lawful prove raft --mutant vote-forgotten",
    "raft-proof-mutants": "lawful prove raft --with read-index --list",
    "raft-proof-unknown-mutant": "lawful prove raft --mutant vote-forgoten",
    "raft-proof-unknown-extension": "lawful prove raft --with read-indx",
    "raft-proof-mutant-of-several": "lawful prove raft --with sessions,read-index --mutant two-votes",
    "raft-proof-unknown-picture": "lawful prove raft --graph proof.png",
}
_MILLISECONDS = re.compile(r"(proved|broken|unknown)( +)\d+ *$", re.MULTILINE)
_SECONDS = re.compile(r"\d+\.\d\d s$", re.MULTILINE)


def steady(run: Run) -> Run:
    """A run with the time that it took made equal."""
    return dataclasses.replace(run, stdout=_SECONDS.sub("N s", _MILLISECONDS.sub(r"\1 N", run.stdout)))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raft with a few actions, and lemmas that are enough for these: the whole proof is tested where provers are."""
    lemmas = tuple(one for one in RAFT.lemmas if one.name in FEW)
    actions = tuple(one for one in RAFT.actions if one.name in ("time_out", "restart", "win_election"))
    part = dataclasses.replace(RAFT, lemmas=lemmas, actions=actions, goals=("election_safety",))
    monkeypatch.setattr(base, "RAFT", part)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_proof_prints_what_it_did(name: str, lawful: Lawful, snapshot: Callable[[str, Run], None]) -> None:
    snapshot(name, steady(lawful(COMMANDS[name])))


def test_several_extensions_are_proved_in_turn_and_summed_up(lawful: Lawful, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sessions", "read-index"):
        part = dataclasses.replace(base.RAFT, name=f"raft with {name}")
        monkeypatch.setitem(EXTENSIONS, name, dataclasses.replace(EXTENSIONS[name], system=part))
    run = lawful("lawful prove raft --with read-index,sessions,read-index")
    assert run.code == 0
    assert re.findall(r"^raft with \S+", run.stdout, re.MULTILINE) == ["raft with read-index", "raft with sessions"]
    assert "✓ 32 obligations of 2 systems: 32 proved" in run.stdout
    report = json.loads(lawful("lawful prove raft --with read-index,sessions --format json").stdout)
    jsonschema.validate(report, json.loads(lawful("lawful schema induction").stdout))
    assert [one["system"] for one in report["proofs"]] == ["raft with read-index", "raft with sessions"]
    assert report["exit_code"] == 0


@pytest.mark.parametrize("mutant", [None, "vote-forgotten"])
def test_the_json_of_a_proof_keeps_its_schema(mutant: str | None, lawful: Lawful) -> None:
    schema: Any = json.loads(lawful("lawful schema induction").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    run = lawful("lawful prove raft --format json" + (f" --mutant {mutant}" if mutant else ""))
    report = json.loads(run.stdout)
    jsonschema.validate(report, schema)
    assert report["mutant"] == mutant
    assert report["exit_code"] == run.code == int(mutant is not None)
    broken = [one for one in report["obligations"] if one["result"] == "broken"]
    assert [(one["action"], one["lemma"]) for one in broken] == ([("restart", "elected_by_quorum")] if mutant else [])
    for one in broken:
        found = one["counterexample"]
        assert found["replayed"]
        lost = [row for row in found["before"]["voted"] if row not in found["after"]["voted"]]
        assert {row[0] for row in lost} == {found["parameters"]["server"]}
    assert report["searches"] == []
    del report["obligations"][0]["hypotheses"]
    with pytest.raises(jsonschema.ValidationError, match="hypotheses"):
        jsonschema.validate(report, schema)


def test_a_behaviour_that_breaks_a_goal_is_shown_step_by_step(lawful: Lawful) -> None:
    run = lawful("lawful prove raft --mutant one-vote-wins --depth 4")
    assert run.code == 1
    title, *lines = run.stdout.partition("✗ election_safety: broken")[2].splitlines()
    assert title == " after 4 steps (3 servers, 3 quorums, 3 terms, 3 entries, 3 indexes)"
    steps = [line.split()[1] for line in lines if line.startswith("     ") and line.split()[0].isdigit()]
    assert sorted(steps) == ["time_out:", "time_out:", "win_election:", "win_election:"]
    elected = re.findall(r" was elected in term (\d+)", "\n".join(lines))
    assert len(elected) == 2
    assert len(set(elected)) == 1, "which term it is, the solver chooses"


def test_a_search_that_finds_nothing_says_how_far_it_went(lawful: Lawful) -> None:
    run = lawful("lawful prove raft --depth 2")
    assert run.code == 0
    assert "✓ election_safety: no behaviour of up to 2 steps breaks it (3 servers, " in run.stdout


def test_the_json_has_the_behaviour_that_breaks_a_goal(lawful: Lawful) -> None:
    schema: Any = json.loads(lawful("lawful schema induction").stdout)
    report = json.loads(lawful("lawful prove raft --format json --mutant one-vote-wins --depth 4").stdout)
    jsonschema.validate(report, schema)
    (found,) = report["searches"]
    assert (found["goal"], found["verdict"], found["steps"]) == ("election_safety", "violation", 4)
    elected = found["behaviour"]["steps"][-1]["after"]["elected"]
    assert len({server for server, _ in elected}) == 2
    assert len({term for _, term in elected}) == 1


def test_the_graph_is_written_as_a_picture_and_for_graphviz(lawful: Lawful, tmp_path: Path) -> None:
    svg, dot = tmp_path / "proof.svg", tmp_path / "proof.dot"
    assert lawful(f"lawful prove raft --graph {svg}").code == 0
    texts = {one.text for one in ElementTree.fromstring(svg.read_text(encoding="utf-8")).iter() if one.text}
    assert set(FEW) <= texts
    assert lawful(f"lawful prove raft --mutant vote-forgotten --graph {dot}").code == 1
    lines = dot.read_text(encoding="utf-8").splitlines()
    assert any('"elected_by_quorum" [label="elected_by_quorum\\nrestart"' in line for line in lines)
    assert any('"one_vote" -> "election_safety" [label="win_election"]' in line for line in lines)


def test_without_the_solver_the_hint_says_how_to_get_it(lawful: Lawful, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    run = lawful("lawful prove raft")
    assert run.code == 2
    assert "pip install 'lawful[prove]'" in run.stderr


def test_every_mutant_is_in_the_document() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "proofs.md").read_text(encoding="utf-8")
    mutants = [*MUTANTS, *(mutant for one in EXTENSIONS.values() for mutant in one.own_mutants)]
    assert [one.name for one in mutants if f"| {one.name} |" not in text] == []


def test_every_extension_is_in_the_document_with_its_size() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "proofs.md").read_text(encoding="utf-8")
    for one in EXTENSIONS.values():
        lemmas, actions = len(one.system.lemmas), len(one.system.actions)
        obligations = lemmas * (actions + 1) + len(one.system.theorems)
        assert re.search(
            rf"^\| \[{one.name}\]\(#.*\) \| .* \| {lemmas} \| {actions} \| {obligations} \|$",
            text,
            re.MULTILINE,
        )


def test_no_snapshot_is_left_over() -> None:
    folder = Path(__file__).parent / "snapshots"
    assert {path.stem for path in folder.glob("raft-proof*.txt")} == COMMANDS.keys()
