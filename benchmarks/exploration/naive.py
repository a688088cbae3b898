"""The baseline: breadth first on plain values, asking the model anew for every state, as one would write it first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, TypeAlias

from benchmarks.exploration.measured import Measured
from lawful.models.local_steps import LOSE, LocalStep
from lawful.models.raft.raft import Raft

State: TypeAlias = tuple[tuple[Any, ...], tuple[Any, ...]]
"""The states of the servers, and the messages in flight in an order of their own."""


def measure(model: Raft, limit_s: float) -> Measured:
    """All states within the bounds, or those of `limit_s` seconds of processor time."""
    started, cpu_started = time.perf_counter(), time.process_time()
    first: State = (tuple(map(model.initial, range(model.servers))), ())
    seen, level = {first}, [first]
    generated, depth = 1, 0
    while level and time.process_time() - cpu_started < limit_s:
        depth += 1
        following = []
        for place, state in enumerate(level):
            if not place % 1000 and time.process_time() - cpu_started > limit_s:
                break
            for after in successors(model, state):
                generated += 1
                if after is not None and after not in seen:
                    seen.add(after)
                    following.append(after)
        level = following
    return Measured(
        "plain Python",
        distinct=len(seen),
        generated=generated,
        depth=depth,
        seconds=time.perf_counter() - started,
        cpu_seconds=time.process_time() - cpu_started,
        is_whole=not level,
        note="sets of tuples, the model asked for every state",
    )


def successors(model: Raft, state: State) -> Iterator[State | None]:
    """What can happen; None for what is beyond the bounds."""
    servers, messages = state
    for server, local in enumerate(servers):
        for step in model.steps(server, local):
            yield _after(model, state, server, step, None)
    for message in dict.fromkeys(messages):
        server = model.destination(message)
        for step in model.receive(server, servers[server], message):
            yield _after(model, state, server, step, message)
        for action in model.network:
            yield _after(model, state, server, _network_step(action, servers[server], message), message)


def _network_step(action: str, local: Any, message: Any) -> LocalStep[Any, Any]:
    return LocalStep(action, local) if action == LOSE else LocalStep(action, local, (message, message))


def _after(model: Raft, state: State, server: int, step: LocalStep[Any, Any], message: Any) -> State | None:
    servers, messages = state
    left = list(messages)
    if message is not None and not step.keeps:
        left.remove(message)
    left += step.sends
    if len(left) > model.in_flight or not model.is_within(step.after):
        return None
    return (*servers[:server], step.after, *servers[server + 1 :]), tuple(sorted(left, key=repr))
