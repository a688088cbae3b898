"""Random small histories, and whether a monitor says of them what the reference checker says.

Histories are lawful by construction: each operation gets an instant of effect, the model runs in the order of these
instants, and clients see its answers. Half of them are then spoiled in one to three places. Times are small, so that
calls and returns often share a nanosecond.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections import Counter as Count
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from lawful.checkers.linearizability import reference
from lawful.checkers.linearizability.monitors.monitor import Monitor
from lawful.checkers.verdict import ObjectVerdict, Verdict
from lawful.models.append_list import AppendList
from lawful.models.cas_register import CasRegister
from lawful.models.counter import Counter
from lawful.models.fifo_queue import FifoQueue
from lawful.models.history import Operation, Outcome
from lawful.models.key_value import KeyValue
from lawful.models.model import Call, Model
from lawful.models.priority_queue import PriorityQueue
from lawful.models.register import Register
from lawful.models.semaphore import Semaphore
from lawful.models.stack import Stack
from lawful.models.value_set import ValueSet
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

    verdicts: Count[Verdict] = field(default_factory=Count)
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


def mostly_new(random: Random, number: int) -> int:
    """A value of its own for each operation, or now and then one that others may have as well."""
    return number + 1 if random.random() < 0.95 else random.randint(0, 3)


def draw_register(random: Random, number: int) -> Call:
    if random.random() < 0.6:
        return Call("read", {})
    return Call("write", {"value": mostly_new(random, number)})


def draw_cas_register(random: Random, number: int) -> Call:
    chance = random.random()
    if chance < 0.35:
        return Call("read", {})
    if chance < 0.5:
        return Call("write", {"value": mostly_new(random, number)})
    old = random.choice((number, number, number, number - 1, random.randint(0, number + 1)))
    return Call("cas", {"old": old, "new": mostly_new(random, number)})


def put_or_take(put: str, take: str, puts: float = 0.5) -> Callable[[Random, int], Call]:
    """Calls to a container."""

    def draw(random: Random, number: int) -> Call:
        return Call(put, {"value": mostly_new(random, number)}) if random.random() < puts else Call(take, {})

    return draw


def draw_priority_queue(random: Random, number: int) -> Call:
    value = random.choice((number + 1, number + 1, 20 - number, 20 - number, random.randint(0, 30)))
    return Call("insert", {"value": value}) if random.random() < 0.5 else Call("delete_min", {})


def draw_set(random: Random, number: int) -> Call:
    return Call(random.choice(("insert", "remove", "contains")), {"value": random.choice((1, 1, 1, 2))})


def draw_semaphore(random: Random, number: int) -> Call:
    return Call(random.choice(("acquire", "acquire", "release")), {})


def draw_key_value(random: Random, number: int) -> Call:
    chance = random.random()
    if chance < 0.5:
        return Call("get", {})
    piece = f"{number if random.random() < 0.95 else random.randint(0, 3)}."
    return Call("append" if chance < 0.85 else "put", {"value": piece if random.random() < 0.95 else "i."})


def draw_append_list(random: Random, number: int) -> Call:
    return Call("read", {}) if random.random() < 0.5 else Call("append", {"value": mostly_new(random, number)})


def draw_counter(*amounts: int) -> Callable[[Random, int], Call]:
    """Calls to a counter that add one of the amounts."""

    def draw(random: Random, number: int) -> Call:
        function = random.choice(("read", "read", "add", "add", "add_and_get"))
        return Call(function, {} if function == "read" else {"delta": random.choice(amounts)})

    return draw


class DataType(NamedTuple):
    """A data type: its monitor, and what its histories are made of."""

    monitor: str
    """Module and name."""
    model: Model[Any]
    draw: Callable[[Random, int], Call]
    answers: tuple[Json, ...]
    """Answers for histories that are spoiled."""
    undecided: float
    """The largest share of histories that the monitor may leave to the search."""
    unknown: tuple[float, ...] = (0.0, 0.0, 0.15, 0.4)

    @property
    def sampler(self) -> Sampler:
        return Sampler(self.model, self.draw, self.answers, self.unknown)

    @property
    def exact_monitor(self) -> Monitor:
        module, name = self.monitor.split(":")
        found: Monitor = getattr(importlib.import_module(f"{MONITORS}.{module}"), name)
        return found


DATA_TYPES = {
    "register": DataType("register:REGISTER", Register(0), draw_register, (0, 1, 2, 3, True, None), 0.1),
    "cas-register": DataType("register:CAS_REGISTER", CasRegister(0), draw_cas_register, (0, 1, 2, True, None), 0.1),
    "queue": DataType("fifo_queue:FIFO_QUEUE", FifoQueue(), put_or_take("enqueue", "dequeue"), (1, 2, 3, None), 0.05),
    "filled queue": DataType(
        "fifo_queue:FIFO_QUEUE",
        FifoQueue((100, 101)),
        put_or_take("enqueue", "dequeue", 0.3),
        (100, 1, None, None),
        0.05,
    ),
    "stack": DataType("stack:STACK", Stack(), put_or_take("push", "pop"), (1, 2, 3, None), 0.05),
    "filled stack": DataType(
        "stack:STACK", Stack((100, 101)), put_or_take("push", "pop"), (1, 2, 100, 101, None, None), 0.05
    ),
    "priority queue": DataType(
        "priority_queue:PRIORITY_QUEUE", PriorityQueue(), draw_priority_queue, (1, 2, 19, 20, None, None), 0.05
    ),
    "filled priority queue": DataType(
        "priority_queue:PRIORITY_QUEUE", PriorityQueue((5, 25)), draw_priority_queue, (1, 5, 25, None, None), 0.15
    ),
    "queue of unknowns": DataType(
        "fifo_queue:FIFO_QUEUE", FifoQueue(), put_or_take("enqueue", "dequeue", 0.4), (1, 2, None, None), 0.1, (0.4,)
    ),
    "stack of unknowns": DataType(
        "stack:STACK", Stack(), put_or_take("push", "pop", 0.4), (1, 2, None, None), 0.1, (0.4,)
    ),
    "priority queue of unknowns": DataType(
        "priority_queue:PRIORITY_QUEUE", PriorityQueue(), draw_priority_queue, (1, 2, 19, 20, None, None), 0.1, (0.4,)
    ),
    "key-value": DataType(
        "key_value:KEY_VALUE", KeyValue(), draw_key_value, ("", "0.", "1.2.", "0.1.", None, "x"), 0.02
    ),
    "filled key-value": DataType(
        "key_value:KEY_VALUE", KeyValue("i."), draw_key_value, ("", "0.", "i.", "i.1.2.", None), 0.08
    ),
    "list": DataType(
        "append_list:APPEND_LIST", AppendList(), draw_append_list, ([], [1], [2, 1], [1, 2, 3], None, "x"), 0.0
    ),
    "filled list": DataType(
        "append_list:APPEND_LIST", AppendList(("i",)), draw_append_list, ([], ["i"], ["i", 1], None), 0.0
    ),
    "counter": DataType("counter:COUNTER", Counter(), draw_counter(1), (0, 1, 2, 3, 4, None), 0.0),
    "falling counter": DataType("counter:COUNTER", Counter(5), draw_counter(-2), (5, 3, 1, -1, 4, True), 0.0),
    "counter of several": DataType("counter:COUNTER", Counter(), draw_counter(1, 1, -1), (0, 1, 2, 9), 0.7),
    "set": DataType("value_set:VALUE_SET", ValueSet(), draw_set, (True, False, None), 0.0),
    "filled set": DataType("value_set:VALUE_SET", ValueSet((1,)), draw_set, (True, False), 0.0),
    "lock": DataType("semaphore:SEMAPHORE", Semaphore(), draw_semaphore, (True, False, None), 0.0),
    "semaphore": DataType("semaphore:SEMAPHORE", Semaphore(2), draw_semaphore, (True, False), 0.1),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a `data_type` runs once for each."""
    if "data_type" in metafunc.fixturenames:
        metafunc.parametrize("data_type", DATA_TYPES.values(), ids=list(DATA_TYPES))


@pytest.fixture(scope="session")
def agreement() -> Any:
    """This module: pytest's importlib mode lets no test import its neighbour."""
    return sys.modules[__name__]
