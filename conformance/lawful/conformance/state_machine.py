"""Hypothesis state machines for tables of the task store, derived from their declarations. Needs Hypothesis.

    from lawful.conformance.state_machine import machine_for

    TestJobs = machine_for("jobs", "sqlite").TestCase

A machine drives a store and the model together, one operation after the other, each example on a store of its own.
Its rules are the functions of the tables, as often as their weight says; arguments are drawn as they are declared
(see `programs.drawing`). Where answers depend on time it also waits. A failure names the smallest program found, as
Python that can be pasted; it runs without Hypothesis.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, Verbosity, assume, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from lawful.conformance.programs.checked import WrongAnswer
from lawful.conformance.programs.drawing import calls
from lawful.conformance.programs.opened import Builds, builder, offered, opened
from lawful.conformance.programs.plain import LONG_MS, SHORT_MS, SHORT_OF_A_MOVED_CLOCK_MS
from lawful.conformance.programs.playing import Failure, Player
from lawful.conformance.programs.program import Step, Wait
from lawful.conformance.programs.reduction import Reduction
from lawful.conformance.programs.side_by_side import CLOCK_ERROR_MS, SideBySide, TooOpen
from lawful.conformance.workloads.memory import Memory
from lawful.conformance.workloads.script import Intent
from lawful.models.history import Outcome
from lawful.specs.field import Drawn
from lawful.specs.function import Function
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES

WEIGHT_OF_A_RULE = 10
EXAMPLES, STEPS = 100, 25
_WAIT_MORE_MS = CLOCK_ERROR_MS + 2
"""What a wait lasts longer than what is waited for."""


class StoreMachine(RuleBasedStateMachine):
    """What all machines do; `machine_for` adds the rules."""

    backend: ClassVar[Any]
    failures: ClassVar[list[Failure]]
    deadline_s: ClassVar[float | None] = None
    """When to end, by the monotonic clock."""

    def __init__(self) -> None:
        super().__init__()
        if self.deadline_s is not None and time.monotonic() > self.deadline_s:
            raise _OutOfTime
        self._closing = ExitStack()
        pair = SideBySide(self._closing.enter_context(opened(self.backend)))
        self.player = Player(pair)
        self.short_ms = SHORT_OF_A_MOVED_CLOCK_MS if pair.moves_clock else SHORT_MS
        self.may_expire = False
        self._memories: dict[str, Memory] = {}

    def memory(self, table: Table) -> Memory:
        return self._memories.setdefault(table.name, Memory(table))

    def call(self, intent: Intent) -> None:
        """One step: the store is asked, and its answer compared."""
        table, function = TABLES[intent.table], _declared(intent.table, intent.function)
        step = Step(len(self.player.done), table, intent.key, intent.function, intent.arguments)
        try:
            heard = self.player.carry_out(step)
        except TooOpen:
            assume(False)
            raise
        if heard.wrong is not None:
            failure = self.player.failure(self.backend, heard)
            self.failures.append(failure)
            raise WrongAnswer(f"{heard.wrong}\n\n{failure.text}\n", heard.clause)
        if not heard.offered:
            return
        self.memory(table).saw(intent, Outcome.OK, heard.result)
        durations = (one.name for one in function.arguments if one.drawn is Drawn.DURATION)
        worth_waiting = (LONG_MS, self.short_ms) if self.player.pair.moves_clock else (self.short_ms,)
        self.may_expire = self.may_expire or any(intent.arguments[name] in worth_waiting for name in durations)

    def wait(self, ms: int) -> None:
        """Let time pass until what was granted briefly has expired, for certain."""
        self.player.wait(Wait(ms))
        self.may_expire = False

    def teardown(self) -> None:
        self._closing.close()


def machine_for(table: str, backend: str | Builds) -> type[StoreMachine]:
    """The state machine of one table; `backend` is what `--backend` takes, or a class, or what builds a store."""
    return _machine([TABLES[table]], backend)


def machine_for_all(backend: str | Builds) -> type[StoreMachine]:
    """One state machine over all tables that the adapter offers: they share a store, and nothing else."""
    tables = offered(builder(backend)())
    return _machine([TABLES[name] for name in TABLES if name in tables], backend)


def smallest_program(
    tables: Iterable[str],
    backend: str | Builds,
    *,
    examples: int = EXAMPLES,
    steps: int = STEPS,
    seed_number: int = 0,
    limit_s: float | None = None,
    reduction_s: float = 20.0,
) -> Failure | None:
    """The smallest program found that the store gets wrong; None where none was found.

    The search ends after `limit_s` seconds, and making the program smaller after another `reduction_s`. Raises
    `BackendError` where the store does not start.
    """
    machine = _machine([TABLES[name] for name in tables], backend)
    machine.deadline_s = None if limit_s is None else time.monotonic() + limit_s
    # What was found is in `failures`; with real clocks a program need not fail each time.
    with suppress(WrongAnswer, Flaky, _OutOfTime):
        _run(machine, examples, steps, seed_number)
    if not machine.failures:
        return None
    found = min(machine.failures, key=lambda one: len(one.program))
    return Reduction(backend, found, reduction_s).smallest()


def _run(machine: type[StoreMachine], examples: int, steps: int, seed_number: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # `Reduction` takes less time, and keeps to one clause
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    run_state_machine_as_test(seed(seed_number)(machine), settings=chosen)


class _OutOfTime(BaseException):
    """Not an `Exception`: Hypothesis would take it for a failure to shrink."""


def _machine(tables: list[Table], backend: str | Builds) -> type[StoreMachine]:
    rules: dict[str, Any] = {}
    functions = offered(builder(backend)())
    for table in tables:
        for function in table.functions:
            if function.name in functions.get(table.name, ()):
                copies = max(1, round(function.weight / WEIGHT_OF_A_RULE))
                for copy in range(copies):
                    rules[f"{table.name}_{function.name}_{copy}"] = _rule(table.name, function.name)
    if any(table.timed for table in tables):
        rules["wait_for_expiry"] = _waiting()
    name = "".join(part.capitalize() for table in tables for part in table.name.split("_"))
    return type(f"{name}Machine", (StoreMachine,), {"backend": backend, "failures": [], **rules})


@st.composite
def _calls(draw: st.DrawFn, table: str, function: str) -> Intent:
    machine: StoreMachine = draw(st.runner())
    memory, tick = machine.memory(TABLES[table]), len(machine.player.done)
    return draw(calls(TABLES[table], _declared(table, function), memory, tick, machine.short_ms))


def _rule(table: str, function: str) -> Callable[..., None]:
    def step(self: StoreMachine, call: Intent) -> None:
        self.call(call)

    # Hypothesis leaves rules out of some programs, by name. Functions of one table need each other: without an insert
    # there is nothing to find.
    step.__name__ = table
    return rule(call=_calls(table, function))(step)


def _declared(table: str, name: str) -> Function:
    function = TABLES[table].function(name)
    assert function is not None
    return function


def _waiting() -> Callable[..., None]:
    def wait_for_expiry(self: StoreMachine, ms: int) -> None:
        self.wait(ms)

    def worth_while(self: StoreMachine) -> bool:
        return self.may_expire

    return precondition(worth_while)(rule(ms=st.runner().flatmap(_waits))(wait_for_expiry))


def _waits(machine: StoreMachine) -> st.SearchStrategy[int]:
    """Where nobody has to wait, also for what the contract says expires after minutes or hours."""
    waits_ms = (machine.short_ms, LONG_MS, 24 * LONG_MS) if machine.player.pair.moves_clock else (machine.short_ms,)
    return st.sampled_from(waits_ms).map(lambda ms: ms + _WAIT_MORE_MS)
