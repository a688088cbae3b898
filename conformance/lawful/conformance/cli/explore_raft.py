"""`lawful explore raft`: every state of Raft within bounds."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lawful.conformance.cli.check_file import limit
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError
from lawful.conformance.judging import EXIT_CODES
from lawful.models.raft.features import Feature

if TYPE_CHECKING:
    from lawful.checkers.exploration.behaviour import Move
    from lawful.checkers.exploration.store import Spill
    from lawful.checkers.verdict import Budget
    from lawful.conformance.cli.explore_raft_text import Searched
    from lawful.models.raft.features import Features
    from lawful.models.raft.raft import Raft

_MOST_SERVERS = 7
_MOST_SYMMETRIC = 5
_DEPTH = 80
_TABLES = ("tasks", "jobs", "leader_lease")
_COMMANDS = 2
"""How many of a table's commands clients ask for where nobody says more."""
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False, writable=True)
_OF_SEARCH = ("symmetry", "reduction", "exact", "spill", "workers")
_BYTES_PER_MB = 1_000_000
_PART_FOR_FINGERPRINTS = 4
"""Of the memory, one part of so many is for the fingerprints. Tables of steps and the level at hand need some too."""


@click.command("raft")
@click.option("--servers", metavar="N", type=click.IntRange(1, _MOST_SERVERS), help="How many there are; else 3.")
@click.option("--terms", metavar="N", type=click.IntRange(1, 99), help="The largest term, from 1 on; else 2.")
@click.option("--log", metavar="N", type=click.IntRange(0, 99), help="The longest log; else 1.")
@click.option("--messages", metavar="N", type=click.IntRange(0, 9), help="Most messages in flight at once; else 1.")
@click.option("--values", metavar="N", type=click.IntRange(1, 9), help="Different values of clients; else 1.")
@click.option("--leases", metavar="N", type=click.IntRange(1, 9), help="Leases that each server begins; else 1.")
@click.option("--no-loss", is_flag=True, help="Messages are not lost.")
@click.option("--no-duplication", is_flag=True, help="Messages do not arrive more than once.")
@click.option("--with", "extensions", metavar="NAMES", help=f"Extensions, with commas: {','.join(Feature)}.")
@click.option("--liveness", is_flag=True, help="Judge what has to happen in the end, and not what must never happen.")
@click.option("--state-machine", metavar="NAME", help=f"What the log replicates: {', '.join(_TABLES)}.")
@click.option("--invariants", is_flag=True, help="Judge runtime invariants too, in which mistakes show first.")
@click.option("--symmetry", is_flag=True, help="Look at one of the states that differ in the names of servers.")
@click.option("--reduction", is_flag=True, help="Do not take steps of different servers in all orders.")
@click.option("--exact", is_flag=True, help="Compare states, and not their fingerprints: none is overlooked.")
@click.option("--spill", metavar="FOLDER", type=_FOLDER, help="Where to keep what memory does not suffice for.")
@click.option("--workers", metavar="N", type=click.IntRange(1, 64), help="Processes that search; else 1.")
@click.option("--mistake", metavar="NAME", help="A broken twin of Raft, within bounds that suffice to break it.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write a counterexample.")
@click.option("--counterexamples", metavar="N", type=click.IntRange(1), help="How many that end differently; else 1.")
@click.option("--svg", metavar="FILE", type=click.Path(path_type=Path), help="Where to draw a counterexample.")
@click.option("--walks", metavar="N", type=click.IntRange(1), help="Take N random walks instead of all steps.")
@click.option("--depth", metavar="D", type=click.IntRange(1), help="The longest walk, in steps; else 80.")
@click.option("--seed", metavar="S", type=click.IntRange(0), help="Which walks; else those of seed 0.")
@setting_options("format", "budget_s", "memory_mb")
def raft(
    servers: int | None,
    terms: int | None,
    log: int | None,
    messages: int | None,
    values: int | None,
    leases: int | None,
    no_loss: bool,
    no_duplication: bool,
    extensions: str | None,
    liveness: bool,
    state_machine: str | None,
    invariants: bool,
    symmetry: bool,
    reduction: bool,
    exact: bool,
    spill: Path | None,
    workers: int | None,
    mistake: str | None,
    output: Path | None,
    counterexamples: int | None,
    svg: Path | None,
    walks: int | None,
    depth: int | None,
    seed: int | None,
    **options: str | None,
) -> ExitCode:
    """Search all states of Raft within bounds, and judge its safety in each.

    Messages are lost, repeated and reordered, and servers restart at any point. Prints how many states there are, and
    for a property that does not hold the shortest behaviour that shows it, which --output keeps for lawful replay.

    With --liveness: whether there is a fair behaviour that goes round for ever without what is promised. The bounds are
    2 servers, 2 terms at once, and logs of up to 1, where none are given.
    """
    configuration = effective(options).configuration
    require_numpy()
    from lawful.checkers.verdict import Budget
    from lawful.conformance.behaviour_file import features_named

    parameters = click.get_current_context().params
    budget = Budget(limit(configuration.budget_s), limit(configuration.memory_mb))
    if liveness:
        from lawful.conformance.cli.explore_raft_liveness import explore_liveness

        return explore_liveness(parameters, configuration.format, budget)
    given = {"servers": servers, "terms": terms, "log": log, "messages": messages, "values": values}
    given |= {"leases": leases, "loss": False if no_loss else None, "duplication": False if no_duplication else None}
    features = features_named(extensions.split(",") if extensions else ())
    model, scene = _scenario(mistake, given, features, invariants, state_machine)
    _require_together(parameters, model, configuration.format)
    if walks is not None:
        return _walk(model, mistake, scene, (walks, depth or _DEPTH, seed or 0), budget, output)
    searched = _search(parameters, model, scene, budget)
    return _shown(searched, output, svg, configuration.format)


