"""`lawful prove raft`: that Raft is safe, for any number of servers, terms and entries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lawful.checkers.proof.finding import SECONDS
from lawful.checkers.verdict import overall
from lawful.conformance.cli.options import setting_options
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError, unknown_name
from lawful.conformance.judging import EXIT_CODES
from lawful.models.first_order.system import System
from lawful.models.raft_proof.mutants import Mutant

_READ_INDEX, _SMALL_STEPS = "read-index", "small-steps"
_EXTENSIONS = (_READ_INDEX, _SMALL_STEPS)


@click.command("raft")
@click.option(
    "--with",
    "extension",
    metavar="NAMES",
    help="Prove Raft with extensions, with commas: read-index, reads that a quorum confirms; small-steps, the steps "
    "of the model that runs.",
)
@click.option("--mutant", metavar="NAME", help="Prove Raft with a mistake in it; --list names them.")
@click.option("--list", "listed", is_flag=True, help="List the mistakes and prove nothing.")
@click.option("--each", is_flag=True, help="A line for each obligation, not for each lemma.")
@click.option(
    "--limit-s",
    metavar="SECONDS",
    type=click.FloatRange(min=0.001),
    default=SECONDS,
    help=f"How long one question may take.  [default: {SECONDS:g}]",
)
@click.option("--seed", metavar="N", type=int, default=0, help="Where the solver begins.  [default: 0]")
@click.option(
    "--graph",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write which lemma follows from which: a picture (.svg), or Graphviz (.dot).",
)
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="Search all behaviours of up to N steps of a small cluster too, for one that breaks a goal.",
)
@click.option("--find-cores", is_flag=True, help="Find anew which lemmas each step needs; takes a few minutes.")
@setting_options("format")
def raft(
    extension: str | None,
    mutant: str | None,
    listed: bool,
    each: bool,
    limit_s: float,
    seed: int,
    graph: Path | None,
    depth: int,
    find_cores: bool,
    **options: str | None,
) -> ExitCode:
    """Prove that the state machines of Raft stay safe, for any number of servers, terms and entries.

    Each lemma holds at first, and each action keeps it. What breaks one is shown as a small cluster, an action, and
    what the action changes.
    """
    from lawful.conformance.cli.prove import require_solver

    configuration = effective(options).configuration
    if listed:
        return _list_mutants(extension)
    system = _chosen(extension, mutant)
    if graph is not None and graph.suffix not in (".svg", ".dot"):
        raise UsageError(f"no kind of picture is called {graph.suffix!r}", hint="end the name in .svg or .dot")
    require_solver()
    from lawful.checkers.induction.bounded import goals_searched
    from lawful.checkers.induction.cores import prove_with_smallest_cores
    from lawful.checkers.induction.prover import prove
    from lawful.checkers.induction.sanity import sanity_of
    from lawful.conformance.cli.prove_raft_json import report
    from lawful.conformance.cli.prove_raft_text import show, show_cores, show_searches
    from lawful.models.raft_proof.cores import CORES, READ_CORES
    from lawful.models.raft_proof.small_steps import SMALL_STEP_CORES

    small_cores = SMALL_STEP_CORES if _SMALL_STEPS in _names(extension) else {}
    proofs = (
        prove_with_smallest_cores(system, {}, limit_s)
        if find_cores
        else prove(system, {**CORES, **READ_CORES, **small_cores}, limit_s, seed)
    )
    findings = [*proofs, *sanity_of(system, limit_s)]
    searches = list(goals_searched(system, depth, limit_s)) if depth else []
    code = EXIT_CODES[overall([*(one.verdict for one in findings), *(one.verdict for one in searches)])]
    if graph is not None:
        from lawful.checkers.induction.graph import picture

        graph.write_text(picture(system, findings, graph.suffix), encoding="utf-8")
    if configuration.format == "json":
        click.echo(json.dumps(report(system, mutant, findings, searches, code), indent=2, ensure_ascii=False))
    else:
        show(system, findings, each=each)
        show_searches(searches)
        if find_cores:
            show_cores(findings)
    return code


def _chosen(extension: str | None, mutant: str | None) -> System[Any]:
    system, mutants = _extended(extension)
    if mutant is None:
        return system
    named = {one.name: one for one in mutants}
    if mutant not in named:
        raise unknown_name("mutant", mutant, named)
    return named[mutant].of(system)


def _extended(extension: str | None) -> tuple[System[Any], Sequence[Mutant]]:
    """The system with its extension, and the mistakes that can be put into it."""
    from lawful.models.raft_proof.base import RAFT
    from lawful.models.raft_proof.mutants import MUTANTS
    from lawful.models.raft_proof.read_index import RAFT_WITH_READ_INDEX
    from lawful.models.raft_proof.read_index_mutants import READ_MUTANTS
    from lawful.models.raft_proof.small_steps import in_small_steps

    names = _names(extension)
    for name in names:
        if name not in _EXTENSIONS:
            raise unknown_name("extension", name, _EXTENSIONS)
    system, mutants = (RAFT, MUTANTS) if _READ_INDEX not in names else (RAFT_WITH_READ_INDEX, (*MUTANTS, *READ_MUTANTS))
    return in_small_steps(system) if _SMALL_STEPS in names else system, mutants


def _names(extension: str | None) -> list[str]:
    return extension.split(",") if extension else []


def _list_mutants(extension: str | None) -> ExitCode:
    _, mutants = _extended(extension)
    for one in mutants:
        click.echo(f"{one.name:28} {one.mistake} ({one.source})")
    return ExitCode.LAWFUL
