"""A monitor with a fault would not agree with the reference checker.

The faults are those that monitors have: a comparison the wrong way round, an unknown outcome forgotten, a rule left
out. Each is put into the source of a monitor, which then has to disagree with the reference.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest


class Fault(NamedTuple):
    """A fault in a monitor: in which data type it shows, what it is, and the change of the source that makes it."""

    data_type: str
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
        "filled queue",
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
    Fault("key-value", "two reads need not agree", "key_value", "if not longest.startswith(text):", "if False:"),
    Fault(
        "key-value",
        "the latest of equal appends shows",
        "appends",
        "permutations(rows, len(places))",
        "[rows[-len(places) :]]",
    ),
    Fault("key-value", "an append shows twice", "appends", "if len(rows) == len(mine) == 1:", "if True:"),
    Fault(
        "key-value",
        "an append may come in any order",
        "appends",
        "begun_by[row], rank[row] = put, 2 * count + 2",
        "begun_by[row] = put",
    ),
    Fault(
        "key-value",
        "an append that was not read is forgotten",
        "appends",
        "happened = columns.outcome == OK",
        "happened = (columns.outcome == OK) & (columns.function != 2)",
    ),
    Fault(
        "key-value",
        "an unknown append did not happen",
        "appends",
        "        happened[row] = True\n        begun_by[row], rank",
        "        begun_by[row], rank",
    ),
    Fault(
        "filled key-value",
        "a text need not begin with anything",
        "key_value",
        "if pieces.initial_value or not appends:",
        "if not appends:",
    ),
    Fault(
        "list", "two reads need not agree", "append_list", "if answer != answers[longest][: len(answer)]:", "if False:"
    ),
    Fault(
        "filled list",
        "a list may begin with anything",
        "append_list",
        "if answer[: len(beginning)] != beginning:",
        "if False:",
    ),
    Fault("counter", "the counter may go back", "counter", "if late.any():", "if False:"),
    Fault("counter", "a step is made twice", "counter", "if twice.any():", "if False:"),
    Fault(
        "counter",
        "an addition comes before what precedes it",
        "counter",
        "events.call[additions])] + 1",
        "events.call[additions])] * 0 + 1",
    ),
    Fault(
        "counter",
        "an addition comes after what follows it",
        "counter",
        "if failed >= 0 or len(without):",
        "if failed >= 0:",
    ),
    Fault(
        "counter",
        "the least urgent addition goes first",
        "counter",
        "np.lexsort((events.last[additions], last))",
        "np.lexsort((events.last[additions], -last))",
    ),
    Fault("falling counter", "a value between two steps is seen", "counter", "(seen[told] % unit != 0) | ", ""),
    Fault(
        "counter of several",
        "a sum is beyond reach",
        "counter",
        "if wrong.any():\n        row",
        "if True:\n        row",
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


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.data_type}: {fault.title}")
def test_a_fault_in_a_monitor_shows(agreement: Any, fault: Fault) -> None:
    data_type = agreement.DATA_TYPES[fault.data_type]
    monitor = agreement.mutated(data_type, fault.module, fault.old, fault.new)
    assert agreement.compare(monitor, data_type.sampler, range(6_000), stop=True).disagreements
