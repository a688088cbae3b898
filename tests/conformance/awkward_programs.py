"""Random programs of one client with the values that stores are known to confuse, and a check of each answer.

Arguments are drawn as those of workloads (`workloads.drawing`), but that half of the values that are the caller's own
choice are awkward ones (`programs.awkward`), and that some durations end before the program does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from lawful.conformance.programs.awkward import awkward_values
from lawful.conformance.workloads.client import keys_of
from lawful.conformance.workloads.drawing import LONG_MS, Drawing
from lawful.conformance.workloads.memory import Memory
from lawful.conformance.workloads.script import Intent
from lawful.models.catalogue import MODELS
from lawful.models.history import Outcome
from lawful.models.model import Call, Window, state_after, transitions
from lawful.models.values import Json, canonical
from lawful.specs.field import Argument, Drawn
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES

SHORT_MS = 4
_DURATIONS_MS = (*(LONG_MS,) * 6, SHORT_MS, SHORT_MS, 0)
_MOST_STATES = 50

Invoke = Callable[[str, str | None, str, Mapping[str, Json]], tuple[Json, Window]]
"""Carries out a call; the answer, and the instants at one of which it took effect."""


class AwkwardCalls:
    """Implements `Script`: calls of one table under the names of two clients, with what either of them saw."""

    def __init__(self, table: Table, choice: random.Random) -> None:
        self._table = table
        self._choice = choice
        self._memory = Memory(table)
        self._drawings = [Drawing(table, client, choice.choice, self._memory) for client in range(2)]
        self._calls = 0

    def next(self) -> Intent:
        self._calls += 1
        functions = self._table.functions
        (function,) = self._choice.choices(functions, [one.weight for one in functions])
        key = self._choice.choice(keys_of(self._table))
        drawing = self._choice.choice(self._drawings)
        drawing.tick = self._calls
        given = {one.name: self._choice.choice(values) for one in function.arguments if (values := self._values(one))}
        return Intent(self._table.name, key, function.name, drawing.arguments(function, key, given))

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        self._memory.saw(intent, outcome, result)

    def _values(self, argument: Argument) -> tuple[Json, ...]:
        """What to draw an argument from; nothing where it is drawn as for workloads."""
        if argument.drawn is Drawn.DURATION:
            return _DURATIONS_MS
        is_free = argument.drawn is Drawn.CURIOUS and not argument.values
        return awkward_values(self._table, argument) if is_free and self._choice.random() < 0.5 else ()


def silent(table: str, answers: Mapping[str, set[str]]) -> list[str]:
    """The functions that gave one answer only, though they have more."""
    return [
        function.name
        for function in TABLES[table].functions
        if function.answer != ("null",) and len(answers.get(function.name, ())) < 2
    ]


def run_program(
    invoke: Invoke, table: str, seed: int, *, calls: int, most_calls: int, clock_error_ns: int
) -> dict[str, set[str]]:
    """Check each answer against the model, for `calls` and on until no function is silent; the different answers."""
    model = MODELS[table](None, clock_error_ns)
    program = AwkwardCalls(TABLES[table], random.Random(f"{table}/{seed}"))
    states: dict[str | None, set[Any]] = {}
    answers: dict[str, set[str]] = {}
    for number in range(most_calls):
        if number >= calls and not silent(table, answers):
            break
        intent = program.next()
        answer, window = invoke(table, intent.key, intent.function, intent.arguments)
        call = Call(intent.function, intent.arguments)
        before = states.get(intent.key, {model.initial()})
        allowed = [step for state in before for step in transitions(model, state, call, window)]
        after = {state_after(step, answer) for step in allowed} - {None}
        told = f"call {number} of seed {seed}: {table}/{intent.key} {call}"
        assert after, f"{told} answered {answer!r}; allowed: {allowed}"
        assert len(after) < _MOST_STATES
        states[intent.key] = after
        program.saw(intent, Outcome.OK, answer)
        answers.setdefault(intent.function, set()).add(canonical(answer))
    return answers
