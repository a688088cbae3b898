"""What an algorithm of local steps promises to do in the end, and the fairness without which it could not.

Temporal properties and fairness as in Lamport's temporal logic of actions ("The Temporal Logic of Actions", 1994). A
behaviour may do nothing from some point on, where no constraint asks for a step. A step that changes nothing is none.

Whether a constraint asks for a step goes by the model without its bounds: a behaviour in which a server waits forever
with a step that only the bounds forbid is not fair. So a behaviour within the bounds that is fair is one of the
algorithm itself; and those that leave the bounds are not judged.

Some algorithms count up without end, as Raft does its terms. Where only the order of such numbers matters, states that
differ in them alone have the same future, and are taken for one (`Counting`): so a loop may be one in which the numbers
rise for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from lawful.models.local_steps import AnyStep

States: TypeAlias = tuple[Any, ...]
"""The state of each server."""


class Strength(StrEnum):
    """What a constraint says of the steps that it is about."""

    WEAK = "weak"
    """Not possible all the time from some point on without being taken again and again."""
    STRONG = "strong"
    """Not possible again and again without being taken again and again."""
    FINITE = "finite"
    """Taken only so often."""


@dataclass(frozen=True, slots=True)
class Fairness:
    """A constraint for each kind of step that it tells apart."""

    name: str
    sentence: str
    strength: Strength
    of: Callable[[int, Any, AnyStep, Any | None], Hashable | None]
    """By server, its state, the step and the message that it handles: the kind of step; None for other steps."""
    where: Callable[[States, int], bool] | None = None
    """By the states and the server that steps: elsewhere its steps count neither as possible nor as taken; None: they
    count everywhere."""
    of_counted: bool = False
    """Its kinds mention what the algorithm counts: where that rises for ever, no kind of step comes again and again."""


@dataclass(frozen=True, slots=True)
class AlwaysEventually:
    """Again and again, `holds`."""

    id: str
    fairness: tuple[Fairness, ...]
    holds: Callable[[States], bool]


@dataclass(frozen=True, slots=True)
class EventuallyAlways:
    """From some point on, `holds` for good."""

    id: str
    fairness: tuple[Fairness, ...]
    holds: Callable[[States], bool]


@dataclass(frozen=True, slots=True)
class LeadsTo:
    """Whenever `trigger` holds, `goal` holds then or later."""

    id: str
    fairness: tuple[Fairness, ...]
    trigger: Callable[[States], bool]
    goal: Callable[[States], bool]


LivenessProperty: TypeAlias = AlwaysEventually | EventuallyAlways | LeadsTo


class Counting(Protocol):
    """How an algorithm counts. Of the numbers that are past, which are below all that servers and messages are at, the
    order matters; of the others the differences do. 0 stands for none."""

    def at(self, value: Any) -> int:
        """The number that a state or a message is at; 0 for none."""

    def mentioned(self, value: Any) -> frozenset[int]:
        """The numbers that occur in a state or a message."""

    def renumbered(self, value: Any, new: Callable[[int], int]) -> Any:
        """The state or message with other numbers."""


def renumbering(at: Iterable[int], mentioned: Iterable[int]) -> Callable[[int], int]:
    """The numbers that are as small as can be: 1, 2 and so on for those that are past, and then the others.

    >>> [renumbering([5, 6], [2, 5, 6])(number) for number in (0, 2, 5, 6, 7)]
    [0, 1, 2, 3, 4]
    """
    least = min((number for number in at if number), default=1)
    past: Mapping[int, int] = {
        number: new for new, number in enumerate(sorted(one for one in set(mentioned) if 0 < one < least), 1)
    }
    shift = len(past) + 1 - least

    def new(number: int) -> int:
        return number + shift if number >= least else past.get(number, 0)

    return new
