"""`lawful explore`: every schedule of a model, instead of some runs of a store. One sub-command per kind of model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack

import click

from lawful.checkers.schedules.explorer import Exploration, explore
from lawful.checkers.schedules.scenario import scenario_of
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.cli.check_file import limit
from lawful.conformance.cli.explore_json import report
from lawful.conformance.cli.explore_raft import raft
from lawful.conformance.cli.explore_redis import redis
from lawful.conformance.cli.explore_text import Explored, detailed_lines, table_lines
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError, gravest, unknown_name
from lawful.conformance.judging import EXIT_CODES
from lawful.conformance.protocol_replay import Replayer
from lawful.models.protocols.catalogue import PROTOCOLS
from lawful.models.protocols.protocol import Protocol, Variant


@click.group("explore")
def explore_group() -> None:
    """Try every schedule of a model.

    Where a run of a store sees some interleavings, an exploration goes through all of them, within stated bounds.
    """


explore_group.add_command(raft)
explore_group.add_command(redis)


@explore_group.command()
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--variant", metavar="VARIANT", help="Only this way to implement it.")
@click.option("--clients", metavar="N", type=click.IntRange(1, 6), help="How many clients collide; else 2.")
@click.option("--crashes", metavar="K", type=click.IntRange(0, 6), help="How many of them may die; else 1.")
@click.option(
    "--pauses", metavar="P", type=click.IntRange(0, 6), help="How often time may pass; else as the protocol says."
)
@click.option(
    "--replay", metavar="[redis|sqlite|URL]", help="Carry losing schedules out on a real store, command by command."
)
@setting_options("format", "budget_s", "memory_mb")
def protocol(
    name: str | None,
    variant: str | None,
    clients: int | None,
    crashes: int | None,
    pauses: int | None,
    replay: str | None,
    **options: str | None,
) -> ExitCode:
    """Try every schedule of a way to implement an operation on a store's primitives.

    Clients come between each other's commands in every order, die between commands, and time passes at any point. With
    NAME and --variant: the shortest schedule that breaks a promise, or how many schedules keep it. Without: a table,
    and the exit code says whether every way came out as it is known to.
    """
    configuration = effective(options).configuration
    budget = Budget(limit(configuration.budget_s), limit(configuration.memory_mb))
    chosen = list(_chosen(name, variant))
    explored: list[Explored] = []
    with ExitStack() as stack:
        replayer = None if replay is None else stack.enter_context(Replayer(replay))
        if replayer is not None:
            chosen = _on_store(chosen, replayer.store)
        for one, way in chosen:
            found = explore(scenario_of(one, way, clients, crashes, pauses), budget)
            replayed = None if replayer is None or found.loss is None else replayer.replay(found)
            explored.append(Explored(found, replayed))
    code = _code(explored, alone=variant is not None)
    if configuration.format == "json":
        click.echo(json.dumps(report(explored, code), indent=2, ensure_ascii=False))
        return code
    for line in detailed_lines(explored[0]) if variant is not None else table_lines(explored):
        say(line)
    return code


def _chosen(name: str | None, variant: str | None) -> Iterator[tuple[Protocol, Variant]]:
    if name is None and variant is not None:
        raise UsageError("--variant needs the name of a protocol", hint=f"one of {', '.join(PROTOCOLS)}")
    if name is not None and name not in PROTOCOLS:
        raise unknown_name("protocol", name, PROTOCOLS)
    for protocol_ in PROTOCOLS.values() if name is None else (PROTOCOLS[name],):
        found = protocol_.variants if variant is None else (protocol_.variant(variant),)
        for one in found:
            if one is None:
                raise unknown_name(
                    f"variant of {protocol_.name}", str(variant), [way.name for way in protocol_.variants]
                )
            yield protocol_, one


def _on_store(chosen: list[tuple[Protocol, Variant]], store: str) -> list[tuple[Protocol, Variant]]:
    """Those that the store to replay on can carry out."""
    there = [(one, way) for one, way in chosen if way.store.name == store]
    if not there:
        raise UsageError(
            f"none of these ways uses {store}", hint=f"they use {', '.join({way.store.name for _, way in chosen})}"
        )
    return there


def _code(explored: list[Explored], alone: bool) -> ExitCode:
    """One way: its verdict. A table: lawful where every one came out as it is known to."""
    if alone:
        return EXIT_CODES[explored[0].exploration.verdict]
    return gravest(map(_surprise, (one.exploration for one in explored)))


def _surprise(found: Exploration) -> ExitCode:
    if found.verdict is Verdict.INCONCLUSIVE:
        return ExitCode.INCONCLUSIVE
    expected = Verdict.LAWFUL if found.scenario.variant.loses is None else Verdict.VIOLATION
    return ExitCode.LAWFUL if found.verdict is expected else ExitCode.VIOLATION
