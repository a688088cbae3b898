"""`lawful controls`: stores that must come out differently, on this machine."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import NamedTuple

import click

from lawful.checkers.cores import cores
from lawful.checkers.verdict import Verdict
from lawful.conformance.cli.terminal import say
from lawful.conformance.controls.catalogue import CONTROLS, Control, Side
from lawful.conformance.controls.running import CLIENTS, UNAVAILABLE, Outcome, outcomes, plan_of
from lawful.conformance.controls.told import Told
from lawful.conformance.errors import ExitCode, unknown_name
from lawful.models.redis.deployment import Deployment
from lawful.models.values import Json
from lawful.models.wording import printable

FORMAT_VERSION = 1
_RUNS = 5


class Seen(NamedTuple):
    """A side, what its model says, and what its runs did."""

    control: Control
    side: Side
    model: Verdict | None
    outcomes: Sequence[Outcome]

    @property
    def is_available(self) -> bool:
        return all(one.verdict != UNAVAILABLE for one in self.outcomes)

    @property
    def right(self) -> int:
        """How many runs came out as they must."""
        return sum(one.verdict == self.side.expected.value for one in self.outcomes)

    @property
    def is_as_expected(self) -> bool:
        agrees = self.model is None or self.model is self.side.expected
        return agrees and (not self.is_available or self.right == len(self.outcomes))


@click.command()
@click.option("--only", metavar="NAMES", help=f"These pairs, with commas: {','.join(CONTROLS)}.")
@click.option("--runs", default=_RUNS, show_default=True, type=click.IntRange(1, 100), help="Of each side.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of the first run.")
@click.option("--workers", metavar="N", type=click.IntRange(1, 16), help="Runs at the same time; else one per core.")
@click.option("--markdown", is_flag=True, help="Print the page docs/losses.md.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="text or json.")
def controls(only: str | None, runs: int, seed: int, workers: int | None, markdown: bool, form: str) -> ExitCode:
    """Put stores to the test that must come out differently.

    Of each pair one side keeps what the other one loses, and what the model of Redis says of it has to agree. Exit
    code 0: every run came out as it must. 1: one did not. Sides whose server is missing are named, with what installs
    it.
    """
    chosen = _chosen(only)
    sides = [(control, side) for control in chosen for side in control.sides]
    plans = [(side, seed + number) for _, side in sides for number in range(runs)]
    found = list(outcomes(plans, workers or min(2, cores())))
    seen = [
        Seen(control, side, _model_says(side.deployment), found[rank * runs : (rank + 1) * runs])
        for rank, (control, side) in enumerate(sides)
    ]
    code = ExitCode.LAWFUL if all(one.is_as_expected for one in seen) else ExitCode.VIOLATION
    if form == "json":
        click.echo(json.dumps(_report(seen, code), indent=2, ensure_ascii=False))
        return code
    for line in _page(seen, runs, seed) if markdown else _lines(seen):
        say(line)
    return code


def _chosen(only: str | None) -> list[Control]:
    if only is None:
        return list(CONTROLS.values())
    for name in only.split(","):
        if name not in CONTROLS:
            raise unknown_name("control", name, CONTROLS)
    return [CONTROLS[name] for name in only.split(",")]


def _model_says(deployment: Deployment | None) -> Verdict | None:
    """Whether an acknowledged write can be lost, by the model of Redis."""
    if deployment is None:
        return None
    from lawful.checkers.exploration.explorer import explore
    from lawful.models.redis.properties import PROPERTIES
    from lawful.models.redis.redis import Redis

    return explore(Redis(deployment), [PROPERTIES[0]], may_end=True).verdict


def _lines(seen: Sequence[Seen]) -> Iterator[str]:
    width = max(len(_subject(one.side)) for one in seen)
    last: Control | None = None
    for one in seen:
        if one.control is not last:
            yield f"{one.control.name}: {one.control.respect}"
            last = one.control
        glyph = "✓" if one.is_as_expected and one.is_available else "○" if not one.is_available else "✗"
        parts = [f"{glyph} {_subject(one.side).ljust(width)}", f"{_wanted(one.side)}:"]
        parts += [f"{one.right} of {len(one.outcomes)}" if one.is_available else "unavailable", *_model_text(one)]
        yield printable("  " + "  ".join([*parts, *_figures_text(one)]))
        for why in dict.fromkeys(run.why for run in one.outcomes if run.verdict != one.side.expected.value):
            yield printable(f"      {why or 'another verdict'}")


def _subject(side: Side) -> str:
    return f"{side.backend} {side.workload} --faults {side.faults}"


def _wanted(side: Side) -> str:
    if side.by_losses:
        return "keeps all" if side.expected is Verdict.LAWFUL else "loses"
    return "lawful" if side.expected is Verdict.LAWFUL else "caught"


def _model_text(one: Seen) -> list[str]:
    if one.model is None:
        return []
    word = {Verdict.LAWFUL: "cannot lose", Verdict.VIOLATION: "can lose"}.get(one.model, one.model.value)
    return [f"the model: {word}"]


def _figures_text(one: Seen) -> list[str]:
    figures = _told(one)
    if not figures:
        return []
    lost = sorted(run.lost for run in figures)
    acknowledged = statistics.median(run.acknowledged for run in figures)
    return [f"lost {statistics.median(lost):g} of {acknowledged:g}, at worst {lost[-1]}"]


def _told(one: Seen) -> list[Told]:
    return [run.told for run in one.outcomes if run.told is not None]


def _page(seen: Sequence[Seen], runs: int, seed: int) -> Iterator[str]:
    """The page of the documentation; nothing in it is typed by hand."""
    yield "# Losses"
    yield ""
    yield f"This page is printed by `lawful controls --markdown --runs {runs} --seed {seed}`."
    yield ""
    yield (
        f"Runs of a few seconds each, with {CLIENTS} clients that add values to a set or use a table. *Model*: what "
        "`lawful explore redis` says of"
    )
    yield "the deployment. *Lost*: values that were acknowledged and are not there at the end, median and worst of the"
    yield "runs. *Window*: how long before the fault the first of them was acknowledged, at worst. *Recovery*: how long"
    yield "nobody got an answer after a fault, at worst."
    for control in dict.fromkeys(one.control for one in seen):
        yield ""
        yield f"## {control.name}: {control.respect}"
        yield ""
        yield "| store | faults | model | must be | runs | acknowledged | lost | window | two primaries | recovery |"
        yield "|---|---|---|---|---|---|---|---|---|---|"
        for one in seen:
            if one.control is control:
                yield f"| {' | '.join(_row(one))} |"
    yield ""
    yield "## To repeat one run"
    yield ""
    yield "```sh"
    for one in seen:
        yield plan_of(one.side, seed).command()
    yield "```"


def _row(one: Seen) -> list[str]:
    figures = _told(one)
    count = f"{one.right} of {len(one.outcomes)}" if one.is_available else "unavailable"
    model = " ".join(_model_text(one)).removeprefix("the model: ")
    row = [f"`{one.side.backend}`", f"`{one.side.faults}`", model, _wanted(one.side), count]
    if not figures:
        return [*row, "", "", "", "", ""]
    lost = [run.lost for run in figures]
    window_s = max(run.window_s for run in figures)
    waits = [run.recovery_s for run in figures if run.recovery_s is not None]
    two = sum(run.two_primaries for run in figures) if one.side.deployment and one.side.deployment.replicas else None
    return [
        *row,
        f"{statistics.median(run.acknowledged for run in figures):g}",
        f"{statistics.median(lost):g}, {max(lost)}",
        f"{window_s:.2f} s" if window_s else "",
        "" if two is None else f"{two} of {len(figures)}",
        f"{max(waits):.2f} s" if waits else "",
    ]


def _report(seen: Sequence[Seen], code: ExitCode) -> dict[str, Json]:
    return {
        "format": FORMAT_VERSION,
        "exit_code": int(code),
        "sides": [
            {
                "control": one.control.name,
                "backend": one.side.backend,
                "workload": one.side.workload,
                "faults": one.side.faults,
                "expected": one.side.expected.value,
                "model": None if one.model is None else one.model.value,
                "as_expected": one.is_as_expected,
                "runs": [
                    {
                        "verdict": run.verdict,
                        "why": run.why,
                        "told": None if run.told is None else asdict(run.told),
                    }
                    for run in one.outcomes
                ],
            }
            for one in seen
        ],
    }
