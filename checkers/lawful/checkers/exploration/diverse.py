"""Several counterexamples that differ: each ends in a step that none of those before ends in.

After a counterexample was found, its last step is taken from the model: the step of that server in that state, under
all names that servers can have. What is found then is a shortest behaviour of those that are left. Those whose steps
have other names than the steps of those before come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

from lawful.checkers.exploration.behaviour import Move, NoSuchMove, follow
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.network import network_of
from lawful.checkers.exploration.result import Violation
from lawful.checkers.verdict import Budget
from lawful.models.local_steps import NETWORK, AnyModel, AnyStep, LocalProperty

_TRIES = 3
"""Searches for each counterexample that is wanted."""

Banned = tuple[Any, Any | None, AnyStep]


class Without:
    """A model without some of its steps."""

    def __init__(self, model: AnyModel, banned: set[Banned]) -> None:
        self._model = model
        self._banned = banned
        self.servers = model.servers
        self.in_flight = model.in_flight
        self.actions = model.actions
        self.network = network_of(model)
        self.initial = model.initial
        self.source = model.source
        self.destination = model.destination
        self.is_within = model.is_within
        self.renamed_state = model.renamed_state
        self.renamed_message = model.renamed_message

    def steps(self, server: int, state: Any) -> Iterable[AnyStep]:
        return self._left(state, None, self._model.steps(server, state))

    def receive(self, server: int, state: Any, message: Any) -> Iterable[AnyStep]:
        return self._left(state, message, self._model.receive(server, state, message))

    def _left(self, state: Any, message: Any | None, steps: Iterable[AnyStep]) -> Iterator[AnyStep]:
        return (step for step in steps if (state, message, step) not in self._banned)


def further(
    model: AnyModel,
    properties: Sequence[LocalProperty],
    first: Violation,
    most: int,
    budget: Budget | None = None,
    *,
    after: Sequence[Move] = (),
    **how: Any,
) -> Iterator[Violation]:
    """Up to `most` violations besides the first one, none of which ends as another does.

    `how`: further arguments of `explore`. Each search has the whole budget; one that uses it up is the last.
    """
    kinds = {_actions(first)}
    different, alike = 0, []
    for one in _endings(model, properties, first, _TRIES * most, budget, after, how):
        if _actions(one) in kinds:
            alike.append(one)
        else:
            kinds.add(_actions(one))
            different += 1
            yield one
        if different == most:
            return
    yield from alike[: most - different]


def _actions(violation: Violation) -> frozenset[str]:
    return frozenset(move.step.action for move in violation.behaviour)


def _endings(
    model: AnyModel,
    properties: Sequence[LocalProperty],
    first: Violation,
    most: int,
    budget: Budget | None,
    after: Sequence[Move],
    how: dict[str, Any],
) -> Iterator[Violation]:
    """Violations that end differently, one after the other."""
    banned: set[Banned] = set()
    found: Violation | None = first
    for _ in range(most):
        if found is None or len(found.behaviour) <= len(after) or found.behaviour[-1].step.action in NETWORK:
            return
        banned |= _last(model, found.behaviour)
        left = Without(model, banned)
        try:
            follow(left, after)
        except NoSuchMove:
            # The last step occurs on the way to where the search begins as well.
            return
        # A state may be left without any step because they were taken from it: that is no deadlock of the model.
        found = explore(left, properties, budget, after=after, **{**how, "may_end": True}).violation
        if found is not None:
            follow(model, found.behaviour)
            yield found


def _last(model: AnyModel, behaviour: Sequence[Move]) -> set[Banned]:
    """The last step of a behaviour, under all names of servers."""
    move = behaviour[-1]
    state = follow(model, behaviour[:-1])[-1].states[move.server]
    found = set()
    for new in permutations(range(model.servers)):
        received = None if move.received is None else model.renamed_message(move.received, new)
        sends = tuple(model.renamed_message(message, new) for message in move.step.sends)
        step = replace(move.step, after=model.renamed_state(move.step.after, new), sends=sends)
        found.add((model.renamed_state(state, new), received, step))
    return found
