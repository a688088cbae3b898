"""Random histories as they grow, and what the reference checker says of each beginning of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lawful.checkers.linearizability.online.object_watch import ObjectWatch
from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, OpenReply, Window, transitions
from lawful.models.values import Json

Drawn = tuple[str, dict[str, Json]]
"""A function and its arguments."""
Calls = Callable[[random.Random], Drawn]
TICK_NS = 1_000_000


def register_call(draw: random.Random) -> Drawn:
    choices: list[Drawn] = [("read", {}), ("write", {"value": draw.randrange(3)})]
    return draw.choice(choices)


def cas_call(draw: random.Random) -> Drawn:
    values = [draw.randrange(3), draw.randrange(3)]
    choices: list[Drawn] = [register_call(draw), ("cas", {"old": values[0], "new": values[1]})]
    return draw.choice(choices)


def queue_call(draw: random.Random) -> Drawn:
    choices: list[Drawn] = [("enqueue", {"value": draw.randrange(3)}), ("dequeue", {})]
    return draw.choice(choices)


def stack_call(draw: random.Random) -> Drawn:
    choices: list[Drawn] = [("push", {"value": draw.randrange(3)}), ("pop", {})]
    return draw.choice(choices)


def set_call(draw: random.Random) -> Drawn:
    value = draw.randrange(2)
    choices: list[Drawn] = [("insert", {"value": value}), ("remove", {"value": value}), ("contains", {"value": value})]
    return draw.choice(choices)


def lease_call(draw: random.Random) -> Drawn:
    holder, ttl_ms = draw.choice("ab"), draw.choice([2, 6])
    choices: list[Drawn] = [
        ("acquire", {"holder": holder, "ttl_ms": ttl_ms}),
        ("renew", {"holder": holder, "ttl_ms": ttl_ms}),
        ("release", {"holder": holder}),
        ("get", {}),
        ("guarded_write", {"token": draw.randrange(3), "value": draw.randrange(2)}),
        ("guarded_read", {}),
    ]
    return draw.choice(choices)


def drawn_history(
    draw: random.Random,
    model: AnyModel[Any],
    calls: Calls,
    operations: int = 7,
    clients: int = 3,
    *,
    unknown: float = 0.2,
    lost: float = 0.1,
) -> list[Operation]:
    """Operations in order of call, most of them answered as the model would; no two times are the same.

    `unknown`: how many have an unknown outcome; `lost`: how many are answered and yet leave the state as it was.
    """
    state = model.initial()
    open_by_client: dict[int, Operation] = {}
    effects: dict[int, Json] = {}
    finished: dict[int, Operation] = {}
    time_ns, processes = 0, list(range(clients))
    while len(finished) < operations:
        time_ns += draw.randrange(1, 3) * TICK_NS
        slot = draw.randrange(clients)
        if slot not in open_by_client and len(finished) + len(open_by_client) < operations:
            function, arguments = calls(draw)
            index = len(finished) + len(open_by_client)
            open_by_client[slot] = Operation(
                index, processes[slot], model.name, function, arguments, Outcome.UNKNOWN, time_ns, None
            )
        for operation in draw.sample(list(open_by_client.values()), len(open_by_client)):
            ends = operation is open_by_client.get(slot) and operation.call_ns < time_ns
            if operation.index not in effects and (ends or draw.random() < 0.3):
                call = Call(operation.function, operation.arguments)
                step = draw.choice(transitions(model, state, call, Window(operation.call_ns, time_ns)))
                effects[operation.index] = 1 + draw.randrange(3) if isinstance(step.reply, OpenReply) else step.reply
                if draw.random() >= lost:
                    state = step.state
            if ends:
                ended = _ended(draw, open_by_client.pop(slot), time_ns, effects[operation.index], unknown, lost / 2)
                finished[operation.index] = ended
                if ended.outcome is Outcome.UNKNOWN:
                    processes[slot] = max(processes) + 1
    history = [finished[index] for index in sorted(finished)]
    return mutated(draw, history) if lost and draw.random() < 0.3 else history


def _ended(
    draw: random.Random, operation: Operation, time_ns: int, result: Json, unknown: float, failed: float
) -> Operation:
    fate = draw.random()
    if fate < unknown:
        return replace(operation, return_ns=draw.choice([None, time_ns]))
    if fate < unknown + failed:
        return replace(operation, outcome=Outcome.FAIL, return_ns=time_ns)
    return replace(operation, outcome=Outcome.OK, return_ns=time_ns, result=result)


def mutated(draw: random.Random, history: list[Operation]) -> list[Operation]:
    """With the answers of two operations swapped, which is wrong more often than not."""
    known = [operation for operation in history if operation.outcome is Outcome.OK]
    if len(known) < 2:
        return history
    first, second = draw.sample(known, 2)
    history[first.index] = replace(first, result=second.result)
    history[second.index] = replace(second, result=first.result)
    return history


def events_of(history: Sequence[Operation], late: random.Random | None = None) -> list[tuple[str, Operation]]:
    """Calls and returns in order of time. `late`: a return may come after calls that were made later."""
    events: list[tuple[float, str, Operation]] = []
    for operation in history:
        opened = replace(operation, outcome=Outcome.UNKNOWN, return_ns=None, result=None)
        events.append((operation.call_ns, "call", opened))
        if operation.return_ns is not None:
            delay_ns = late.choice([0, 0, 3, 9]) * TICK_NS if late is not None else 0
            events.append((operation.return_ns + delay_ns + 0.5, "return", operation))
    return [(kind, operation) for _, kind, operation in sorted(events, key=lambda one: one[:2])]


def watched(
    events: Sequence[tuple[str, Operation]], model: AnyModel[Any], watch: ObjectWatch | None = None
) -> ObjectWatch:
    """The watch after these events."""
    watch = watch or ObjectWatch(model, Meter(Budget(None, None)))
    for kind, operation in events:
        if kind == "call":
            watch.called(operation)
        else:
            watch.returned(operation)
    return watch


def so_far(events: Sequence[tuple[str, Operation]]) -> list[Operation]:
    """The history that these events make: what did not return has an unknown outcome."""
    known = {operation.index: operation for _, operation in events}
    return [known[index] for index in sorted(known)]


def expected(events: Sequence[tuple[str, Operation]], model: AnyModel[Any]) -> tuple[Verdict, int | None]:
    """What the reference checker says of each beginning; in a violation, the operation of the first bad event."""
    verdict = Verdict.NOTHING_CHECKED
    for count in range(1, len(events) + 1):
        verdict = check_object(so_far(events[:count]), model).verdict
        if verdict is Verdict.VIOLATION:
            return verdict, events[count - 1][1].index
    return verdict, None
