"""What `lawful prove raft` prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from lawful.checkers.induction.bounded import Behaviour, Bounded, SearchedGoal
from lawful.checkers.induction.counterexample import Counterexample
from lawful.checkers.induction.finding import Finding
from lawful.checkers.proof.finding import Goal
from lawful.checkers.verdict import Verdict
from lawful.conformance.cli.proof_table import Line, add_lines, proof_table, summary
from lawful.conformance.cli.terminal import LOOKS
from lawful.conformance.report.console import output_console
from lawful.models.first_order.system import System
from lawful.models.raft_proof.picture import change_lines, state_lines
from lawful.models.wording import counted

_SANITY = (Goal.ALIVE, Goal.NOT_VACUOUS)
_SANITY_TITLE = "that the proof is about something"


def show(system: System[Any], findings: Sequence[Finding], each: bool) -> None:
    """A table of the lemmas, then a counterexample for each obligation that is broken."""
    console = output_console()
    steps = [one for one in findings if one.goal not in _SANITY]
    table = proof_table("lemma", "where")
    add_lines(table, system.name, _lines(steps, each))
    add_lines(table, _SANITY_TITLE, _lines([one for one in findings if one.goal in _SANITY], each))
    console.print(table)
    for finding in findings:
        if finding.verdict is not Verdict.LAWFUL:
            console.print()
            for text in _unmet_lines(system, finding):
                console.print(text, markup=False, highlight=False)
    console.print()
    theorems = f", {counted(len(system.theorems), 'theorem')}" if system.theorems else ""
    what = f"{counted(len(system.lemmas), 'lemma')}{theorems} and {counted(len(system.actions), 'action')}"
    console.print(summary([one.verdict for one in steps], what, sum(one.seconds for one in steps)))


def show_total(proofs: Sequence[Sequence[Finding]]) -> None:
    """What came of several proofs together."""
    steps = [one for findings in proofs for one in findings if one.goal not in _SANITY]
    console = output_console()
    console.print()
    what = counted(len(proofs), "system")
    console.print(summary([one.verdict for one in steps], what, sum(one.seconds for one in steps)))


def show_searches(searches: Sequence[SearchedGoal]) -> None:
    """What was searched for each goal, and the behaviour that breaks it, step by step."""
    console = output_console()
    for one in searches:
        look = LOOKS[one.verdict]
        console.print(
            f"{look.glyph} {one.goal}: {_searched_text(one.found)} ({one.size})", markup=False, highlight=False
        )
        for line in _behaviour_lines(one.found.behaviour) if one.found.behaviour is not None else ():
            console.print(f"    {line}", markup=False, highlight=False)


def _searched_text(found: Bounded) -> str:
    if found.behaviour is not None:
        again = "" if found.behaviour.replayed else ", which the definitions do not take"
        return f"broken after {counted(found.steps, 'step')}{again}"
    told = f"no behaviour of up to {counted(max(found.steps, 0), 'step')} breaks it"
    return told if found.known else f"{told}, and the solver gave up on longer ones"


def _behaviour_lines(behaviour: Behaviour) -> Iterator[str]:
    before = behaviour.first
    for number, step in enumerate(behaviour.steps, 1):
        given = ", ".join(f"{name} {value}" for name, value in step.values.items())
        yield f"{number:2}  {step.action}: {given}"
        yield from (f"      {line}" for line in change_lines(before, step.after))
        before = step.after


def show_cores(findings: Sequence[Finding]) -> None:
    """The table of cores, as it stands in the source."""
    for one in findings:
        if one.goal is Goal.STEP and one.verdict is Verdict.LAWFUL and one.hypotheses != (one.lemma,):
            names = ", ".join(f'"{name}"' for name in one.hypotheses)
            click.echo(f'    ("{one.action}", "{one.lemma}"): ({names},),')


def _lines(findings: Sequence[Finding], each: bool) -> Iterator[Line]:
    """A line for each obligation that is not met, and for what is met one of each lemma."""
    met: dict[str, list[Finding]] = {}
    for one in findings:
        if each or one.verdict is not Verdict.LAWFUL:
            yield Line(one.lemma or "", one.sentence, one.action or _place(one.goal), one.verdict, one.seconds)
        else:
            met.setdefault(one.sentence, []).append(one)
    for sentence, members in met.items():
        name = members[0].lemma if members[0].goal not in _SANITY else None
        seconds = sum(one.seconds for one in members)
        yield Line(name or "", sentence, _places(members), Verdict.LAWFUL, seconds)


def _place(goal: Goal) -> str:
    return {Goal.INITIAL: "(at first)", Goal.FOLLOWS: "(in any state)"}.get(goal, "")


def _places(findings: Sequence[Finding]) -> str:
    actions = sum(one.action is not None for one in findings)
    lemmas = sum(one.goal is Goal.NOT_VACUOUS for one in findings)
    goals = {one.goal for one in findings}
    parts = [text for goal, text in ((Goal.FOLLOWS, "in any state"), (Goal.INITIAL, "at first")) if goal in goals]
    parts += [counted(actions, "action")] if actions else []
    parts += [counted(lemmas, "lemma")] if lemmas else []
    return ", ".join(parts)


def _unmet_lines(system: System[Any], finding: Finding) -> Iterator[str]:
    where = finding.action or _place(finding.goal)
    about = " ".join(part for part in (system.name, where) if part)
    lemma = f" ({finding.lemma})" if finding.lemma is not None else ""
    yield f"{LOOKS[finding.verdict].glyph} {about}: {finding.sentence}{lemma}"
    if finding.reason is not None:
        yield f"    {finding.reason}"
    if finding.counterexample is not None:
        yield from _step_lines(system, finding.counterexample)


def _step_lines(system: System[Any], found: Counterexample) -> Iterator[str]:
    yield from _beside("before", state_lines(found.before))
    if found.action is None:
        return
    sentence = next(one.sentence for one in system.actions if one.name == found.action)
    given = ", ".join(f"{name} {value}" for name, value in found.values.items())
    yield from _beside("step", [f"{found.action}: {given}", sentence])
    yield from _beside("after", change_lines(found.before, found.after))
    if found.replayed:
        yield "    The definitions take this step as well."


def _beside(title: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        yield f"    {'' if place else title:8}{line}"
