"""`lawful prove raft`: that Raft is safe, for any number of servers, terms and entries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lawful.checkers.proof.finding import SECONDS
from lawful.checkers.verdict import Verdict, overall
from lawful.conformance.cli.options import setting_options
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError, unknown_name
from lawful.conformance.judging import EXIT_CODES
from lawful.models.first_order.system import System
from lawful.models.raft_proof.mutants import Mutant

if TYPE_CHECKING:
    from lawful.checkers.induction.bounded import SearchedGoal
    from lawful.checkers.induction.finding import Finding
    from lawful.checkers.induction.prover import Cores


_SMALL_STEPS = "small-steps"


class Subject(NamedTuple):
    """A system that is to be proved."""

    system: System[Any]
    mutants: Sequence[Mutant]
    """The mistakes that can be put into it."""
    cores: Cores


class Proof(NamedTuple):
    """What came of one system."""

    system: System[Any]
    findings: Sequence[Finding]
    searches: Sequence[SearchedGoal]

    @property
    def verdicts(self) -> Sequence[Verdict]:
        return [*(one.verdict for one in self.findings), *(one.verdict for one in self.searches)]

    @property
    def code(self) -> ExitCode:
        """The exit code of this proof alone."""
        return EXIT_CODES[overall(self.verdicts)]


@click.command("raft")
@click.option(
    "--with",
    "extensions",
    metavar="NAMES",
    help="Prove Raft with an extension, or with each of several in turn: sessions, snapshots, lease, membership, "
    "joint, read-index. "
    "With small-steps: in the steps of the model that runs.",
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
    extensions: str | None,
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
    subjects = _chosen(extensions.split(",") if extensions else [])
    if listed:
        return _list_mutants(subjects)
    if graph is not None and graph.suffix not in (".svg", ".dot"):
        raise UsageError(f"no kind of picture is called {graph.suffix!r}", hint="end the name in .svg or .dot")
    if len(subjects) > 1 and (mutant is not None or graph is not None or find_cores):
        option = "--mutant" if mutant is not None else "--graph" if graph is not None else "--find-cores"
        raise UsageError(f"{option} is about one proof, not {len(subjects)}", hint="name one extension with --with")
    systems = [_mistaken(one, mutant) for one in subjects]
    require_solver()
    from lawful.conformance.cli.prove_raft_json import report, report_of_several
    from lawful.conformance.cli.prove_raft_text import show, show_cores, show_searches, show_total

    proofs = []
    for subject, system in zip(subjects, systems, strict=True):
        proof = _proved(system, {} if find_cores else subject.cores, limit_s, seed, depth, smallest=find_cores)
        proofs.append(proof)
        if configuration.format != "json":
            show(system, proof.findings, each=each)
            show_searches(proof.searches)
    if graph is not None:
        from lawful.checkers.induction.graph import picture

        graph.write_text(picture(systems[0], proofs[0].findings, graph.suffix), encoding="utf-8")
    code = EXIT_CODES[overall(verdict for one in proofs for verdict in one.verdicts)]
    if configuration.format == "json":
        reports = [report(one.system, mutant, one.findings, one.searches, one.code) for one in proofs]
        told = reports[0] if len(reports) == 1 else report_of_several(reports, code)
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif find_cores:
        show_cores(proofs[0].findings)
    elif len(proofs) > 1:
        show_total([one.findings for one in proofs])
    return code


def _proved(system: System[Any], cores: Cores, limit_s: float, seed: int, depth: int, smallest: bool) -> Proof:
    from lawful.checkers.induction.bounded import goals_searched
    from lawful.checkers.induction.cores import prove_with_smallest_cores
    from lawful.checkers.induction.prover import prove
    from lawful.checkers.induction.sanity import sanity_of

    if smallest:
        findings = [*prove_with_smallest_cores(system, cores, limit_s)]
    else:
        findings = [*prove(system, cores, limit_s, seed)]
    searches = [*goals_searched(system, depth, limit_s)] if depth else []
    return Proof(system, [*findings, *sanity_of(system, limit_s)], searches)


def _chosen(names: Sequence[str]) -> list[Subject]:
    """Raft, or Raft with each of the extensions that are named; all of them in small steps, where that is named."""
    from lawful.models.raft_proof.base import RAFT
    from lawful.models.raft_proof.cores import CORES
    from lawful.models.raft_proof.extensions import EXTENSIONS
    from lawful.models.raft_proof.mutants import MUTANTS
    from lawful.models.raft_proof.small_steps import SMALL_STEP_CORES, in_small_steps

    for name in names:
        if name not in (*EXTENSIONS, _SMALL_STEPS):
            raise unknown_name("extension", name, (*EXTENSIONS, _SMALL_STEPS))
    found = [EXTENSIONS[one] for one in dict.fromkeys(names) if one != _SMALL_STEPS]
    chosen = [(one.system, one.mutants, one.own_cores) for one in found] or [(RAFT, MUTANTS, {})]
    if _SMALL_STEPS in names:
        small = {**CORES, **SMALL_STEP_CORES}
        return [Subject(in_small_steps(system), mutants, {**small, **own}) for system, mutants, own in chosen]
    return [Subject(system, mutants, {**CORES, **own}) for system, mutants, own in chosen]


def _mistaken(subject: Subject, mutant: str | None) -> System[Any]:
    if mutant is None:
        return subject.system
    named = {one.name: one for one in subject.mutants}
    if mutant not in named:
        raise unknown_name("mutant", mutant, named)
    return named[mutant].of(subject.system)


def _list_mutants(subjects: Sequence[Subject]) -> ExitCode:
    for one in {one.name: one for subject in subjects for one in subject.mutants}.values():
        click.echo(f"{one.name:28} {one.mistake} ({one.source})")
    return ExitCode.LAWFUL
