"""`lawful explore redis`: whether a deployment of Redis can lose what it acknowledged, and how."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lawful.checkers.verdict import Budget, Verdict, overall
from lawful.conformance.cli.check_file import limit
from lawful.conformance.cli.explore_raft import require_numpy
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import LOOKS, coloured, say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError, unknown_name
from lawful.conformance.judging import EXIT_CODES
from lawful.models.redis.catalogue import deployments
from lawful.models.redis.deployment import Deployment, Hazard, Persistence
from lawful.models.redis.wording import change_text, deployment_text, message_text, process_names
from lawful.models.values import Json
from lawful.models.wording import counted
from lawful.specs.redis import PROMISES

if TYPE_CHECKING:
    from lawful.checkers.exploration.result import Exploration

_WORDS = {Verdict.LAWFUL: "kept", Verdict.VIOLATION: "broken", Verdict.INCONCLUSIVE: "inconclusive"}
FORMAT_VERSION = 1


class Explored(NamedTuple):
    """A deployment, and what was found out about each promise."""

    deployment: Deployment
    found: dict[str, Exploration]
    """By id."""

    @property
    def verdict(self) -> Verdict:
        return overall(one.verdict for one in self.found.values())


@click.command("redis")
@click.option("--appendfsync", metavar="HOW", help=f"{', '.join(Persistence)}; else always.")
@click.option("--replicas", metavar="N", type=click.IntRange(0, 2), help="Behind one primary, with Sentinel; else 0.")
@click.option("--wait", metavar="N", type=click.IntRange(0, 2), help="Replicas that WAIT has to name; else 0.")
@click.option("--min-replicas", metavar="N", type=click.IntRange(0, 2), help="min-replicas-to-write; else 0.")
@click.option("--hazards", metavar="NAMES", help=f"What may go wrong, with commas: {','.join(Hazard)}.")
@click.option("--writes", metavar="N", type=click.IntRange(1, 6), help="How many a client tries; else 2.")
@click.option("--crashes", metavar="N", type=click.IntRange(0, 4), help="How often each server may die; else 1.")
@click.option(
    "--failovers", metavar="N", type=click.IntRange(0, 4), help="How often another primary is chosen; else 1."
)
@click.option("--messages", metavar="N", type=click.IntRange(1, 6), help="Most messages in flight at once; else 2.")
@setting_options("format", "budget_s", "memory_mb")
def redis(appendfsync: str | None, hazards: str | None, **options: Any) -> ExitCode:
    """Search all states of a deployment of Redis for the loss of an acknowledged write.

    With options: one deployment, and for each promise that it breaks the shortest schedule that does. Without: a
    table of deployments that people choose between; its exit code is 0 wherever the search ended.
    """
    bounds = {name: options.pop(name) for name in ("replicas", "wait", "min_replicas", "writes", "crashes")}
    bounds |= {name: options.pop(name) for name in ("failovers", "messages")}
    configuration = effective(options).configuration
    require_numpy()
    given: dict[str, Any] = {name: value for name, value in bounds.items() if value is not None}
    if appendfsync is not None:
        given["persistence"] = _named("value of --appendfsync", appendfsync, Persistence)
    if hazards is not None:
        given["hazards"] = frozenset(_named("hazard", name, Hazard) for name in hazards.split(","))
    budget = Budget(limit(configuration.budget_s), limit(configuration.memory_mb))
    chosen = [_deployment(given)] if given else list(deployments())
    explored = [_explored(deployment, budget) for deployment in chosen]
    code = EXIT_CODES[explored[0].verdict] if given else _code_of_table(explored)
    if configuration.format == "json":
        click.echo(json.dumps(_report(explored, code), indent=2, ensure_ascii=False))
        return code
    for line in _detailed_lines(explored[0]) if given else _table_lines(explored):
        say(line)
    return code


def _named(kind: str, name: str, known: type[Persistence] | type[Hazard]) -> Persistence | Hazard:
    if name not in tuple(known):
        raise unknown_name(kind, name, [one.value for one in known])
    return known(name)


def _deployment(given: dict[str, Any]) -> Deployment:
    try:
        return Deployment(**given)
    except ValueError as error:
        raise UsageError("such a deployment takes no write", cause=str(error), hint="raise --replicas") from error


def _explored(deployment: Deployment, budget: Budget) -> Explored:
    """Each promise by itself: what breaks one may come before what breaks another."""
    from lawful.checkers.exploration.explorer import explore
    from lawful.models.redis.properties import PROPERTIES
    from lawful.models.redis.redis import Redis

    model = Redis(deployment)
    return Explored(deployment, {one.id: explore(model, [one], budget, may_end=True) for one in PROPERTIES})


def _code_of_table(explored: Sequence[Explored]) -> ExitCode:
    """That a deployment breaks a promise is what the table is for."""
    is_decided = all(one.verdict is not Verdict.INCONCLUSIVE for one in explored)
    return ExitCode.LAWFUL if is_decided else ExitCode.INCONCLUSIVE


def _table_lines(explored: Sequence[Explored]) -> Iterator[str]:
    width = max(len(deployment_text(one.deployment)) for one in explored)
    yield "  ".join(["deployment".ljust(width), *(one.name.ljust(25) for one in PROMISES.values())]).rstrip()
    for one in explored:
        cells = [_cell(found).ljust(25) for found in one.found.values()]
        yield "  ".join([deployment_text(one.deployment).ljust(width), *cells]).rstrip()


def _cell(found: Exploration) -> str:
    if found.violation is not None:
        return f"{LOOKS[found.verdict].glyph} broken in {counted(len(found.violation.behaviour), 'step')}"
    return f"{LOOKS[found.verdict].glyph} {_WORDS[found.verdict]}, {found.distinct:,} states"


def _detailed_lines(explored: Explored) -> Iterator[str]:
    yield deployment_text(explored.deployment)
    for id, found in explored.found.items():
        promise, look = PROMISES[id], LOOKS[found.verdict]
        word = coloured(f"{look.glyph} {_WORDS[found.verdict]}".ljust(14), look.colour)
        yield f"{word} {id} {promise.name}: {promise.sentence}"
        yield f"    {counted(found.distinct, 'state')}, {counted(found.generated, 'step')}, depth {found.depth}"
        if found.progress is not None:
            yield f"    {found.progress}"
        if found.violation is not None:
            yield from _schedule_lines(explored.deployment, found)


def _schedule_lines(deployment: Deployment, found: Exploration) -> Iterator[str]:
    from lawful.checkers.exploration.behaviour import follow
    from lawful.conformance.report.behaviour_columns import Wording, behaviour_lines
    from lawful.models.redis.redis import Redis

    assert found.violation is not None
    names = process_names(deployment)
    wording = Wording(names.__getitem__, message_text, change_text)
    behaviour = found.violation.behaviour
    yield ""
    lines = behaviour_lines(behaviour, follow(Redis(deployment), behaviour), wording, list(names))
    yield from (f"    {line}".rstrip() for line in lines)
    yield ""


def _report(explored: Sequence[Explored], code: ExitCode) -> dict[str, Json]:
    return {
        "format": FORMAT_VERSION,
        "exit_code": int(code),
        "deployments": [_deployment_json(one) for one in explored],
    }


def _deployment_json(explored: Explored) -> dict[str, Json]:
    given = asdict(explored.deployment)
    given["hazards"] = sorted(explored.deployment.hazards)
    return {
        "deployment": given,
        "promises": [
            {
                "id": id,
                "verdict": found.verdict.value,
                "distinct": found.distinct,
                "steps": None if found.violation is None else len(found.violation.behaviour),
                "progress": found.progress,
            }
            for id, found in explored.found.items()
        ],
    }
