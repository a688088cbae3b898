"""What `lawful prove raft --format json` prints; `lawful schema induction` describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lawful.checkers.induction.bounded import SearchedGoal
from lawful.checkers.induction.counterexample import Counterexample
from lawful.checkers.induction.finding import Finding
from lawful.conformance.cli.proof_table import WORDS
from lawful.conformance.errors import ExitCode
from lawful.models.first_order.expression import TRUTH
from lawful.models.first_order.structure import Structure
from lawful.models.first_order.system import System
from lawful.models.values import Json

FORMAT_VERSION = 1


def report(
    system: System[Any],
    mutant: str | None,
    findings: Sequence[Finding],
    searches: Sequence[SearchedGoal],
    code: ExitCode,
) -> Json:
    """All obligations and searches, with what came out."""
    return {
        "format": FORMAT_VERSION,
        "system": system.name,
        "mutant": mutant,
        "exit_code": int(code),
        "obligations": [_obligation(system, one) for one in findings],
        "searches": [_search(system, one) for one in searches],
    }


def report_of_several(reports: Sequence[Json], code: ExitCode) -> Json:
    """The reports of several proofs, and the exit code of all of them together."""
    return {"format": FORMAT_VERSION, "exit_code": int(code), "proofs": list(reports)}


def _obligation(system: System[Any], finding: Finding) -> Json:
    found = finding.counterexample
    return {
        "goal": finding.goal.value,
        "lemma": finding.lemma,
        "sentence": finding.sentence,
        "action": finding.action,
        "result": WORDS[finding.verdict],
        "seconds": round(finding.seconds, 6),
        "hypotheses": list(finding.hypotheses),
        "reason": finding.reason,
        "counterexample": None if found is None else _counterexample(system, found),
    }


def _counterexample(system: System[Any], found: Counterexample) -> Json:
    return {
        "elements": {sort.name: list(names) for sort, names in found.before.elements.items()},
        "before": _state(system, found.before),
        "action": found.action,
        "parameters": dict(found.values),
        "after": _state(system, found.after),
        "replayed": found.replayed,
    }


def _search(system: System[Any], one: SearchedGoal) -> Json:
    found = one.found.behaviour
    behaviour: Json = None
    if found is not None:
        steps: list[Json] = [
            {"action": step.action, "parameters": dict(step.values), "after": _state(system, step.after)}
            for step in found.steps
        ]
        behaviour = {"first": _state(system, found.first), "steps": steps, "replayed": found.replayed}
    return {
        "goal": one.goal,
        "size": one.size,
        "verdict": one.verdict.value,
        "steps": one.found.steps,
        "behaviour": behaviour,
    }


def _state(system: System[Any], state: Structure) -> Json:
    """Of each relation the tuples of which it holds; of each function its arguments and its value in one list."""
    meanings: dict[str, Json] = {}
    for symbol in (*system.fixed, *system.changing):
        rows: list[Json] = []
        for at, value in state.tables[symbol.name].items():
            names: list[Json] = [state.name(sort, one) for sort, one in zip(symbol.arguments, at, strict=True)]
            if symbol.result != TRUTH:
                rows.append([*names, state.name(symbol.result, value)])
            elif value:
                rows.append(names)
        meanings[symbol.name] = rows
    return meanings
