"""What `lawful explore` prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lawful.checkers.schedules.explorer import Exploration
from lawful.checkers.verdict import Verdict
from lawful.conformance.cli.terminal import LOOKS, coloured
from lawful.conformance.protocol_replay import Replayed
from lawful.conformance.report.schedule_columns import loss_lines
from lawful.models.wording import counted
from lawful.specs.task_store import CLAUSES

WORDS = {Verdict.LAWFUL: "safe", Verdict.VIOLATION: "losing", Verdict.INCONCLUSIVE: "inconclusive"}


class Explored(NamedTuple):
    """What came out, on the model and where asked for on a real store."""

    exploration: Exploration
    replayed: Replayed | None


def verdict_word(verdict: Verdict) -> str:
    """Glyph and word: `✓ safe`."""
    look = LOOKS[verdict]
    return coloured(f"{look.glyph} {WORDS[verdict]}".ljust(14), look.colour)


def detailed_lines(explored: Explored) -> Iterator[str]:
    """One way to implement an operation."""
    found = explored.exploration
    scenario = found.scenario
    yield f"{verdict_word(found.verdict)} {scenario.protocol.name} {scenario.variant.name}: {_outcome(found)}"
    yield f"    {scenario.variant.summary} ({scenario.variant.store.name})"
    yield f"    has to hold: {scenario.protocol.promise.sentence}"
    for clause in scenario.protocol.promise.clauses:
        yield f"    {clause}: {CLAUSES[clause].sentence}"
    if found.loss is not None:
        if scenario.variant.loses is not None:
            yield f"    what goes wrong: {scenario.variant.loses}"
        yield ""
        yield from (f"    {line}".rstrip() for line in loss_lines(found.loss, scenario.protocol.pause_ms))
    if explored.replayed is not None:
        yield ""
        yield f"    {_replayed(explored.replayed)}"


def table_lines(explored: Sequence[Explored]) -> Iterator[str]:
    """A line for each way, by protocol."""
    width = max(len(one.exploration.scenario.variant.name) for one in explored)
    protocol = None
    for one in explored:
        found = one.exploration
        scenario = found.scenario
        if scenario.protocol is not protocol:
            if protocol is not None:
                yield ""
            protocol = scenario.protocol
            yield f"{protocol.name}: {protocol.title}"
        way = f"{scenario.variant.name.ljust(width)}  {scenario.variant.store.name.ljust(6)}"
        yield f"  {verdict_word(found.verdict)} {way}  {_outcome(found)}"
        if one.replayed is not None:
            yield f"{'':{width + 19}}  {'':6}  {_replayed(one.replayed)}"
        if (scenario.variant.loses is None) != (found.verdict is Verdict.LAWFUL) and found.progress is None:
            yield f"    this is not how it is known to come out: {scenario.variant.loses or 'safe'}"
    yield ""
    yield _summary(explored)


def _summary(explored: Sequence[Explored]) -> str:
    verdicts = [one.exploration.verdict for one in explored]
    parts = [f"{verdicts.count(verdict)} {word}" for verdict, word in WORDS.items() if verdict in verdicts]
    return f"{counted(len(explored), 'way')}: {', '.join(parts)}"


def _outcome(found: Exploration) -> str:
    scenario = found.scenario
    clients = counted(scenario.clients, "client")
    if found.loss is not None:
        return f"lost in {counted(len(found.loss.schedule.moves), 'step')}, {clients}"
    if found.verdict is Verdict.INCONCLUSIVE:
        return str(found.progress)
    bounds = f"{_up_to(scenario.crashes, 'crash', 'crashes')}, {_up_to(scenario.pauses, 'pause', 'pauses')}"
    schedules = "the only schedule" if found.schedules == 1 else f"all {found.schedules} schedules"
    return f"{schedules} of {clients}, {bounds}; {counted(found.positions, 'position')}"


def _up_to(count: int, one: str, many: str) -> str:
    return f"no {one}" if count == 0 else f"up to {count} {one if count == 1 else many}"


def _replayed(replayed: Replayed) -> str:
    return f"replayed on {replayed.server}: {counted(replayed.commands, 'command')}, the same answers, the same loss"
