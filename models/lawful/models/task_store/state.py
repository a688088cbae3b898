"""The state of one independent part of a declared table: its rows, and what stands beside them.

Values are hashable: texts, integers, booleans and null as they are; objects, arrays and anything of type `any` as
`Frozen`; instants as `Expiry`; an integer that the store chose and nobody saw as `AtLeast`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from lawful.models.rows import Rows
from lawful.models.task_store.expiry import Expiry
from lawful.models.values import Frozen, Json, canonical


class AtLeast(NamedTuple):
    """An integer of which only a lower bound is known: the answer that would have told was lost."""

    bound: int

    def __str__(self) -> str:
        return f"at least {self.bound}"


Value: TypeAlias = bool | int | str | Frozen | Expiry | AtLeast | None


class Row(NamedTuple):
    """The fields of one row, or of what stands beside the rows, in the order of the declaration."""

    names: tuple[str, ...]
    values: tuple[Value, ...]

    def get(self, name: str) -> Value:
        return self.values[self.names.index(name)]

    def changed(self, values: Mapping[str, Value]) -> Row:
        """This row with some values changed."""
        return Row(
            self.names, tuple(values.get(name, value) for name, value in zip(self.names, self.values, strict=True))
        )

    def __str__(self) -> str:
        fields = zip(self.names, self.values, strict=True)
        from lawful.models.wording import part_text  # which words states itself

        shown = [f"{name}: {part_text(value)}" for name, value in fields if not isinstance(value, Expiry)]
        return "{" + ", ".join(shown) + "}"


class TableState(NamedTuple):
    """One independent part of a table."""

    beside: Row
    rows: Rows[Row]
    """By the text of their key (see `key_text`). The fields of the key are in the row as well."""

    def __str__(self) -> str:
        parts = [str(self.beside)] if self.beside.names else []
        parts += [str(row) for _, row in self.rows.items()]
        return ", ".join(parts) or "empty"


def as_json(value: Value) -> Json:
    """A value as clients see it. Instants and what nobody saw have no such form."""
    assert not isinstance(value, Expiry | AtLeast), value
    return value.value if isinstance(value, Frozen) else value


def key_text(parts: Sequence[Value]) -> str:
    """The key of a row as one text: the field itself where it is a text and the only one.

    >>> key_text(["a"]), key_text(["a:b", -3])
    ('a', '["a:b",-3]')
    """
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return canonical([as_json(part) for part in parts])
