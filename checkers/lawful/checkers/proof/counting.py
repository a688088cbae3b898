"""How many rows there are, counted beside the few that a step looks at; for claims about which rows are kept."""

from __future__ import annotations

from collections.abc import Iterator

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.logic import Condition, Term, conjunction, count_of, disjunction, greatest, least, negation
from lawful.checkers.proof.steps import Outcome, Step, Subject
from lawful.checkers.proof.translation import Translator, View
from lawful.checkers.proof.values import Untranslatable
from lawful.specs.property import Kept


def others_before(step: Step) -> Term:
    """How many rows there are besides the one that the call is on."""
    return z3.Int(f"{step.function.name} on {step.subject}: other rows")


def others_looked_at(step: Step, translator: Translator) -> Term:
    """How many of these are among the rows of the step."""
    views = [step.before.at(row) for number, row in enumerate(step.before.rows) if number != _place(step)]
    return count_of([translator.exists(view) for view in views])


def not_kept(claim: Kept, step: Step, outcome: Outcome, translator: Translator) -> Condition:
    """Whether after a step there are too many rows, or one went that should not have gone."""
    most = greatest(translator.value(claim.most, step.before).term, z3.IntVal(0))
    others = others_before(step)
    counted = conjunction(others >= others_looked_at(step, translator), *_ranks(outcome, others + 1))
    after = step.view_after(outcome)
    wrong = disjunction(
        _left(step, outcome, after, others, translator) > most,
        *_went_wrongly(claim, step, outcome, others + 1 > most, translator),
    )
    return conjunction(counted, translator.holds(claim.where, after), wrong)


def _left(step: Step, outcome: Outcome, after: View, others: Term, translator: Translator) -> Term:
    """How many rows there are at most after the step."""
    if not outcome.droppings:
        return others + count_of([translator.exists(after.at(outcome.rows[_place(step)]))])
    return least(others + 1, outcome.droppings[0].kept())


def _ranks(outcome: Outcome, rows: Term) -> Iterator[Condition]:
    for dropping in outcome.droppings:
        yield dropping.at_most(rows)


def _went_wrongly(
    claim: Kept, step: Step, outcome: Outcome, too_many: Condition, translator: Translator
) -> Iterator[Condition]:
    """Whether a row went though there was room for it, or while a smaller one stayed."""
    place, after = _place(step), step.view_after(outcome)
    goes, stays = [], []
    for number, (before, left) in enumerate(zip(step.before.rows, outcome.rows, strict=True)):
        was = True if number == place else translator.exists(step.before.at(before))
        goes.append(conjunction(was, negation(left.present)))
        stays.append(conjunction(was, translator.exists(after.at(left))))
    by = [row.values[claim.by.name].term for row in outcome.rows]
    for one, gone in enumerate(goes):
        yield conjunction(gone, negation(too_many))
        yield from (
            conjunction(gone, stayed, by[one] > by[other]) for other, stayed in enumerate(stays) if other != one
        )


def _place(step: Step) -> int:
    if step.subject is Subject.NONE:
        raise Untranslatable("rows that are kept after a call that names no row")
    return 0 if step.subject is Subject.WATCHED else 1