def _shown(searched: Searched, output: Path | None, svg: Path | None, format_: str) -> ExitCode:
    """Write the counterexamples to files, print the outcome, and give the exit code."""
    from lawful.checkers.exploration.behaviour import follow
    from lawful.conformance.behaviour_file import write
    from lawful.conformance.behaviour_picture import draw, numbered
    from lawful.conformance.cli.explore_raft_json import report
    from lawful.conformance.cli.explore_raft_text import searched_lines

    model, violations = searched.model, searched.violations
    moments = [follow(model, one.behaviour) for one in violations]
    for number, (one, states) in enumerate(zip(violations, moments, strict=True), 1):
        if output is not None:
            write(numbered(output, number), model, searched.mistake, one.property, one.behaviour)
        if svg is not None:
            draw(numbered(svg, number), one.property, one.behaviour, states, searched.model)
    code = EXIT_CODES[searched.found.verdict]
    if format_ == "json":
        click.echo(json.dumps(report(searched, code), indent=2, ensure_ascii=False))
        return code
    for line in searched_lines(searched, moments):
        say(line)
    _say_output(output, is_written=bool(violations))
    return code


def _search(given: Mapping[str, Any], model: Raft, scene: Sequence[Move], budget: Budget) -> Searched:
    """All states, by the means that the options name."""
    from lawful.checkers.exploration.diverse import further
    from lawful.checkers.exploration.explorer import explore
    from lawful.checkers.exploration.result import Violation
    from lawful.conformance.cli.explore_raft_text import Searched
    from lawful.models.raft.judged import judged

    how: dict[str, Any] = {"symmetric": given["symmetry"], "reduced": given["reduction"], "exact": given["exact"]}
    how |= {"workers": given["workers"] or 1, "spill": _spill(given["spill"], budget.memory_mb)}
    mistake, more = given["mistake"], tuple[Violation, ...]()
    try:
        found = explore(model, judged(model), budget, after=scene, **how)
        if found.violation is not None and given["counterexamples"] is not None:
            wanted = given["counterexamples"] - 1
            more = tuple(further(model, judged(model), found.violation, wanted, budget, after=scene, **how))
    except ValueError as error:
        raise _not_within(mistake, error) from error
    except OSError as error:
        problem = f"states cannot be kept in {given['spill']}"
        raise UsageError(problem, cause=str(error), hint="name another folder with --spill") from error
    return Searched(model, mistake, len(scene), given["reduction"], given["exact"], found, more)


def _require_together(given: Mapping[str, Any], model: Raft, format_: str) -> None:
    """Raises `UsageError` for options that do not go together."""
    if given["symmetry"]:
        _require_alike(model)
    if given["reduction"] and given["no_loss"]:
        raise UsageError("--reduction is sound only on a network that loses messages", hint="leave --no-loss out")
    if given["walks"] is None and (given["depth"] is not None or given["seed"] is not None):
        raise UsageError("--depth and --seed are for random walks", hint="say how many with --walks N")
    if given["exact"] and given["spill"]:
        raise UsageError("--exact does not go with --spill", cause="only fingerprints are put away")
    if given["walks"] is not None and (format_ == "json" or any(given[name] for name in _OF_SEARCH)):
        refused = ", ".join(f"--{name}" for name in _OF_SEARCH)
        raise UsageError(f"--walks goes with none of {refused} and --format json")
    if given["walks"] is not None and (given["counterexamples"] or given["svg"]):
        raise UsageError("--walks shows one counterexample", hint="draw what --output writes with lawful replay --svg")


