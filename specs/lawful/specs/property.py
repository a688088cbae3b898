"""What must hold of a table in every state and of every step, whatever clients do: stated here, proved elsewhere.

Properties speak of one row (and of what stands beside the rows), for all rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lawful.specs.expression import Expression
from lawful.specs.field import Field


@dataclass(frozen=True, slots=True)
class Invariant:
    """Holds of every row in every state."""

    clause: str
    sentence: str
    holds: Expression


@dataclass(frozen=True, slots=True)
class StepProperty:
    """Holds of every row across every step: fields are those after the step, `Before` gives those before it."""

    clause: str
    sentence: str
    holds: Expression
    of: tuple[str, ...] = ()
    """The functions that it speaks of; all, where none is named."""


@dataclass(frozen=True, slots=True)
class Exclusive:
    """At no instant do two clients believe, by what they were told, that a right is theirs.

    A client believes from an answer that grants it on, for the time that the answer was given for, unless it gave the
    right up. `invariant` is what the row holds for as long as `BELIEVER` believes, which is until `BELIEVED_UNTIL`.
    """

    clause: str
    sentence: str
    believer: str
    """The argument that names the client."""
    granted_by: tuple[str, ...]
    """The functions that grant or extend, with an answer other than false and null, for `ttl_ms`."""
    given_up_by: tuple[str, ...]
    """The functions that give up, with the answer true."""
    invariant: Expression


@dataclass(frozen=True, slots=True)
class Kept:
    """After some calls at most so many rows are there; rows go only where there are more, those smallest in `by` first.

    The row that a call makes or replaces counts as one of them, even where it is the one that goes.
    """

    clause: str
    sentence: str
    most: Expression
    by: Field
    of: tuple[str, ...]
    """The functions that make or replace the row that they name."""
    where: Expression
    """After which of their calls: a condition on arguments and answer."""


Property: TypeAlias = Invariant | StepProperty | Exclusive | Kept
