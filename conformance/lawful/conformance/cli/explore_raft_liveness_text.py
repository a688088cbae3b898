"""What `lawful explore raft --liveness` prints for people, and `lawful replay` for what it wrote."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lawful.checkers.exploration.behaviour import Moment
from lawful.checkers.exploration.liveness.confirmation import Lasso, Met, carried_out, fairly_met, violates
from lawful.checkers.exploration.liveness.result import Judged, Liveness
from lawful.checkers.exploration.wrong_model import WrongModel
from lawful.checkers.verdict import Verdict
from lawful.conformance.behaviour_file import Recorded
from lawful.conformance.cli.explore_raft_text import subject, verdict_word, wrapped
from lawful.conformance.cli.terminal import LOOKS, coloured
from lawful.conformance.report.behaviour_columns import behaviour_lines
from lawful.models.liveness import Strength
from lawful.models.raft.liveness import liveness_of
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.mistakes_of_liveness import MISTAKES_OF_LIVENESS
from lawful.models.raft.raft import Raft
from lawful.models.raft.terms import TERMS
from lawful.models.wording import counted
from lawful.specs.raft.liveness import ALL_LIVENESS

WORDS = {
    Verdict.LAWFUL: "live",
    Verdict.VIOLATION: "violation",
    Verdict.INCONCLUSIVE: "inconclusive",
    Verdict.NOTHING_CHECKED: "nothing",
}
_WIDTH = 110
PROMISES = {one.id: one for one in ALL_LIVENESS}


class JudgedRaft(NamedTuple):
    """What liveness was asked of, and what came out."""

    model: Raft
    mistake: str | None
    found: Liveness


def judged_lines(judged: JudgedRaft) -> Iterator[str]:
    """The outcome, and a lasso for each property that is violated."""
    model, mistake, found = judged
    yield f"{verdict_word(found.verdict, WORDS[found.verdict])} {_subject(model, mistake)}"
    if mistake is not None:
        yield f"    the mistake: {(MISTAKES_OF_LIVENESS.get(mistake) or MISTAKES[mistake]).sentence}"
        if mistake in MISTAKES_OF_LIVENESS and (scene := MISTAKES_OF_LIVENESS[mistake].scene):
            yield f"    the search begins after {counted(len(scene), 'step')} that lead to the scene of the mistake"
    if found.progress is not None:
        yield f"    {found.progress}"
    if found.states:
        yield (
            f"    {counted(found.states, 'distinct state')} up to when terms begin, {counted(found.steps, 'step')} "
            f"between them; probability that one was overlooked: {found.overlooked:.1e}"
        )
    yield ""
    for one in found.judged:
        yield from (f"    {line}" for line in _property_lines(one))
    yield from _fairness_lines(found)
    for one in found.judged:
        if one.lasso is not None:
            moments = carried_out(model, one.lasso, TERMS)
            yield ""
            yield from _lasso_lines(one.property.id, one.lasso, moments, one.met)


def _subject(model: Raft, mistake: str | None) -> str:
    terms = counted(model.bounds.terms, "term")
    return f"liveness of {subject(model, mistake).replace(f', {terms},', f', {terms} at once,')}"


def _property_lines(one: Judged) -> Iterator[str]:
    promise, look = PROMISES[one.property.id], LOOKS[one.verdict]
    word = {
        Verdict.LAWFUL: "held",
        Verdict.VIOLATION: "violated",
        Verdict.NOTHING_CHECKED: "vacuous: it speaks of no fair behaviour that stays within these bounds",
    }[one.verdict]
    yield f"{coloured(look.glyph, look.colour)} {promise.id} {promise.name}: {word}"
    yield f"    {promise.sentence} ({promise.source})"
    if one.cut_off:
        yield (
            f"    cut off by the bounds in {counted(one.cut_off, 'state')}, which wait for what the bounds forbid: "
            f"{', '.join(one.waits_for)}"
        )


def _fairness_lines(found: Liveness) -> Iterator[str]:
    fairness = dict.fromkeys(constraint for one in found.judged for constraint in one.property.fairness)
    if fairness:
        yield ""
        yield "    under this fairness:"
    for one in fairness:
        strength = "only so often" if one.strength is Strength.FINITE else f"{one.strength} fairness"
        yield from textwrap.wrap(
            f"{one.name} ({strength}): {one.sentence}", _WIDTH, initial_indent="      ", subsequent_indent="        "
        )


def _lasso_lines(name: str, lasso: Lasso, moments: Sequence[Moment], met: Sequence[Met]) -> Iterator[str]:
    promise = PROMISES[name]
    prefix, loop = len(lasso.prefix), len(lasso.loop)
    what = f"{counted(loop, 'step')} again and again" if loop else "nothing any more"
    yield f"    {promise.id} {promise.name} is violated by {counted(prefix, 'step')} and then {what}:"
    yield f"    {promise.sentence}"
    yield ""
    yield from (f"    {line}".rstrip() for line in behaviour_lines((*lasso.prefix, *lasso.loop), moments, loop=prefix))
    risen = max(state.term for state in moments[-1].states) - max(state.term for state in moments[prefix].states)
    yield ""
    if risen:
        yield f"    in each round, terms rise by {risen}, and all else is as before"
    yield from wrapped("the loop is fair: ", [_met_text(one, is_rising=bool(risen)) for one in met])


def _met_text(one: Met, *, is_rising: bool) -> str:
    name = one.fairness.name
    if one.fairness.strength is Strength.FINITE:
        return f"{name} (not in it)"
    why = "of terms that do not come again" if one.fairness.of_counted and is_rising else "not possible all the time"
    waived = f", {one.waived} {why}" if one.waived else ""
    return f"{name} ({one.taken} taken{waived})"


def replayed_lasso_lines(recorded: Recorded) -> tuple[Verdict, list[str]]:
    """What comes out when a recorded lasso is carried out: that it is one, that it is fair, and what it violates."""
    assert recorded.loop is not None
    model = recorded.model
    lasso = Lasso(recorded.moves[: recorded.loop], recorded.moves[recorded.loop :])
    property_ = next((one for one in liveness_of(model.features) if one.id == recorded.property), None)
    problem = f"there is no property {recorded.property}"
    met: list[Met] = []
    if property_ is not None:
        try:
            moments = carried_out(model, lasso, TERMS)
            met = fairly_met(model, property_.fairness, lasso, moments)
            problem = "" if violates(property_, lasso, moments) else f"{recorded.property} holds of it"
        except WrongModel as error:
            problem = str(error)
    verdict = Verdict.LAWFUL if problem else Verdict.VIOLATION
    head = f"{verdict_word(verdict, 'no violation' if problem else None)} {_subject(model, recorded.mistake)}"
    if problem:
        return verdict, [head, f"    {problem}; {recorded.property} was violated once"]
    return verdict, [head, "", *_lasso_lines(recorded.property, lasso, recorded.moments, met)]
