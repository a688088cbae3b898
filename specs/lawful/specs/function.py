"""What a function of a table does: on which rows, under which guards, with which effects and answers.

A function has one of six bodies. The first case whose guard holds applies; the last has no guard. All of it happens
at one instant (clause TS-ALL-1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lawful.specs.expression import EXISTS, Expression, Operand, operand
from lawful.specs.field import Argument, Field


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer: the row as clients see it, or some of its fields; of a table without rows, what stands beside."""

    names: tuple[str, ...] = ()
    """All that are shown, where none is named."""


@dataclass(frozen=True, slots=True)
class AnyAbove:
    """The answer: any integer above this one. The store chooses; `ANSWER` in the effects is what it chose."""

    bound: Expression


SHOWN = Shown()
Reply: TypeAlias = Expression | Shown | AnyAbove
Assignments: TypeAlias = tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Insert:
    """Make the row that the call names, or replace it, with these fields and the others as they are initially."""

    values: Assignments


@dataclass(frozen=True, slots=True)
class Update:
    """Change fields of the row, or of what stands beside the rows; all values are those from before."""

    values: Assignments


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the row."""


@dataclass(frozen=True, slots=True)
class KeepGreatest:
    """Of the rows, those equal in `among` only, keep the `most` ones that are greatest in a field."""

    most: Expression
    by: Field
    among: Field | None = None


Effect: TypeAlias = Insert | Update | Delete | KeepGreatest


def insert(**values: Operand) -> Insert:
    return Insert(_assignments(values))


def update(**values: Operand) -> Update:
    return Update(_assignments(values))


def _assignments(values: Mapping[str, Operand]) -> Assignments:
    return tuple((name, operand(value)) for name, value in values.items())


@dataclass(frozen=True, slots=True)
class Case:
    """What a function does under one condition."""

    guard: Expression | None
    """None: in every other case."""
    answer: Reply
    because: str
    """Why, as a sentence without a full stop; `{name}` stands for the value of a field or an argument."""
    clause: str
    """The clause that decides."""
    effects: tuple[Effect, ...] = ()


def case(guard: Expression | None, answer: Operand | Reply, because: str, clause: str, *effects: Effect) -> Case:
    """A case, with a constant as its answer or an expression."""
    reply = answer if isinstance(answer, Shown | AnyAbove) else operand(answer)
    return Case(guard, reply, because, clause, effects)


@dataclass(frozen=True, slots=True)
class OnRow:
    """On the one row whose key the arguments give."""

    cases: tuple[Case, ...]
    key: tuple[Expression, ...] = ()
    """The key of the row; where it is empty, the arguments named as the key fields of the table."""


@dataclass(frozen=True, slots=True)
class OnWhole:
    """On what stands beside the rows; it may look at all rows."""

    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class OnAnyRow:
    """On any row for which `where` holds: the store chooses. Where there is none, the answer is null."""

    cases: tuple[Case, ...]
    """Which rows may be chosen, each with what happens; every guard is a condition on the row."""
    none_because: str
    none_clause: str


@dataclass(frozen=True, slots=True)
class ListRows:
    """Answers rows: those for which `where` holds, in order, then from `offset` on at most `limit`."""

    because: str
    clause: str
    where: Expression | None = None
    descending: Field | None = None
    """The field by which the greatest come first; rows that are equal in it, and all without it, in order of key."""
    limit: Argument | None = None
    """Null: no limit."""
    offset: Argument | None = None
    """Null: none."""
    choice: str | None = None
    """The clause that says which rows are kept, in a table that drops some; it is broken by a list that shows others or
    lacks some. None: what holds for all lists."""


@dataclass(frozen=True, slots=True)
class CountRows:
    """Answers how many rows there are for which `where` holds."""

    because: str
    clause: str
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class DeleteRows:
    """Removes the rows for which `where` holds, and answers how many.

    `where` None: it removes rows that have expired. Nobody can tell, so the answer is null.
    """

    because: str
    clause: str
    where: Expression | None = None


Body: TypeAlias = OnRow | OnWhole | OnAnyRow | ListRows | CountRows | DeleteRows


@dataclass(frozen=True, slots=True)
class Blame:
    """Which clause a wrong answer breaks, under a condition on the row that the call, or its answer, names."""

    guard: Expression | None
    """None: in every other case."""
    because: str
    """As in `Case`."""
    clause: str
    field: str | None = None
    """It applies only where the answer is a row that is wrong in this field alone."""


@dataclass(frozen=True, slots=True)
class Function:
    """One operation that clients may call on a table."""

    name: str
    arguments: tuple[Argument, ...]
    answer: tuple[str, ...]
    """The JSON types of the answer; any other answer is nonsense, whatever the state."""
    meaning: str
    body: Body
    reads_only: bool = False
    """Whether clients call it to look. It may extend what it looks at all the same (see `changes`)."""
    weight: int = 10
    """How often generated programs and workloads call it, compared with the others."""
    blames: tuple[Blame, ...] = ()
    """Asked in turn where an answer is wrong; where none applies, the clause of the right answer is the one."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of its body; none where it lists, counts or removes many rows."""
        return self.body.cases if isinstance(self.body, OnRow | OnWhole | OnAnyRow) else ()

    @property
    def changes(self) -> bool:
        """Whether some call may change something, if only how long a row lasts."""
        return isinstance(self.body, DeleteRows) or any(case.effects for case in self.cases)

    @property
    def makes_once(self) -> bool:
        """Whether it makes a row where there is none, and does nothing where there is one, as a retry must."""
        cases = self.body.cases if isinstance(self.body, OnRow) else ()
        effective = [number for number, case in enumerate(cases) if case.effects]
        return bool(effective) and all(
            cases[number].guard == ~EXISTS or any(earlier.guard == EXISTS for earlier in cases[:number])
            for number in effective
        )
