"""Tables whose rows are put, looked up, listed and removed, and nothing else: said once for all of them.

Fixed here, where the contract only names the functions: an upsert replaces the whole row, so a field that is null in
it does not keep its old value; it answers whether the row is new, as a front end needs to know that to answer 201 or
200 (RFC 9110, section 9.3.4); a delete answers whether there was a row; a list is in order of the key, by code point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, EXISTED, EXISTS, Before, Expression
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import SHOWN, Blame, Case, Delete, Function, Insert, ListRows, OnRow, case
from lawful.specs.property import Property, StepProperty
from lawful.specs.table import Table

WHOLE, NEW, GONE, LISTED = 1, 2, 3, 4
"""The numbers of the clauses that every such table has; what a table adds begins with 5."""


def upserted_table(
    *,
    name: str,
    number: str,
    meaning: str,
    key: Field,
    fields: tuple[Field, ...],
    drawn: Mapping[str, Drawn] | None = None,
    found_by: Argument | None = None,
    row_key: Expression | None = None,
    absent: int = GONE,
    further: tuple[str, ...] = (),
) -> Table:
    """The table `name`; `key` tells its rows apart, and `drawn` says where the values of fields are drawn from.

    Where clients name a row by something else than its key, that is `found_by`, and `row_key` is the key made of it.
    `absent` is the number of the clause that says that what is not there is not found; `further` are the sentences of
    the clauses from 5 on.
    """
    named = found_by or Argument(key.name, key.type, drawn=Drawn.IDENTITY)
    declared = _Upserted(name, key, fields, named, row_key, drawn or {})
    return Table(
        name=name,
        number=number,
        meaning=meaning,
        key=None,
        row_key=(key,),
        fields=fields,
        wrong_row=declared.clause_id(WHOLE),
        functions=(declared.upsert(), declared.get(absent), declared.delete(), declared.list()),
        clauses=declared.clauses(further),
        properties=declared.properties(),
    )


class _Upserted:
    """The parts of one such table."""

    def __init__(
        self,
        name: str,
        key: Field,
        fields: tuple[Field, ...],
        named: Argument,
        row_key: Expression | None,
        drawn: Mapping[str, Drawn],
    ) -> None:
        self._name = name
        self._key = key
        self._fields = fields
        self._named = named
        self._row_key = row_key or named
        self._on_key = () if row_key is None else (row_key,)
        self._given = tuple(_given(field, drawn.get(field.name, Drawn.CURIOUS)) for field in fields)

    def clause_id(self, number: int) -> str:
        return f"TS-{self._name.upper()}-{number}"

    def upsert(self) -> Function:
        written = Insert(tuple((argument.name, argument) for argument in self._given))
        return Function(
            "upsert",
            (self._named, *self._given),
            ("boolean",),
            "Make the row, or replace all of it; whether it is new.",
            self._on_row(
                case(EXISTS, False, "there is such a row, which is replaced", self.clause_id(NEW), written),
                case(None, True, "there is no such row yet", self.clause_id(NEW), written),
            ),
            weight=30,
        )

    def get(self, absent: int) -> Function:
        return Function(
            "get",
            (self._named,),
            ("object", "null"),
            "The row, or null.",
            self._on_row(
                case(~EXISTS, None, "there is no such row", self.clause_id(absent)),
                case(None, SHOWN, "a get answers the row as last upserted", self.clause_id(WHOLE)),
            ),
            reads_only=True,
            weight=22,
            blames=(
                Blame(~EXISTS, "there is no such row: it was not upserted, or was deleted", self.clause_id(absent)),
            ),
        )

    def delete(self) -> Function:
        return Function(
            "delete",
            (self._named,),
            ("boolean",),
            "Remove the row; false where there is none.",
            self._on_row(
                case(~EXISTS, False, "there is no such row", self.clause_id(GONE)),
                case(None, True, "there is such a row", self.clause_id(GONE), Delete()),
            ),
            weight=12,
        )

    def list(self) -> Function:
        return Function(
            "list",
            (),
            ("array",),
            f"All rows, in order of {self._key.name}.",
            ListRows(f"a list answers every row, in order of {self._key.name}", self.clause_id(LISTED)),
            reads_only=True,
            weight=14,
        )

    def clauses(self, further: tuple[str, ...]) -> tuple[Clause, ...]:
        sentences = (
            "An upsert replaces the whole row, and a row stays as its last upsert left it.",
            "An upsert answers true where it makes the row, and false where it replaces one.",
            "A deleted row is gone, and a delete answers whether there was one.",
            f"A list shows every row, in order of {self._key.name}.",
            *further,
        )
        source = "task-store contract, the 14 tables and their operations"
        return tuple(
            Clause(self.clause_id(number), self._name, Level.SEQUENTIAL, sentence, source)
            for number, sentence in enumerate(sentences, 1)
        )

    def properties(self) -> tuple[Property, ...]:
        is_named = self._key.is_(self._row_key)
        written = _all(field.is_(argument) for field, argument in zip(self._fields, self._given, strict=True))
        unchanged = _all(field.is_(Before(field)) for field in self._fields)
        return (
            StepProperty(
                self.clause_id(WHOLE),
                "An upsert leaves the row that it names as it says, and every other as it was.",
                ~EXISTS | (is_named & written) | (~is_named & EXISTED & unchanged),
                of=("upsert",),
            ),
            StepProperty(
                self.clause_id(NEW),
                "An upsert answers whether the row that it leaves is new.",
                ~is_named | (EXISTED & ANSWER.is_(False)) | (~EXISTED & ANSWER.is_(True)),
                of=("upsert",),
            ),
            StepProperty(
                self.clause_id(WHOLE), "Only a delete removes a row.", ~EXISTED | EXISTS, of=("upsert", "get", "list")
            ),
            StepProperty(
                self.clause_id(GONE),
                "A delete removes the row that it names, and changes no other.",
                ~EXISTS | (~is_named & EXISTED & unchanged),
                of=("delete",),
            ),
        )

    def _on_row(self, *cases: Case) -> OnRow:
        return OnRow(cases, key=self._on_key)


def _given(field: Field, drawn: Drawn) -> Argument:
    return Argument(field.name, field.type, nullable=field.nullable, values=field.values, drawn=drawn)


def _all(conditions: Iterable[Expression]) -> Expression:
    return reduce(lambda left, right: left & right, conditions)