def _require_alike(model: Raft) -> None:
    """Servers can be renamed. Raises `UsageError` where they cannot."""
    if model.servers > _MOST_SYMMETRIC:
        raise UsageError(
            f"--symmetry is for up to {_MOST_SYMMETRIC} servers", hint="their names have 720 orders or more"
        )
    if not model.is_symmetric:
        raise UsageError(
            "--symmetry is for servers that start alike",
            cause="with learners alone, the last server begins as a learner",
            hint="leave --symmetry out, or add membership or joint: then all begin as members",
        )


def _spill(folder: Path | None, memory_mb: float | None) -> Spill | None:
    """How to keep within memory, where there is a folder for what is beyond."""
    from lawful.checkers.exploration.store import Spill
    from lawful.conformance.put_away import InFiles

    if folder is None:
        return None
    if memory_mb is None:
        raise UsageError("--spill needs a limit of memory", hint="say --memory-mb N")
    return Spill(InFiles(folder), int(memory_mb * _BYTES_PER_MB / _PART_FOR_FINGERPRINTS))


def _walk(
    model: Raft,
    mistake: str | None,
    scene: Sequence[Move],
    drawn: tuple[int, int, int],
    budget: Budget,
    output: Path | None,
) -> ExitCode:
    """Random walks. `drawn`: how many, how long, and from which seed."""
    from lawful.checkers.exploration.behaviour import follow
    from lawful.checkers.exploration.walks import walk
    from lawful.conformance.behaviour_file import write
    from lawful.conformance.cli.explore_raft_text import WalkedRaft, walked_lines
    from lawful.conformance.walked_history import broken_by_history, is_recorded
    from lawful.models.raft.judged import judged

    walks, depth, seed = drawn
    properties = judged(model)
    whole = broken_by_history(model) if is_recorded(model) else None
    found = walk(model, properties, walks=walks, depth=depth, seed=seed, after=scene, budget=budget, whole=whole)
    violation = found.violation
    if output is not None and violation is not None:
        write(output, model, mistake, violation.property, violation.behaviour)
    moments = [] if violation is None else follow(model, violation.behaviour)
    for line in walked_lines(WalkedRaft(model, mistake, len(scene), seed, found), moments):
        say(line)
    _say_output(output, is_written=violation is not None)
    return EXIT_CODES[found.verdict]


def _say_output(output: Path | None, *, is_written: bool) -> None:
    if output is not None:
        say(f"    replay it with: lawful replay {output}" if is_written else f"    {output} is not written")


def _scenario(
    mistake: str | None,
    given: Mapping[str, int | None],
    features: Features,
    invariants: bool,
    state_machine: str | None,
) -> tuple[Raft, Sequence[Move]]:
    """The model, and what happens before the search begins."""
    from lawful.checkers.exploration.behaviour import NoSuchMove, follow, guided, violated_by
    from lawful.conformance.behaviour_file import model_of
    from lawful.models.raft.judged import judged
    from lawful.models.raft.mistakes import MISTAKES
    from lawful.models.raft.mistakes_of_liveness import MISTAKES_OF_LIVENESS
    from lawful.models.raft.raft import Bounds

    if mistake in MISTAKES_OF_LIVENESS:
        raise UsageError(f"{mistake} breaks no promise of safety", hint="add --liveness")
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if mistake is None:
        bounds = Bounds(**({} if state_machine is None else {"values": _COMMANDS}) | chosen)
        return model_of(bounds, None, features, invariants=invariants, state_machine=state_machine), ()
    bounds = replace(MISTAKES[mistake].bounds if mistake in MISTAKES else Bounds(), **chosen)
    model = model_of(bounds, mistake, features, invariants=invariants, state_machine=state_machine)
    try:
        scene = guided(model, MISTAKES[mistake].scene)
    except NoSuchMove as error:
        raise _not_within(mistake, error) from error
    # An invariant may show a mistake on the way to where a promise breaks.
    early = violated_by(judged(model), follow(model, scene)) if invariants else None
    return model, scene if early is None else scene[: early[1] - 1]


def _not_within(mistake: str | None, error: ValueError) -> UsageError:
    return UsageError(
        f"the scene of {mistake} is not possible within these bounds",
        cause=str(error),
        hint="leave the bounds out: each mistake has its own",
    )


def require_numpy() -> None:
    """Raises `UsageError` where numpy is not installed."""
    if importlib.util.find_spec("numpy") is None:
        raise UsageError(
            "the search needs numpy, which is not installed here", hint="python -m pip install 'lawful[fast]'"
        )
