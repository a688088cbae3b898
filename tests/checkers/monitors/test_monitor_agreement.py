"""Every monitor says what the reference checker says of random small histories, and would not if it had a fault.

The faults are those that monitors have: a comparison the wrong way round, an unknown outcome forgotten, a rule left
out. Each is put into the source of a monitor, which then has to disagree with the reference.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import pytest

from lawful.checkers.linearizability.monitors import compiled
from lawful.checkers.verdict import Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.fifo_queue import FifoQueue
from lawful.models.model import Call, Model
from lawful.models.priority_queue import PriorityQueue
from lawful.models.register import Register
from lawful.models.semaphore import Semaphore
from lawful.models.stack import Stack
from lawful.models.value_set import ValueSet
from lawful.models.values import Json


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


class Type(NamedTuple):
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

    def sampler(self, agreement: Any) -> Any:
        return agreement.Sampler(self.model, self.draw, self.answers, self.unknown)


TYPES = {
    "register": Type("register:REGISTER", Register(0), draw_register, (0, 1, 2, 3, True, None), 0.1),
    "cas-register": Type("register:CAS_REGISTER", CasRegister(0), draw_cas_register, (0, 1, 2, True, None), 0.1),
    "queue": Type("fifo_queue:FIFO_QUEUE", FifoQueue(), put_or_take("enqueue", "dequeue"), (1, 2, 3, None), 0.05),
    "filled queue": Type(
        "fifo_queue:FIFO_QUEUE",
        FifoQueue((100, 101)),
        put_or_take("enqueue", "dequeue", 0.3),
        (100, 1, None, None),
        0.05,
    ),
    "stack": Type("stack:STACK", Stack(), put_or_take("push", "pop"), (1, 2, 3, None), 0.05),
    "filled stack": Type(
        "stack:STACK", Stack((100, 101)), put_or_take("push", "pop"), (1, 2, 100, 101, None, None), 0.05
    ),
    "priority queue": Type(
        "priority_queue:PRIORITY_QUEUE", PriorityQueue(), draw_priority_queue, (1, 2, 19, 20, None, None), 0.05
    ),
    "filled priority queue": Type(
        "priority_queue:PRIORITY_QUEUE", PriorityQueue((5, 25)), draw_priority_queue, (1, 5, 25, None, None), 0.15
    ),
    "queue of unknowns": Type(
        "fifo_queue:FIFO_QUEUE", FifoQueue(), put_or_take("enqueue", "dequeue", 0.4), (1, 2, None, None), 0.1, (0.4,)
    ),
    "stack of unknowns": Type("stack:STACK", Stack(), put_or_take("push", "pop", 0.4), (1, 2, None, None), 0.1, (0.4,)),
    "priority queue of unknowns": Type(
        "priority_queue:PRIORITY_QUEUE", PriorityQueue(), draw_priority_queue, (1, 2, 19, 20, None, None), 0.1, (0.4,)
    ),
    "set": Type("value_set:VALUE_SET", ValueSet(), draw_set, (True, False, None), 0.0),
    "filled set": Type("value_set:VALUE_SET", ValueSet((1,)), draw_set, (True, False), 0.0),
    "lock": Type("semaphore:SEMAPHORE", Semaphore(), draw_semaphore, (True, False, None), 0.0),
    "semaphore": Type("semaphore:SEMAPHORE", Semaphore(2), draw_semaphore, (True, False), 0.1),
}


def assert_agreement(agreement: Any, name: str, seeds: range) -> None:
    """The monitor decides enough of the histories, of either verdict, and all of these rightly."""
    kind = TYPES[name]
    module, attribute = kind.monitor.split(":")
    monitor = getattr(importlib.import_module(f"{agreement.MONITORS}.{module}"), attribute)
    tally = agreement.compare(monitor, kind.sampler(agreement), seeds)
    assert tally.disagreements == []
    assert tally.share(Verdict.LAWFUL) > 0.4
    assert tally.share(Verdict.VIOLATION) > 0.03
    assert tally.share(Verdict.INCONCLUSIVE) <= kind.undecided


@pytest.mark.parametrize("name", TYPES)
def test_a_monitor_agrees_with_the_reference(agreement: Any, name: str) -> None:
    assert_agreement(agreement, name, range(1_500))


@pytest.mark.slow
@pytest.mark.parametrize("name", TYPES)
def test_a_monitor_agrees_with_the_reference_on_many(agreement: Any, name: str) -> None:
    assert_agreement(agreement, name, range(10_000, 30_000))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["priority queue", "set", "semaphore", "stack"])
def test_a_compiled_monitor_agrees_with_the_reference(
    agreement: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(compiled, "_WORTH_COMPILING", 0)
    assert_agreement(agreement, name, range(1_500))


class Fault(NamedTuple):
    """A fault in a monitor: in which data type it shows, what it is, and the change of the source that makes it."""

    type: str
    title: str
    module: str
    old: str
    new: str


FAULTS = (
    Fault("register", "a backward zone inside a forward one is allowed", "zones", "inside.any()", "False"),
    Fault("register", "overlapping forward zones are allowed", "zones", "if len(overlapping):", "if False:"),
    Fault("register", "zones that touch overlap", "zones", "begins[1:] < ends[:-1]", "begins[1:] <= ends[:-1] + 1"),
    Fault(
        "register",
        "a backward block goes before the zone that it begins in",
        "zones",
        "np.minimum(zones.first_return, zones.last_call)",
        "-zones.first_return",
    ),
    Fault(
        "register",
        "a read returns before its write is called",
        "zones",
        "if late.any():\n            raise",
        "if False:\n            raise",
    ),
    Fault(
        "register",
        "an unknown write that was read is forgotten",
        "register_blocks",
        "happened[of_value[seen & (of_value != _NOBODY)]] = True",
        "pass",
    ),
    Fault("register", "an unknown operation has ended", "timeline", "columns.outcome == OK", "columns.outcome >= OK"),
    Fault(
        "register",
        "a return comes before a call of the same time",
        "timeline",
        "np.concatenate((columns.call_ns, columns.return_ns[returned]))",
        "np.concatenate((columns.call_ns * 2 + 1, columns.return_ns[returned] * 2))",
    ),
    Fault("register", "a value that nobody wrote may be read", "register_blocks", "if orphans.any():", "if False:"),
    Fault(
        "register",
        "the initial value may come later",
        "zones",
        "first_return[initial] = BEFORE_ALL",
        "first_return[initial] = last_call[initial]",
    ),
    Fault(
        "register",
        "a value that is written twice was written by the last one",
        "register_blocks",
        "repeated = np.flatnonzero(seen & (times_written > 1))",
        "repeated = []",
    ),
    Fault("register", "an impossible answer is overlooked", "monitor", "if len(impossible):", "if False:"),
    Fault("cas-register", "one value is replaced twice", "register_blocks", "if (times > 1).any():", "if False:"),
    Fault(
        "cas-register",
        "a chain may be out of order",
        "zones",
        "late = members.last[order] < before",
        "late = before < -1",
    ),
    Fault("cas-register", "a refused one is forgotten", "register", "bool(roles.refused.any())", "False"),
    Fault(
        "cas-register", "a refused one met its old value", "refused_swaps", "there[gap] == roles.needed[row]", "False"
    ),
    Fault(
        "cas-register",
        "refused ones overtake each other",
        "refused_swaps",
        "gap = max(least, int(earliest[at]))",
        "gap = int(earliest[at])",
    ),
    Fault(
        "cas-register", "a refused one is always wrong", "refused_swaps", "events.last[refused] < latest[old]", "True"
    ),
    Fault(
        "cas-register",
        "an unknown one that was built upon did not happen",
        "register_blocks",
        "_follow_unknown_swaps(roles, of_value, seen)\n",
        "pass\n",
    ),
    Fault("queue", "values may overtake each other", "fifo_queue", "if len(overtaking):", "if False:"),
    Fault("queue", "a value may be left behind", "fifo_queue", "if len(late):", "if False:"),
    Fault(
        "queue of unknowns", "an unknown dequeue takes no value", "items", "& (columns.outcome == UNKNOWN)", "& False"
    ),
    Fault(
        "queue", "one unknown dequeue takes any number", "coverage", "(np.cumsum(left) <= 0)", "(np.cumsum(left) <= 9)"
    ),
    Fault(
        "queue",
        "an unknown dequeue takes a value before it is called",
        "fifo_queue",
        "late = np.flatnonzero(deadlines[urgent] < calls)",
        "late = np.flatnonzero(calls == events.end)",
    ),
    Fault("queue", "the queue may be found empty at any time", "coverage", "if never.any():", "if False:"),
    Fault("queue", "emptiness is off by one", "coverage", "instants >= events.last", "instants + 1 >= events.last"),
    Fault(
        "queue",
        "a value is there from the call of its enqueue",
        "coverage",
        "np.maximum(items.put_last[there], 0)",
        "np.maximum(items.put_call[there], 0)",
    ),
    Fault("queue", "a value is taken before it is put", "items", "if early.any():", "if False:"),
    Fault("queue", "a value is taken twice", "items", "if len(wrong):", "if False:"),
    Fault("queue", "a value that is put twice was put by the last one", "items", "if len(ambiguous):", "if False:"),
    Fault("filled queue", "the initial values are not there", "items", "first = len(initial_values)", "first = 0"),
    Fault(
        "priority queue",
        "a larger value may leave",
        "smallest_first",
        "begin = max(put_last[i], 0)\n        if",
        "begin = len(gap)\n        if",
    ),
    Fault(
        "priority queue",
        "a value leaves as late as it can",
        "smallest_first",
        "gap[i] = found\n",
        "gap[i] = found = last[i] - 1\n",
    ),
    Fault(
        "priority queue",
        "a value cannot leave at once",
        "smallest_first",
        "first_free(least, added, first[i])",
        "first_free(least, added, first[i] + 1)",
    ),
    Fault(
        "priority queue",
        "a value that is left does not matter",
        "smallest_first",
        "add(least, added, begin, gaps, 1)",
        "pass",
    ),
    Fault(
        "priority queue",
        "an unknown one takes nothing",
        "priority_queue",
        "tree_of(-np.cumsum(called",
        "tree_of(0 * np.cumsum(called",
    ),
    Fault(
        "priority queue",
        "nobody takes what was left",
        "priority_queue",
        "take_row[demanded] = takers",
        "pass",
    ),
    Fault(
        "priority queue",
        "the order of priorities is reversed",
        "priority_queue",
        "np.argsort(priorities, kind",
        "np.argsort(-priorities, kind",
    ),
    Fault(
        "filled priority queue",
        "initial values come after the others",
        "priority_queue",
        "for value in values], np.int64)",
        "for value in values][::-1], np.int64)",
    ),
    Fault(
        "stack",
        "values need not nest",
        "nest",
        "missing = needs_push.astype(np.int32) + needs_pop",
        "missing = 0 * needs_push.astype(np.int32)",
    ),
    Fault("stack", "only one operation has to fit", "nesting", "nest.missing[value] -= 1", "nest.missing[value] = 0"),
    Fault(
        "stack", "a settled value is still in the way", "nesting", "            uncover_from(nest, begin, end)\n", ""
    ),
    Fault(
        "stack",
        "a pop is in its first cell only",
        "nest",
        "cell(items.take_last[values] - 1) + 1, count)",
        "end + 1, count)",
    ),
    Fault(
        "stack",
        "a push is in its last cell only",
        "nest",
        "begin - 1, cell(items.put_call[values])",
        "begin - 1, begin - 1",
    ),
    Fault("stack of unknowns", "an unknown pop takes any number", "nest", "- gone + 1)", "- gone + 9)"),
    Fault(
        "stack of unknowns", "unknown pops take nothing", "stack", "if len(container.unknown_takes) == 0:", "if True:"
    ),
    Fault("stack", "later pushes lie below", "stack_order", "PUSH, settled_at)", "PUSH, -settled_at)"),
    Fault(
        "filled stack",
        "the initial values are put at once",
        "items",
        "np.arange(-first, 0, dtype=np.int32)",
        "np.full(first, -1, np.int32)",
    ),
    Fault("set", "a step needs no room", "up_and_down", "(kind[due] == 0 and value == limit)", "False"),
    Fault(
        "set",
        "what was seen is not looked at again",
        "up_and_down",
        "position[looker], turn[looker] = last[due], count",
        "pass",
    ),
    Fault(
        "set",
        "the step that returns last goes first",
        "up_and_down",
        "last[called] << 32 | called",
        "-last[called] << 32 | called",
    ),
    Fault("set", "an unknown step must be taken", "up_and_down", "if last[due] == never:\n                break", ""),
    Fault("filled set", "the set is empty at first", "value_set", "] = 1", "] = 0"),
    Fault(
        "lock",
        "an unknown acquisition did nothing",
        "semaphore",
        "(columns.outcome != OK) | (columns.result == TRUE)",
        "columns.result == TRUE",
    ),
    Fault(
        "lock",
        "no permit is free at first",
        "semaphore",
        "np.array([model.permits], np.int32))\n        if misfit is None:\n            return",
        "np.array([0], np.int32))\n        if misfit is None:\n            return",
    ),
    Fault("semaphore", "refused operations prove a violation", "semaphore", "if model.permits > 1 and", "if False and"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.type}: {fault.title}")
def test_a_fault_in_a_monitor_shows(agreement: Any, fault: Fault) -> None:
    kind = TYPES[fault.type]
    monitor = agreement.mutated(kind.monitor, fault.module, fault.old, fault.new)
    sampler = kind.sampler(agreement)
    assert agreement.compare(monitor, sampler, range(6_000), stop=True).disagreements
