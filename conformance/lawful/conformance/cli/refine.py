"""`lawful refine`: whether the model that runs is the one that is proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from lawful.conformance.cli.check_file import limit
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError
from lawful.conformance.judging import EXIT_CODES
from lawful.models.raft.features import Feature
from lawful.models.raft_refinement.refinement import COVERED, RaftRefinement

if TYPE_CHECKING:
    from lawful.checkers.exploration.behaviour import Move
    from lawful.models.raft.raft import Raft

_BOUNDS = {"terms": 5, "log": 3, "messages": 3}
_BOUNDS_OF_ALL = {"servers": 2, "terms": 2, "log": 2, "messages": 1}
_STEPS, _DEPTH = 100_000, 200
_EXTENSIONS = ", ".join(one for one in Feature if one in COVERED)


@click.group("refine")
def refine_group() -> None:
    """Check that a model that runs takes only steps that are proved.

    A proof is about a system in logic, and a search about a model that runs. A refinement ties the two together.
    """


@refine_group.command()
@click.option("--servers", metavar="N", type=click.IntRange(1, 7), help="How many there are; else 3.")
@click.option("--terms", metavar="N", type=click.IntRange(1, 99), help="The largest term, from 1 on; else 5.")
@click.option("--log", metavar="N", type=click.IntRange(0, 99), help="The longest log; else 3.")
@click.option("--messages", metavar="N", type=click.IntRange(0, 9), help="Most messages in flight at once; else 3.")
@click.option("--values", metavar="N", type=click.IntRange(1, 9), help="Different values of clients; else 1.")
@click.option("--with", "extensions", metavar="NAMES", help=f"Extensions, with commas: {_EXTENSIONS}.")
@click.option("--mistake", metavar="NAME", help="A broken twin of Raft, within bounds that suffice to break it.")
@click.option(
    "--all", "is_all", is_flag=True, help="Take all steps, by default with 2 servers, 2 terms, logs of up to 2."
)
@click.option("--steps", metavar="N", type=click.IntRange(1), help="How many steps to take in walks; else 100,000.")
@click.option("--depth", metavar="D", type=click.IntRange(1), help="The longest walk, in steps; else 200.")
@click.option("--seed", metavar="S", type=click.IntRange(0), help="Which walks; else those of seed 0.")
@setting_options("budget_s", "memory_mb")
def raft(
    servers: int | None,
    terms: int | None,
    log: int | None,
    messages: int | None,
    values: int | None,
    extensions: str | None,
    mistake: str | None,
    is_all: bool,
    steps: int | None,
    depth: int | None,
    seed: int | None,
    **options: str | None,
) -> ExitCode:
    """Check that each step of Raft, as it runs, is a step of the system that lawful prove raft proves, or none.

    The model takes random walks, or all steps with --all, and the proved system goes along. Prints which steps of the
    one are which of the other, and a step that is none with what happened before it. Exit code 1: there is such a step.
    """
    configuration = effective(options).configuration
    from lawful.checkers.refinement.check import refine
    from lawful.checkers.refinement.exhaustive import refine_all
    from lawful.checkers.verdict import Budget
    from lawful.conformance.cli.refine_text import RefinedRaft, refined_lines

    given = {"servers": servers, "terms": terms, "log": log, "messages": messages, "values": values}
    if is_all and (steps, depth, seed) != (None, None, None):
        raise UsageError("--steps, --depth and --seed are for walks, and --all takes all steps")
    model, scene = _scenario(mistake, _BOUNDS_OF_ALL if is_all else _BOUNDS, _said(given), extensions)
    try:
        refinement = RaftRefinement(model)
    except ValueError as error:
        raise UsageError(str(error), hint=f"it covers {_EXTENSIONS}") from error
    budget = Budget(limit(configuration.budget_s), limit(configuration.memory_mb))
    try:
        if is_all:
            found = refine_all(refinement, after=scene, budget=budget)
        else:
            drawn = {"steps": steps or _STEPS, "depth": depth or _DEPTH, "seed": seed or 0}
            found = refine(refinement, **drawn, after=scene, budget=budget)
    except ValueError as error:
        raise _not_within(mistake, error) from error
    for line in refined_lines(RefinedRaft(refinement, mistake, seed or 0, found)):
        say(line)
    return EXIT_CODES[found.verdict]


def _said(given: Mapping[str, int | None]) -> dict[str, int]:
    return {name: value for name, value in given.items() if value is not None}


def _scenario(
    mistake: str | None, default: Mapping[str, int], given: Mapping[str, int], extensions: str | None
) -> tuple[Raft, Sequence[Move]]:
    """The model, and what happens before the walks begin. A mistake has bounds of its own."""
    from lawful.checkers.exploration.behaviour import NoSuchMove, guided
    from lawful.conformance.behaviour_file import features_named, model_of
    from lawful.models.raft.mistakes import MISTAKES
    from lawful.models.raft.raft import Bounds

    features = features_named(extensions.split(",") if extensions else ())
    chosen: dict[str, Any] = {**given} if mistake in MISTAKES else {**default, **given}
    if mistake not in MISTAKES:
        return model_of(Bounds(**chosen), mistake, features), ()
    model = model_of(replace(MISTAKES[mistake].bounds, **chosen), mistake, features)
    try:
        return model, guided(model, MISTAKES[mistake].scene)
    except NoSuchMove as error:
        raise _not_within(mistake, error) from error


def _not_within(mistake: str | None, error: ValueError) -> UsageError:
    return UsageError(
        f"the scene of {mistake} is not possible within these bounds",
        cause=str(error),
        hint="leave the bounds out: each mistake has its own",
    )
