"""Sequential objects as finite tables: for each operation of a core, the states it may lead from and to.

Registers, registers with compare-and-set and strings with append are written down here a second time, from their
definition and not from their model, so that a mistake in the model would show. The tables of all other objects are
explored from the model: every state that can be reached by operations of the core, each used at most once. Of these,
states are taken for one that no answer in the core can tell apart, now or later. Only so many states are followed;
beyond that, `TooLarge` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lawful.checkers.certificate.exploration import explored
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation, Outcome
from lawful.models.key_value import KeyValue
from lawful.models.model import AnyModel
from lawful.models.register import Register
from lawful.models.values import Json, canonical


class Row(NamedTuple):
    """One way in which an operation may take effect. States are numbers."""

    before: int
    after: int
    earliest_ns: int | None = None
    """The latest call among what took effect up to here; None: it does not matter."""
    latest_ns: int | None = None
    """The earliest return among what takes effect from here on; None: it does not matter."""


@dataclass(frozen=True, slots=True)
class Table:
    """A sequential object, as far as the operations of one core go."""

    states: int
    initial: int
    effects: tuple[frozenset[Row], ...]
    """For each operation, what it may do, whatever it answers."""
    answers: tuple[frozenset[Row], ...]
    """For each operation, what it may do if it gave the answer that it gave; of an unknown one the same as above."""
    is_timed: bool = False


def table_of(operations: Sequence[Operation], model: AnyModel[Any], seconds: float = 60.0) -> Table:
    """The table of `model` for `operations`. Raises `TooLarge`, also where it takes more than `seconds`."""
    if type(model) is Register or type(model) is CasRegister:
        return _register(operations, model.initial_value)
    if type(model) is KeyValue:
        return _key_value(operations, model.initial_value)
    states, effects, answers, is_timed = explored(operations, model, seconds)
    return _merged(
        Table(
            states,
            0,
            tuple(frozenset(Row(*row) for row in rows) for rows in effects),
            tuple(frozenset(Row(*row) for row in rows) for rows in answers),
            is_timed,
        )
    )


def _merged(table: Table) -> Table:
    """`table` with those states taken for one that no operation can tell apart (the coarsest bisimulation)."""
    steps: list[list[tuple[int, Row]]] = [[] for _ in range(table.states)]
    for number, rows in enumerate((*table.effects, *table.answers)):
        for row in rows:
            steps[row.before].append((number, row))
    classes = [0] * table.states
    count = 0
    while len(set(classes)) > count:
        count = len(set(classes))
        numbers: dict[Any, int] = {}
        classes = [
            numbers.setdefault(
                (classes[state], frozenset((number, classes[row.after], *row[2:]) for number, row in steps[state])),
                len(numbers),
            )
            for state in range(table.states)
        ]
    effects, answers = (
        tuple(
            frozenset(row._replace(before=classes[row.before], after=classes[row.after]) for row in rows)
            for rows in part
        )
        for part in (table.effects, table.answers)
    )
    return Table(count, classes[table.initial], effects, answers, table.is_timed)


def _register(operations: Sequence[Operation], initial: Json) -> Table:
    """A register: the states are the values that anybody wrote."""
    numbers = {canonical(initial): 0}
    for operation in operations:
        written = operation.arguments.get("new" if operation.function == "cas" else "value")
        if operation.function != "read":
            numbers.setdefault(canonical(written), len(numbers))
    effects, answers = [], []
    for operation in operations:
        effect = frozenset(_register_row(operation, text, number, numbers) for text, number in numbers.items())
        effects.append(effect)
        if operation.outcome is not Outcome.OK:
            answers.append(effect)
            continue
        right = {number for text, number in numbers.items() if _register_answer(operation, text)}
        answers.append(frozenset(row for row in effect if row.before in right))
    return Table(len(numbers), 0, tuple(effects), tuple(answers))


def _register_row(operation: Operation, text: str, number: int, numbers: dict[str, int]) -> Row:
    match operation.function:
        case "write":
            return Row(number, numbers[canonical(operation.arguments["value"])])
        case "cas" if text == canonical(operation.arguments["old"]):
            return Row(number, numbers[canonical(operation.arguments["new"])])
    return Row(number, number)


def _register_answer(operation: Operation, text: str) -> bool:
    """Whether the answer of `operation` is right where the register holds `text`."""
    match operation.function:
        case "read":
            return canonical(operation.result) == text
        case "cas":
            return operation.result is (text == canonical(operation.arguments["old"]))
    return operation.result is None


def _key_value(operations: Sequence[Operation], initial: str) -> Table:
    """A string with append: the states are the beginnings of what anybody got, and one for all other strings.

    A string that begins nothing that anybody got will not by appending to it, so the others need not be told apart;
    only a put leads back.
    """
    got = {one.result for one in operations if one.function == "get" and one.outcome is Outcome.OK}
    seen = [value for value in got if isinstance(value, str)]
    numbers: dict[str, int] = {}
    other = 0

    def number_of(value: str) -> int:
        if not any(whole.startswith(value) for whole in seen):
            return other
        return numbers.setdefault(value, len(numbers) + 1)

    first = number_of(initial)
    for operation in operations:
        if operation.function == "put":
            number_of(str(operation.arguments["value"]))
    effects: list[set[Row]] = [set() for _ in operations]
    done: set[str] = set()
    while waiting := numbers.keys() - done:
        for text in sorted(waiting):
            for position, operation in enumerate(operations):
                match operation.function:
                    case "put":
                        after = number_of(str(operation.arguments["value"]))
                    case "append":
                        after = number_of(text + str(operation.arguments["value"]))
                    case _:
                        after = numbers[text]
                effects[position].add(Row(numbers[text], after))
        done |= waiting
    for position, operation in enumerate(operations):
        put = number_of(str(operation.arguments["value"])) if operation.function == "put" else other
        effects[position].add(Row(other, put))
    answers = [
        {row for row in effect if _key_value_answer(operation, row, numbers)}
        for operation, effect in zip(operations, effects, strict=True)
    ]
    return Table(len(numbers) + 1, first, tuple(map(frozenset, effects)), tuple(map(frozenset, answers)))


def _key_value_answer(operation: Operation, row: Row, numbers: dict[str, int]) -> bool:
    if operation.outcome is not Outcome.OK:
        return True
    if operation.function == "get":
        return isinstance(operation.result, str) and numbers.get(operation.result) == row.before
    return operation.result is None
