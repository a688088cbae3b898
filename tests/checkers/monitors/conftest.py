"""Random small histories, and whether a monitor says of them what the reference checker says.

Histories are lawful by construction: each operation gets an instant of effect, the model runs in the order of these
instants, and clients see its answers. Half of them are then spoiled in one to three places. Times are small, so that
calls and returns often share a nanosecond.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from types import ModuleType
from typing import Any

import pytest

from lawful.checkers.linearizability import reference
from lawful.checkers.linearizability.monitors.monitor import Monitor
from lawful.checkers.verdict import ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import Call, Model
from lawful.models.values import Json, identical

Draw = Callable[[Random, int], Call]
"""The next call, from a source of chance and the number of the operation."""

NEVER = 1 << 40


@dataclass(frozen=True)
class Sampler:
    """What histories of one data type are made of."""

    model: Model[Any]
    draw: Draw
    answers: Sequence[Json] = ()
    """Answers that spoiled histories get now and then."""
    unknown: Sequence[float] = (0.0, 0.0, 0.15, 0.4)
    """How likely an outcome is unknown: one of these for each history."""
    most: int = 9
    """Most operations of a history."""

    def sample(self, random: Random) -> list[Operation]:
        """One random history, spoiled or not."""
        history = self._lawful(random)
        if random.random() < 0.5:
            for _ in range(random.choice((1, 1, 2, 3))):
                self._spoil(random, history)
        history.sort(key=lambda operation: (operation.call_ns, operation.index))
        return [replace(operation, index=index) for index, operation in enumerate(history)]

    def _lawful(self, random: Random) -> list[Operation]:
        count = random.randint(1, self.most)
        length = random.choice((0, 2, 6, 2 * count))
        unknown = random.choice(self.unknown)
        plans = []
        for _ in range(count):
            called = random.randint(0, 3 * count)
            returned = called + random.randint(0, length)
            outcome = Outcome.UNKNOWN if random.random() < unknown else Outcome.OK
            latest = random.choice((returned, returned + 10, NEVER)) if outcome is Outcome.UNKNOWN else returned
            effect = NEVER if latest == NEVER else random.uniform(called, latest)
            plans.append((effect, called, returned, outcome))
        plans.sort()
        state = self.model.initial()
        history = []
        for number, (effect, call_ns, return_ns, outcome) in enumerate(plans):
            call = self.draw(random, number)
            result: Any = None
            if effect != NEVER:
                transition = random.choice(self.model.step(state, call))
                state, result = transition.state, transition.reply
            history.append(_operation(number, call, outcome, call_ns, return_ns, result))
        return history

    def _spoil(self, random: Random, history: list[Operation]) -> None:
        at = random.randrange(len(history))
        victim = history[at]
        other = random.choice(history)
        match random.randrange(6):
            case 0 | 1 if victim.outcome is Outcome.OK:
                same = [o.result for o in history if o.function == victim.function and o.outcome is Outcome.OK]
                result = random.choice([*same, *self.answers])
                history[at] = replace(victim, result=result)
            case 2:
                call_ns = random.randint(0, 3 * len(history))
                return_ns = call_ns + random.randint(0, 6)
                history[at] = replace(victim, call_ns=call_ns, return_ns=return_ns)
            case 3:
                history[at] = replace(victim, outcome=random.choice((Outcome.FAIL, Outcome.UNKNOWN)), result=None)
            case 4 if victim.outcome is other.outcome is Outcome.OK and victim.function == other.function:
                history[at] = replace(victim, result=other.result)
                history[history.index(other)] = replace(other, result=victim.result)
            case _:
                history[at] = replace(victim, return_ns=victim.call_ns)


def _operation(number: int, call: Call, outcome: Outcome, call_ns: int, return_ns: int, result: Json) -> Operation:
    completed = outcome is Outcome.OK
    return Operation(
        index=number,
        process=number,
        object="sample",
        function=call.function,
        arguments=call.arguments,
        outcome=outcome,
        call_ns=call_ns,
        return_ns=return_ns if completed or number % 2 else None,
        result=result if completed else None,
    )


@dataclass
class Tally:
    """How often the monitor gave each verdict."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def share(self, verdict: Verdict) -> float:
        return self.verdicts[verdict] / self.verdicts.total()


