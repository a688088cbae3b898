"""Fields of tables and arguments of functions. Both are expressions: a guard names them as they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lawful.specs.expression import Expression, Literal, Passed

INSTANT = "instant"
"""The type of a field that holds when something ends; set as so many milliseconds from now, and never shown."""
ORDINAL = "ordinal"
"""The type of a field that holds how recently a row was used, compared with the others; never shown."""
NULL = Literal(None)


class Drawn(StrEnum):
    """Where a generated program or a workload takes an argument from, so that clients collide in useful ways."""

    IDENTITY = "identity"
    """A few shared names, some of them awkward."""
    SELF = "self"
    """The name of the client: a worker, a holder, a pod. Now and then that of another."""
    SEEN = "seen"
    """What the client last saw under this name in an answer about the same row; now and then an older one."""
    ABOVE_SEEN = "above seen"
    """A little more than what the client last saw under the name `like`; now and then less."""
    DURATION = "duration"
    """Milliseconds: some that end while their client is still busy, some that outlast the run."""
    AGE = "age"
    """A few integers that repeat, with the extremes of 64 bits."""
    FEW = "few"
    """A small number, such as a limit or an offset."""
    CURIOUS = "curious"
    """Any value of the type, with those that careless stores change."""


@dataclass(frozen=True, slots=True)
class Argument(Expression):
    """One argument of a function. Types are JSON's, plus `integer` for a number without a fraction, and `any`."""

    name: str
    type: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    """The only values, where they are counted."""
    members: tuple[str, ...] = ()
    """Of an object whose members are objects with texts under these names."""
    drawn: Drawn = Drawn.CURIOUS
    like: str | None = None
    """The field that values are drawn from; None: the one of the same name."""


@dataclass(frozen=True, slots=True)
class Field(Expression):
    """One field of a row, or of the part of a table that stands beside the rows."""

    name: str
    type: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    """The only values, where they are counted."""
    initially: Expression = NULL
    """What it holds where an insert says nothing."""
    shown: bool = True
    """Whether clients see it."""
    clause: str | None = None
    """The clause that is broken where a client sees another value than the one last written."""

    @property
    def passed(self) -> Expression:
        """Whether the instant that the field holds has passed."""
        return Passed(self)
