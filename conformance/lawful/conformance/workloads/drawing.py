"""Arguments of calls, by what their declaration says of each (`specs.field.Drawn`).

Whatever is left to chance is one choice from a sequence: a workload passes `random.Random(…).choice`, a Hypothesis
test `lambda values: data.draw(st.sampled_from(values))`. A value is made likelier by standing in the sequence more
than once, and the simplest stands first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from lawful.conformance.workloads.memory import Memory, Row
from lawful.conformance.workloads.script import CURIOUS_INTEGERS, CURIOUS_TEXTS, CURIOUS_VALUES
from lawful.conformance.workloads.table_traits import counted_values, initially, names_fill_up
from lawful.models.values import Json
from lawful.specs.field import Argument, Drawn
from lawful.specs.function import Function
from lawful.specs.table import Table

T = TypeVar("T")

LARGEST = 2**63 - 1
"""Of the integers of the contract."""
AGES = (0, 1, 2, 1_700_000_000_000, 2**53 + 1, LARGEST, -LARGEST - 1)
FEW = (1, 2, 3, 5, 8, 0)
SHORT_MS = (60, 150, 400, 1200)
"""Shorter than what a run waits for before its final reads."""
LONG_MS = 3_600_000
_ABOVE = (1, 1, 1, 2, 5, 0, -1)
_CLIENTS = 8
_STEPS_PER_SHARED_NAME = 8
_SEVERAL = 3


class Choose(Protocol):
    """One of the values, none of which is there in vain."""

    def __call__(self, values: Sequence[T], /) -> T: ...


def names(kind: str) -> tuple[str, ...]:
    """The names that clients share for one kind of thing; some are awkward to careless stores."""
    return (f"{kind}-1", f"{kind}:2", f"{kind}/3", f"{kind} ü", '"5"', f"{kind}-6", "")


def own_name(kind: str, client: int) -> str:
    """The name of a client."""
    return f"{kind}-{client}"


class Drawing:
    """Draws for one client of one table."""

    def __init__(self, table: Table, client: int, choose: Choose, memory: Memory) -> None:
        self.tick = 0
        """How many calls the client has made: what it writes is told apart by it."""
        self._table = table
        self._client = client
        self._choose = choose
        self._memory = memory
        self._key_names = tuple(field.name for field in table.row_key)
        self._fresh_names = names_fill_up(table)

    def arguments(
        self, function: Function, key: str | None, given: Mapping[str, Json] | None = None
    ) -> dict[str, Json]:
        """Arguments for a call, those in `given` as they are. What names the row is drawn first."""
        drawn: dict[str, Json] = {}
        row_drawn: Row | None = None
        for argument in sorted(function.arguments, key=lambda one: one.name not in self._key_names):
            if given is not None and argument.name in given:
                drawn[argument.name] = given[argument.name]
            elif argument.drawn is Drawn.SEEN and argument.name in self._key_names:
                row_drawn = row_drawn or self._row(key)
                drawn[argument.name] = dict(zip(self._key_names, row_drawn, strict=True))[argument.name]
            else:
                drawn[argument.name] = self._value(function, argument, key, self._memory.row_in(drawn))
        return {argument.name: drawn[argument.name] for argument in function.arguments}

    def _row(self, key: str | None) -> Row:
        """A row that was met; where none was, one that nobody made."""
        known = self._memory.rows(key)
        return self._choose(known) if known else tuple(names(name)[0] for name in self._key_names)

    def _value(self, function: Function, argument: Argument, key: str | None, row: Row | None) -> Json:
        match argument.drawn:
            case Drawn.SEEN:
                return self._seen(argument, key, row)
            case Drawn.ABOVE_SEEN:
                return self._above_seen(argument, key, row)
        if argument.nullable and self._choose((True, False, False)):
            return None
        match argument.drawn:
            case Drawn.IDENTITY:
                return self._identity(argument, key)
            case Drawn.SELF:
                other = self._choose((*[self._client] * 31, self._choose(range(_CLIENTS))))
                return own_name(argument.name, other)
            case Drawn.DURATION:
                return self._choose((*SHORT_MS, LONG_MS) if self._table.expires is not None else SHORT_MS)
            case Drawn.AGE:
                return self._choose(AGES)
            case Drawn.FEW:
                return self._choose(FEW)
        return self._curious(argument)

    def _identity(self, argument: Argument, key: str | None) -> Json:
        if argument.values:
            return self._choose(argument.values)
        if argument.type == "integer":
            return self._choose(AGES)
        kind = argument.like or argument.name
        if argument.name in self._key_names and self._fresh_names:
            shared = f"{kind}:{self.tick // _STEPS_PER_SHARED_NAME}"
            own = f"{kind}/{self._client}-{self.tick}"
            met = [row[self._key_names.index(argument.name)] for row in list(self._memory.rows(key))[-1:]]
            return self._choose((own, own, shared, shared, *met))
        return self._choose(self.shared_names(kind))

    def shared_names(self, kind: str) -> tuple[str, ...]:
        """Fewer where rows are told apart by more than one name: clients should meet on each."""
        several = self._table.key is not None or len(self._key_names) > 1
        return names(kind)[:_SEVERAL] if several else names(kind)

    def _seen(self, argument: Argument, key: str | None, row: Row | None) -> Json:
        seen = self._memory.values(key, row, argument.like or argument.name)
        fitting = [value for value in seen if value is not None or argument.nullable]
        return self._choose((*[fitting[-1]] * 8, *fitting)) if fitting else self._unseen(argument)

    def _above_seen(self, argument: Argument, key: str | None, row: Row | None) -> Json:
        seen = self._memory.values(key, row, argument.like or argument.name)
        latest = seen[-1] if seen else None
        return min((latest if isinstance(latest, int) else 0) + self._choose(_ABOVE), LARGEST)

    def _unseen(self, argument: Argument) -> Json:
        """What a field holds before anybody wrote it."""
        held = initially(self._table, argument.like or argument.name)
        if held is not None or argument.nullable:
            return held
        return self._choose((1, 0)) if argument.type == "integer" else self._curious(argument)

    def _curious(self, argument: Argument) -> Json:
        """Every other value is one that only this call writes, so that it shows whose was lost."""
        if argument.values:
            # A row begins with the first; the last are mostly final.
            count = len(argument.values)
            return self._choose([value for rank, value in enumerate(argument.values) for _ in range(count - rank)])
        own = f"{self._client}-{self.tick}"
        match argument.type:
            case "string":
                return self._choose((own, self._choose(CURIOUS_TEXTS)))
            case "integer":
                return self._choose((self.tick, self._choose(CURIOUS_INTEGERS)))
            case "boolean":
                return self._choose((False, True))
            case "array":
                return self._choose(((), (own,), names(argument.name)[:2]))
            case "object" if argument.members:
                return self._members(argument, own)
            case "object":
                return self._choose(_objects(own))
        mine: Json = {"by": own}
        return self._choose((mine, self._choose(CURIOUS_VALUES)))

    def _members(self, argument: Argument, own: str) -> Json:
        chosen = [name for name in names("node")[:_SEVERAL] if self._choose((False, True))]
        return {name: {member: self._member(member, own) for member in argument.members} for name in chosen}

    def _member(self, name: str, own: str) -> str:
        """One of the values that a field of this name has, where it has few: the first, as nothing is finished yet."""
        values = counted_values(self._table, name)
        return values[0] if values else own


def _objects(own: str) -> tuple[Json, ...]:
    return {"by": own}, {}, {"": None}