def assert_linearization(operations: Sequence[Operation], model: Model[Any], verdict: ObjectVerdict) -> None:
    """The linearization of a lawful verdict is one: in real-time order, complete, and allowed by the model."""
    assert verdict.linearization is not None
    by_index = {operation.index: operation for operation in operations}
    order = [by_index[placed.index] for placed in verdict.linearization]
    assert len({operation.index for operation in order}) == len(order)
    assert {o.index for o in operations if o.outcome is Outcome.OK} <= {o.index for o in order}
    assert all(operation.outcome is not Outcome.FAIL for operation in order)
    latest_ns, state = 0, model.initial()
    for operation in order:
        latest_ns = max(latest_ns, operation.call_ns)
        (transition,) = model.step(state, Call(operation.function, operation.arguments))
        reply: Any = transition.reply
        if operation.outcome is Outcome.OK:
            assert operation.return_ns is not None and latest_ns <= operation.return_ns
            assert identical(reply, operation.result)
        state = transition.state


def assert_evidence(operations: Sequence[Operation], verdict: ObjectVerdict) -> None:
    """A violation names a completed operation and says why."""
    assert verdict.refusals
    assert operations[verdict.blocked_at or 0].outcome is Outcome.OK
    assert all(refusal.because for refusal in verdict.refusals)


def compare(monitor: Monitor, sampler: Sampler, seeds: range, *, stop: bool = False) -> Tally:
    """Ask the monitor and the reference about one random history per seed. `stop`: at the first disagreement."""
    tally = Tally()
    for seed in seeds:
        operations = sampler.sample(Random(seed))
        try:
            verdict = monitor.check_object(operations, sampler.model)
        except Exception as defect:  # A monitor with a fault may crash as well.
            tally.disagreements.append(f"seed {seed}: {defect!r}")
            if stop:
                break
            continue
        tally.verdicts[verdict.verdict] += 1
        if verdict.verdict is Verdict.INCONCLUSIVE:
            continue
        expected = reference.check_object(operations, sampler.model)
        if verdict.verdict is not expected.verdict:
            tally.disagreements.append(f"seed {seed}: {verdict.verdict}, but {expected.verdict}")
            if stop:
                break
        elif verdict.verdict is Verdict.LAWFUL:
            assert_linearization(operations, sampler.model, verdict)
        elif verdict.verdict is Verdict.VIOLATION:
            assert_evidence(operations, verdict)
    return tally


MONITORS = "lawful.checkers.linearizability.monitors"


def mutated(monitor: str, module: str, old: str, new: str) -> Monitor:
    """The monitor `module:NAME` as it would be were `old` replaced by `new` in the source of another (or that) module.

    The modules of all monitors are imported afresh with the changed one among them, then forgotten again.
    """
    name = f"{MONITORS}.{module}"
    source = inspect.getsource(importlib.import_module(name))
    assert source.count(old) == 1, f"{old!r} is in {module} {source.count(old)} times"
    mine = {key: sys.modules[key] for key in list(sys.modules) if key.startswith(f"{MONITORS}.")}
    for key in mine:
        del sys.modules[key]
    try:
        changed = ModuleType(name)
        sys.modules[name] = changed
        exec(compile(source.replace(old, new), f"mutated {module}", "exec"), changed.__dict__)
        home, attribute = monitor.split(":")
        found: Monitor = getattr(importlib.import_module(f"{MONITORS}.{home}"), attribute)
        return found
    finally:
        for key in [key for key in sys.modules if key.startswith(f"{MONITORS}.")]:
            del sys.modules[key]
        sys.modules.update(mine)


@pytest.fixture(scope="session")
def agreement() -> Any:
    """The module itself: pytest's importlib mode lets no test import its neighbour."""
    return sys.modules[__name__]
