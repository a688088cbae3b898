"""Hypothesis strategies for histories and what they are made of. Needs Hypothesis; nothing else here imports this.

The histories are well formed (each process does one thing at a time, and nothing after an unknown outcome) but not
lawful: answers are arbitrary. They are for the tests of what reads, writes and shows histories.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from lawful.models.history import FaultEvent, Header, History, Operation, Outcome
from lawful.models.values import Json

INT64 = st.integers(-(2**63), 2**63 - 1)
NAMES = st.text(string.ascii_lowercase + string.digits + "_-", min_size=1, max_size=8)
TEXTS = st.text(max_size=12)
"""Any Unicode text; no halves of surrogate pairs."""


def json_values(max_leaves: int = 8) -> st.SearchStrategy[Json]:
    """JSON values that come back from a file as they are: arrays are lists, numbers finite."""
    leaves = st.none() | st.booleans() | INT64 | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=max_leaves,
    )


@dataclass(frozen=True, slots=True)
class DrawnCall:
    """What a client asks for."""

    object: str
    key: str | None
    function: str
    arguments: Mapping[str, Json]


def any_calls() -> st.SearchStrategy[DrawnCall]:
    """Calls of any function of any object."""
    arguments = st.dictionaries(TEXTS, json_values(4), max_size=3)
    return st.builds(DrawnCall, NAMES, st.none() | TEXTS, NAMES, arguments)


def register_calls() -> st.SearchStrategy[DrawnCall]:
    """Calls of one CAS register of small integers."""
    values = st.integers(0, 4)
    return st.one_of(
        st.just(DrawnCall("register", None, "read", {})),
        values.map(lambda value: DrawnCall("register", None, "write", {"value": value})),
        st.tuples(values, values).map(
            lambda pair: DrawnCall("register", None, "cas", {"old": pair[0], "new": pair[1]})
        ),
    )


def key_value_calls() -> st.SearchStrategy[DrawnCall]:
    """Calls of a store of strings under a few keys."""
    keys = st.sampled_from(["0", "1", "a key"])
    updates = st.builds(
        lambda key, function, value: DrawnCall("key-value", key, function, {"value": value}),
        keys,
        st.sampled_from(["put", "append"]),
        TEXTS,
    )
    return updates | keys.map(lambda key: DrawnCall("key-value", key, "get", {}))


def answers(call: DrawnCall) -> st.SearchStrategy[Json]:
    """Answers of the type that `call` has, right or wrong."""
    if call.function in ("write", "put", "append"):
        return st.none()
    if call.function == "cas":
        return st.booleans()
    if call.function == "read" and call.object == "register":
        return st.none() | st.integers(0, 4)
    return TEXTS if call.function == "get" else json_values()


def faults() -> st.SearchStrategy[FaultEvent]:
    """Actions of a fault injector."""

    @st.composite
    def draw_fault(draw: st.DrawFn) -> FaultEvent:
        call_ns = draw(st.integers(0, 1000))
        return_ns = draw(st.none() | st.integers(call_ns, 2000))
        error = draw(st.none() | TEXTS) if return_ns is not None else None
        details = draw(st.dictionaries(TEXTS, json_values(3), max_size=2)) if return_ns is not None else {}
        return FaultEvent(
            draw(NAMES), draw(NAMES.filter(lambda name: not name.isdigit())), call_ns, return_ns, error, details
        )

    return draw_fault()


def headers() -> st.SearchStrategy[Header]:
    """Headers with any of their members."""
    optional = st.none() | TEXTS
    return st.builds(
        Header,
        backend=optional,
        workload=optional,
        model=optional,
        initial=json_values(3),
        seed=st.none() | st.integers(0, 2**64),
        clock=st.sampled_from(["monotonic", "logical"]),
        clock_error_ns=st.integers(0, 10**12),
        started=optional,
        versions=st.dictionaries(NAMES, TEXTS, max_size=3),
        options=st.dictionaries(NAMES, json_values(3), max_size=3),
        levels=st.dictionaries(NAMES, TEXTS, max_size=2),
    )


@st.composite
def operation_tuples(
    draw: st.DrawFn, calls: st.SearchStrategy[DrawnCall], max_operations: int = 12
) -> tuple[Operation, ...]:
    """The operations of a well-formed history, with ties of times, in order of call."""
    now_ns = draw(st.integers(-1000, 1000))
    free_at_ns: dict[int, int] = dict.fromkeys(range(draw(st.integers(1, 4))), now_ns)
    operations: list[Operation] = []
    for index in range(draw(st.integers(0, max_operations))):
        now_ns += draw(st.integers(0, 5))
        ready = [process for process, free_ns in free_at_ns.items() if free_ns <= now_ns]
        process = draw(st.sampled_from(ready)) if ready else max(free_at_ns, default=-1) + 1
        operation = draw(_operations(index, process, now_ns, draw(calls)))
        operations.append(operation)
        if operation.outcome is Outcome.UNKNOWN or operation.return_ns is None:
            free_at_ns.pop(process, None)
            free_at_ns[max([process, *free_at_ns]) + 1] = now_ns
        else:
            free_at_ns[process] = operation.return_ns
    return tuple(operations)


@st.composite
def _operations(draw: st.DrawFn, index: int, process: int, call_ns: int, call: DrawnCall) -> Operation:
    outcome = draw(st.sampled_from([Outcome.OK, Outcome.OK, Outcome.OK, Outcome.FAIL, Outcome.UNKNOWN]))
    known_at = st.integers(call_ns, call_ns + 20)
    returns = known_at | st.none() if outcome is Outcome.UNKNOWN else known_at
    return Operation(
        index=index,
        process=process,
        object=call.object,
        function=call.function,
        arguments=call.arguments,
        outcome=outcome,
        call_ns=call_ns,
        return_ns=draw(returns),
        key=call.key,
        result=draw(answers(call)) if outcome is Outcome.OK else None,
        error=None if outcome is Outcome.OK else draw(st.none() | TEXTS),
        server=draw(st.none() | NAMES),
    )


@st.composite
def histories(draw: st.DrawFn, calls: st.SearchStrategy[DrawnCall] | None = None, max_operations: int = 12) -> History:
    """Whole histories; `calls` are any calls unless given."""
    return History(
        operations=draw(operation_tuples(any_calls() if calls is None else calls, max_operations)),
        faults=tuple(sorted(draw(st.lists(faults(), max_size=3)), key=lambda fault: fault.call_ns)),
        header=draw(headers()),
        truncated=draw(st.booleans()),
    )
