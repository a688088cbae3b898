"""What is known of an object survives being written as JSON: a resumed watch says what an uninterrupted one says."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from lawful.checkers.linearizability.online.object_watch import ObjectWatch
from lawful.checkers.linearizability.online.saved import restore, saved, saved_operation
from lawful.checkers.linearizability.online.states import UnknownState, decoded, encoded
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget
from lawful.models.catalogue import MODELS
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, Window, transitions
from lawful.models.priority_queue import Heap
from lawful.models.rows import Rows
from lawful.models.task_store.declared import model_of
from lawful.models.task_store.state import Row
from lawful.models.values import Frozen, Json
from lawful.specs.task_store import TABLES

from .online_histories import (
    Calls,
    cas_call,
    drawn_history,
    events_of,
    lease_call,
    queue_call,
    set_call,
    stack_call,
    watched,
)

CALLS: dict[str, Calls] = {
    "cas-register": cas_call,
    "fifo-queue": queue_call,
    "stack": stack_call,
    "set": set_call,
    "leader_lease": lease_call,
}


def resumed_from(watch: ObjectWatch) -> ObjectWatch:
    """Another watch, that knows what the first one wrote down."""
    again = ObjectWatch(watch.model, Meter(Budget(None, None)))
    restore(again, json.loads(json.dumps(saved(watch))))
    return again


@pytest.mark.parametrize("name", CALLS)
def test_a_watch_that_is_cut_at_any_event_goes_on_to_the_same_verdict(name: str) -> None:
    model = MODELS[name](None, 0)
    for seed in range(25):
        draw = random.Random(seed)
        events = events_of(drawn_history(draw, model, CALLS[name]), draw)
        whole = watched(events, model)
        for cut in range(len(events) + 1):
            again = watched(events[cut:], model, resumed_from(watched(events[:cut], model)))
            assert (again.verdict, again.violation) == (whole.verdict, whole.violation), (seed, cut)
            assert (again.operations, again.unknown) == (whole.operations, whole.unknown)


@pytest.mark.parametrize("name", CALLS)
def test_a_watch_that_is_cut_at_every_event_goes_on_to_the_same_verdict(name: str) -> None:
    model = MODELS[name](None, 0)
    for seed in range(25):
        events = events_of(drawn_history(random.Random(seed), model, CALLS[name], operations=15))
        watch = ObjectWatch(model, Meter(Budget(None, None)))
        for event in events:
            watch = watched([event], model, resumed_from(watch))
        whole = watched(events, model)
        assert (watch.verdict, watch.violation) == (whole.verdict, whole.violation), seed


STATES = [
    1,
    "x",
    None,
    Frozen({"a": [1, True, 1.5]}),
    (1, ("a", None)),
    frozenset({"a", "b"}),
    Rows({"j": Row(("type", "params"), ("build", Frozen([1])))}),
    Heap.of([3, 1, 2, 1]),
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: type(state).__name__)
def test_a_state_comes_back_as_it_was(state: Any) -> None:
    back = decoded(json.loads(json.dumps(encoded(state))))
    assert back == state
    assert hash(back) == hash(state)
    assert type(back) is type(state)


def test_every_model_has_states_that_can_be_written() -> None:
    draw = random.Random(1)
    lease = model_of(TABLES["leader_lease"])
    state: Any = lease.initial()
    for _ in range(50):
        function, arguments = lease_call(draw)
        state = draw.choice(transitions(lease, state, Call(function, arguments), Window(0, 5_000_000))).state
        assert decoded(encoded(state)) == state
    for name, factory in MODELS.items():
        model: AnyModel[Any] = factory(None, 0)
        assert decoded(encoded(model.initial())) == model.initial(), name


class Strange:
    """No part of any model."""


def test_an_unknown_type_is_refused_by_name() -> None:
    with pytest.raises(UnknownState, match=r"\.Strange in it cannot be written"):
        encoded((1, Strange()))


@pytest.mark.parametrize(
    "value",
    [
        {"os:system": ["true"]},
        {"model:Window": [1]},
        {"model:transitions": [1]},
        {"..history:Operation": []},
        {"tuple": 3},
        {"tuple": [], "set": []},
        [1],
    ],
)
def test_what_stands_for_no_state_is_refused(value: Json) -> None:
    with pytest.raises(UnknownState, match="no state"):
        decoded(value)


def test_a_text_that_was_not_saved_is_refused() -> None:
    watch = ObjectWatch(MODELS["register"](None, 0), Meter(Budget(None, None)))
    state = saved(watched([], watch.model))
    del state["kinds"]
    with pytest.raises(LookupError):
        restore(watch, state)


def test_an_operation_that_no_configuration_explains_is_refused() -> None:
    model = MODELS["register"](None, 0)
    watch = watched(events_of(drawn_history(random.Random(3), model, lambda draw: ("read", {}), lost=0)[:2]), model)
    state: Any = saved(watch)
    read = Operation(9, 9, "register", "read", {}, Outcome.OK, 1, 2, result=5)
    state["waiting"] = [[1, saved_operation(read)]]
    with pytest.raises(ValueError, match="nothing leads past"):
        restore(ObjectWatch(model, Meter(Budget(None, None))), state)
