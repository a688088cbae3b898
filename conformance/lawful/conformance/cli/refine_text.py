"""What `lawful refine raft` prints."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from lawful.checkers.exploration.behaviour import follow
from lawful.checkers.exploration.network import network_of
from lawful.checkers.refinement.check import Refined, Unrefined
from lawful.checkers.refinement.companion import Refused
from lawful.checkers.verdict import Verdict
from lawful.conformance.cli.explore_raft_text import subject, verdict_word
from lawful.conformance.report.behaviour_columns import behaviour_lines
from lawful.models.first_order.facts import structure_of
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.wording import change_text, state_text
from lawful.models.raft_proof.picture import state_lines
from lawful.models.raft_refinement.refinement import RaftRefinement
from lawful.models.refinement import ProofStep
from lawful.models.wording import counted

_WORDS = {Verdict.LAWFUL: "refines", Verdict.VIOLATION: "violation", Verdict.INCONCLUSIVE: "inconclusive"}
_WIDTH = 110
_NOTHING = "none"


class RefinedRaft(NamedTuple):
    """A check, and what it was of."""

    refinement: RaftRefinement
    mistake: str | None
    seed: int
    found: Refined


def refined_lines(checked: RefinedRaft) -> Iterator[str]:
    """The outcome."""
    found, refinement = checked.found, checked.refinement
    yield f"{verdict_word(found.verdict, _WORDS[found.verdict])} {subject(refinement.model, checked.mistake)}"
    if checked.mistake is not None:
        yield f"    the mistake: {MISTAKES[checked.mistake].sentence}"
    if found.progress is not None:
        yield f"    {found.progress}"
    yield f"    {_extent(found, checked.seed)}, {found.seconds:.2f} s"
    if found.unrefined is not None:
        yield ""
        yield from (f"    {line}".rstrip() for line in _unrefined_lines(refinement, found.unrefined))
        return
    yield f"    each of these is a step of {refinement.system.name}, which is proved, or several, or none"
    yield ""
    yield from (f"    {line}" for line in _table_lines(found))
    model = refinement.model
    taken = {action for action, _ in found.table}
    used = {action for _, steps in found.table for action in steps}
    proved = [one.name for one in refinement.system.actions]
    missed = [
        *_missed_lines("never taken", [*model.actions, *network_of(model)], taken),
        *_missed_lines("steps of the proof that none of these was", proved, used),
    ]
    yield from ("", *missed) if missed else ()


def _extent(found: Refined, seed: int) -> str:
    if found.states is None:
        return f"{counted(found.walks, 'random walk')}, {counted(found.steps, 'step')}, seed {seed}"
    return f"{counted(found.states, 'state')} with what the proof remembers, {counted(found.steps, 'step')}"


def _missed_lines(label: str, names: Sequence[str], seen: Collection[str]) -> list[str]:
    missed = ", ".join(one for one in names if one not in seen)
    if not missed:
        return []
    text = f"{label}: {missed}"
    return textwrap.wrap(text, _WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False)


def _table_lines(found: Refined) -> Iterator[str]:
    """Which step of the model is which of the proof, and how often."""
    rows = [
        (action, ", ".join(steps) or _NOTHING, f"{times:,}") for (action, steps), times in sorted(found.table.items())
    ]
    rows.insert(0, ("step of the model", "of the proof", "times"))
    first, second, third = (max(len(row[column]) for row in rows) for column in range(3))
    for row in rows:
        yield f"{row[0]:{first}}  {row[1]:{second}}  {row[2]:>{third}}"


def _unrefined_lines(refinement: RaftRefinement, unrefined: Unrefined) -> Iterator[str]:
    """The step, why it is none of the proof, both states before it, and how it came to it."""
    move, refused = unrefined.behaviour[-1], unrefined.refused
    moments = follow(refinement.model, unrefined.behaviour)
    before = moments[-2].states
    number = len(unrefined.behaviour)
    yield f"step {number}, {move.step.action!r} of server {move.server}, is no step of {refinement.system.name}:"
    yield from (f"  {line}" for line in _reason_lines(refinement, refused))
    yield ""
    yield "the model before it:"
    yield from (f"  server {server}: {state_text(state)}" for server, state in enumerate(before))
    change = change_text(before[move.server], move.step.after)
    yield f"  and then: {change or 'it stays as it is'}"
    system = refinement.system
    facts = structure_of(unrefined.before, system.fixed, system.changing, refinement.fixed, refinement.name)
    yield "the proof before it:"
    yield from (f"  {line}" for line in state_lines(facts))
    yield ""
    yield from behaviour_lines(unrefined.behaviour, moments)


def _reason_lines(refinement: RaftRefinement, refused: Refused) -> Iterator[str]:
    yield f"it is not none: the proof would not know that {refused.unknown_before}"
    if not refused.steps:
        return
    steps = ", ".join(_step_text(refinement, one) for one in refused.steps)
    if refused.unmet is not None:
        action, condition = refused.unmet
        wrong = f"{action} asks that {condition}"
    else:
        wrong = f"the proof would not know that {refused.unknown_after}"
    yield f"it is not {steps}: {wrong}"


def _step_text(refinement: RaftRefinement, step: ProofStep) -> str:
    action = next(one for one in refinement.system.actions if one.name == step.action)
    named = [
        f"{parameter.name} {'any' if value is None else refinement.name(parameter.sort, value)}"
        for parameter, value in zip(action.parameters, step.values, strict=True)
    ]
    return f"{step.action} ({', '.join(named)})"
