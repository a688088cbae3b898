"""A lasso carried out on the model, and fairness looked at there by its definition, without any graph."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from lawful.checkers.exploration.behaviour import Moment, Move, follow, moved, moves
from lawful.checkers.exploration.liveness.counted import value_of
from lawful.checkers.exploration.wrong_model import WrongModel
from lawful.models.liveness import AlwaysEventually, Counting, EventuallyAlways, Fairness, LivenessProperty, Strength
from lawful.models.local_steps import AnyModel

Kind = tuple[int, Hashable]


@dataclass(frozen=True, slots=True)
class Lasso:
    """A behaviour that goes round forever. An empty loop: nothing happens any more."""

    prefix: tuple[Move, ...]
    loop: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """How a loop meets a constraint."""

    fairness: Fairness
    taken: int
    """Kinds of steps that were taken in each round."""
    waived: int
    """Kinds of steps that were not taken, though they were possible, because they were not possible all the time."""


def carried_out(model: AnyModel, lasso: Lasso, counting: Counting | None = None) -> list[Moment]:
    """The states of the prefix and of one round. Raises `NoSuchMove`, and `WrongModel` where the loop stays open."""
    moments = follow(model, (*lasso.prefix, *lasso.loop))
    if value_of(counting, moments[-1]) != value_of(counting, moments[len(lasso.prefix)]):
        raise WrongModel("the loop does not lead back to where it begins")
    return moments


def fairly_met(model: AnyModel, fairness: Sequence[Fairness], lasso: Lasso, moments: Sequence[Moment]) -> list[Met]:
    """How each constraint is met, looked at on the model itself; raises `WrongModel` for one that is not."""
    loop = moments[len(lasso.prefix) : len(lasso.prefix) + max(len(lasso.loop), 1)]
    possible = [
        {kind for move in moves(model, moment) if _changes(moment, move) for kind in _kinds(fairness, moment, move)}
        for moment in loop
    ]
    taken = {kind for moment, move in zip(loop, lasso.loop, strict=False) for kind in _kinds(fairness, moment, move)}
    rises = value_of(None, moments[-1]) != value_of(None, moments[len(lasso.prefix)])
    found = []
    for which, one in enumerate(fairness):
        mine = {kind for kind in set().union(*possible) if kind[0] == which}
        done = {kind for kind in taken if kind[0] == which}
        unmet = {
            Strength.WEAK: set.intersection(*possible) & mine - done,
            Strength.STRONG: mine - done,
            Strength.FINITE: done,
        }[one.strength]
        if unmet and not (one.of_counted and rises):
            raise WrongModel(f"the loop is not fair: {one.name}, {next(iter(unmet))[1]!r}")
        is_finite = one.strength is Strength.FINITE
        found.append(Met(one, len(done), 0 if is_finite else len(mine - done)))
    return found


def violates(property_: LivenessProperty, lasso: Lasso, moments: Sequence[Moment]) -> bool:
    """Whether a property does not hold of the behaviour, by its definition."""
    begin = len(lasso.prefix)
    loop = [moment.states for moment in moments[begin:]]
    if isinstance(property_, AlwaysEventually):
        return not any(map(property_.holds, loop))
    if isinstance(property_, EventuallyAlways):
        return not all(map(property_.holds, loop))
    if any(map(property_.goal, loop)):
        return False
    since = next((at for at in range(begin, 0, -1) if property_.goal(moments[at - 1].states)), 0)
    return any(property_.trigger(moment.states) for moment in moments[since:])


def _kinds(fairness: Sequence[Fairness], moment: Moment, move: Move) -> list[Kind]:
    """By constraint that a move counts for, the kind that it is of."""
    found: list[Kind] = []
    for which, one in enumerate(fairness):
        kind = one.of(move.server, moment.states[move.server], move.step, move.received)
        if kind is not None and (one.where is None or one.where(moment.states, move.server)):
            found.append((which, (move.server, kind)))
    return found


def _changes(moment: Moment, move: Move) -> bool:
    return value_of(None, moved(moment, move)) != value_of(None, moment)
