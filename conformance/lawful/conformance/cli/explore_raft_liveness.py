"""`lawful explore raft --liveness`: whether what Raft promises to happen happens, under fairness and within bounds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lawful.checkers.exploration.behaviour import guided
from lawful.checkers.exploration.liveness.confirmation import carried_out
from lawful.checkers.exploration.liveness.judge import judge
from lawful.checkers.verdict import Budget
from lawful.conformance.behaviour_file import features_named, model_of, write
from lawful.conformance.behaviour_picture import draw
from lawful.conformance.cli.explore_raft_liveness_json import report
from lawful.conformance.cli.explore_raft_liveness_text import JudgedRaft, judged_lines
from lawful.conformance.cli.terminal import say
from lawful.conformance.errors import ExitCode, UsageError
from lawful.conformance.judging import EXIT_CODES
from lawful.models.raft.liveness import liveness_of
from lawful.models.raft.mistakes_of_liveness import MISTAKES_OF_LIVENESS
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.terms import TERMS

BOUNDS = Bounds(servers=2, terms=2, log=1)
"""Two servers: with three there are millions of states, and all steps between them have to be kept."""
_OF_SAFETY = (
    "state_machine",
    "invariants",
    "symmetry",
    "reduction",
    "exact",
    "walks",
    "depth",
    "seed",
    "workers",
    "spill",
    "counterexamples",
)


def explore_liveness(given: Mapping[str, Any], format_: str, budget: Budget) -> ExitCode:
    """`given`: the options of the command. Prints the outcome, and gives the exit code."""
    wrong = [name for name in _OF_SAFETY if given.get(name)]
    if wrong:
        raise UsageError(f"--liveness does not go with --{wrong[0].replace('_', '-')}", hint="that is for safety")
    mistake: str | None = given["mistake"]
    model = _model(mistake, given)
    scene = MISTAKES_OF_LIVENESS[mistake].scene if mistake in MISTAKES_OF_LIVENESS else ()
    try:
        found = judge(model, liveness_of(model.features), budget, after=guided(model, scene), counting=TERMS)
    except ValueError as error:
        raise UsageError(
            "the search does not begin within these bounds",
            cause=str(error),
            hint="each mistake has bounds of its own: leave them out",
        ) from error
    judged = JudgedRaft(model, mistake, found)
    code = EXIT_CODES[found.verdict]
    output: Path | None = given["output"]
    broken = next((one for one in found.judged if one.lasso is not None), None)
    if output is not None and broken is not None and broken.lasso is not None:
        lasso = broken.lasso
        write(output, model, mistake, broken.property.id, (*lasso.prefix, *lasso.loop), len(lasso.prefix))
    if given["svg"] is not None and broken is not None and broken.lasso is not None:
        lasso = broken.lasso
        moments = carried_out(model, lasso, TERMS)
        draw(given["svg"], broken.property.id, (*lasso.prefix, *lasso.loop), moments, model, len(lasso.prefix))
    if format_ == "json":
        click.echo(json.dumps(report(judged, code), indent=2, ensure_ascii=False))
        return code
    for line in judged_lines(judged):
        say(line)
    if output is not None:
        say(f"    replay it with: lawful replay {output}" if broken else f"    {output} is not written")
    return code


def _model(mistake: str | None, given: Mapping[str, Any]) -> Raft:
    """Raft within the bounds that were given, and those of the mistake or the usual ones for the others."""
    usual = MISTAKES_OF_LIVENESS[mistake].bounds if mistake in MISTAKES_OF_LIVENESS else BOUNDS
    names = ("servers", "terms", "log", "messages", "values")
    chosen: dict[str, Any] = {name: given[name] for name in names if given[name] is not None}
    chosen |= {what: False for what in ("loss", "duplication") if given[f"no_{what}"]}
    features = features_named(given["extensions"].split(",") if given["extensions"] else ())
    return model_of(replace(usual, **chosen), mistake, features)
