"""What the parts of the search pass to each other: configurations, and when one need not be looked at again.

A configuration is a position in the schedule, the open operations that are placed *ahead* of their return, the state
that all placed operations lead to, and which of those with an unknown outcome were *used*.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

Trail: TypeAlias = "tuple[Trail, int, int] | None"
"""What was placed, last first: the trail before, the operation, the number of the state after it. The operation is
its rank in order of return; ~i stands for the one with the unknown outcome number i. Those placed by rule 2 are left
out; they can be found again."""

Key: TypeAlias = tuple[int, ...]
"""What two configurations at one position must have in common to be compared: ahead, state, and the latest call for
models with time."""

Configuration: TypeAlias = tuple[int, Key, int, Trail]
"""Position, key, used, trail. A plain tuple, because millions of them are made."""


Layer: TypeAlias = dict[int, set[int]]
"""Many configurations at one position of which only this is known: what is placed ahead, by state."""

Ways: TypeAlias = dict[int, Layer]
"""Configurations at several positions."""


Onward: TypeAlias = Ways | list[Configuration]
"""What leads further: either configurations that must be met on the way, or the first ones beyond."""

Reached: TypeAlias = dict[Key, list[Any]]
"""What was entered at one position or within one: per key, what the configurations that are kept have used."""


class Counter(Protocol):
    """Holds the search to its budget; `lawful.checkers.meter.Meter` is one."""

    @property
    def steps(self) -> int: ...

    def step(self) -> None:
        """Count one step; raises `BudgetExhausted` where the budget is used up."""
        ...

    def look(self) -> None:
        """Compare with the budget without counting a step."""
        ...
