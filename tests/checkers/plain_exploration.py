"""Breadth-first search by its definition: global states as values, no tables, no fingerprints. To compare with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import NamedTuple

from lawful.checkers.exploration.behaviour import Moment, beginning, moved, moves
from lawful.models.local_steps import AnyModel


class Counts(NamedTuple):
    """What two searches have to agree on."""

    distinct: int
    generated: int
    depth: int


def plain_counts(model: AnyModel) -> Counts:
    """The counts of a whole search within the bounds of the model."""
    first = beginning(model)
    seen, level = {_value(first)}, [first]
    generated, depth = 1, 0
    while level:
        depth += 1
        following = []
        for moment in level:
            for move in moves(model, moment):
                generated += 1
                after = moved(moment, move)
                if _is_within(model, after) and _value(after) not in seen:
                    seen.add(_value(after))
                    following.append(after)
        level = following
    return Counts(len(seen), generated, depth)


def _value(moment: Moment) -> Hashable:
    return moment.states, frozenset(Counter(moment.in_flight).items())


def _is_within(model: AnyModel, moment: Moment) -> bool:
    return len(moment.in_flight) <= model.in_flight and all(map(model.is_within, moment.states))
