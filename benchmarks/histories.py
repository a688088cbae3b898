"""Random concurrent histories whose verdict is known or cheap to find, for tests and measurements.

`generate` simulates clients that call an atomic object: each call gets an instant of effect somewhere between call
and return, the model is run in the order of these instants, and clients see its answers. What comes out is
linearizable by construction; `corrupt` changes one thing a client saw, so that it usually is not. Unknown outcomes
are simulated as they are met: the effect comes while the client waits, later, or never.

    >>> history = generate(WORKLOADS["register"], operations=40, clients=4, seed=7)
    >>> len(history), {operation.object for operation in history}
    (40, {'register'})

Equal arguments give equal histories, on every machine and under every hash seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from lawful.models.cas_register import CasRegister
from lawful.models.history import NS_PER_MS, Operation, Outcome
from lawful.models.key_value import KeyValue
from lawful.models.model import AnyModel, Call, OpenReply, Window, state_after, transitions
from lawful.models.register import Register
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json, identical
from lawful.specs.task_store import TABLES


@dataclass(frozen=True, slots=True)
class Workload:
    """A model, and how its clients draw their calls."""

    model: AnyModel[Any]
    draw: Callable[[Random, int, Any], Call]
    """The next call, from a source of chance, the number of the operation and the state just before its effect."""
    tick_ns: int = 1
    """The grain of the clock. Calls and returns share ticks now and then, as those of real recorders do."""


def generate(
    workload: Workload,
    *,
    operations: int,
    clients: int,
    seed: int,
    unknown: float = 0.0,
    failed: float = 0.0,
    pause: float = 0.3,
) -> tuple[Operation, ...]:
    """A linearizable history of one object, operations in order of invocation.

    `unknown` and `failed` are the shares of operations with these outcomes; `pause` is how long clients rest between
    operations, in lengths of an operation (0: every client always has one open).
    """
    random = Random(seed)
    planned = sorted(_plan(random, operations, clients, unknown, failed, pause), key=lambda plan: plan.effect)
    return _numbered(_run(random, workload, planned))


def corrupt(history: Sequence[Operation], seed: int) -> tuple[Operation, ...]:
    """`history` with one answer, one interval or one outcome changed; whether it is still lawful is left to a checker.

    Histories without a completed operation come back as they are.
    """
    random = Random(seed)
    completed = [operation for operation in history if operation.outcome is Outcome.OK]
    if not completed:
        return tuple(history)
    victim = random.choice(completed)
    changed = random.choice((_other_answer, _other_answer, _swapped_flag, _narrowed, _undone))(
        random, victim, completed
    )
    others = (operation for operation in history if operation is not victim)
    return _numbered([changed, *others])


def _numbered(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations in order of invocation, each with its place in it as its index."""
    ordered = sorted(operations, key=lambda operation: (operation.call_ns, operation.index))
    return tuple(replace(operation, index=index) for index, operation in enumerate(ordered))


@dataclass(slots=True)
class _Plan:
    """One operation before it is known what it does. Times are in ticks."""

    process: int
    call: int
    effect: float
    """When it takes effect; infinite where it never does."""
    returned: int | None
    outcome: Outcome


def _plan(random: Random, operations: int, clients: int, unknown: float, failed: float, pause: float) -> list[_Plan]:
    length = 4 * clients
    free_at = [random.randrange(length) for _ in range(clients)]
    process = list(range(clients))
    plans = []
    for _ in range(operations):
        client = min(range(clients), key=lambda i: free_at[i])
        call = free_at[client]
        duration = random.randint(0, 2 * length)
        returned = call + duration
        luck = random.random()
        if luck < unknown:
            late = random.choice((random.uniform(0, duration), random.uniform(0, 20 * length), float("inf")))
            plans.append(_Plan(process[client], call, call + late, None, Outcome.UNKNOWN))
            # A process that does not know what became of its operation is not heard of again.
            process[client] = max(process) + 1
        elif luck < unknown + failed:
            plans.append(_Plan(process[client], call, float("inf"), returned, Outcome.FAIL))
        else:
            plans.append(_Plan(process[client], call, random.uniform(call, returned), returned, Outcome.OK))
        free_at[client] = returned + 1 + int(random.uniform(0, 2 * pause * length))
    return plans


def _run(random: Random, workload: Workload, planned: Sequence[_Plan]) -> list[Operation]:
    """Carry out the plans in order of effect."""
    model, tick_ns = workload.model, workload.tick_ns
    state = model.initial()
    recorded = []
    for number, plan in enumerate(planned):
        call = workload.draw(random, number, state)
        result: Json = None
        if plan.effect != float("inf"):
            instant_ns = int(plan.effect * tick_ns)
            result, state = _take_effect(random, model, state, call, Window(instant_ns, instant_ns))
        recorded.append(
            Operation(
                index=number,
                process=plan.process,
                object=model.name,
                function=call.function,
                arguments=call.arguments,
                outcome=plan.outcome,
                call_ns=plan.call * tick_ns,
                return_ns=None if plan.returned is None else plan.returned * tick_ns,
                result=result if plan.outcome is Outcome.OK else None,
                error=None if plan.outcome is Outcome.OK else "connection lost",
            )
        )
    return recorded


def _take_effect(random: Random, model: AnyModel[Any], state: Any, call: Call, window: Window) -> tuple[Json, Any]:
    """One of the allowed answers, and the state after it."""
    transition = random.choice(transitions(model, state, call, window))
    if not isinstance(transition.reply, OpenReply):
        return transition.reply, transition.state
    # The open answers of the shipped models are integers above a bound.
    skipped = random.choice((0, 0, 3))
    for answer in range(1_000_000):
        after = state_after(transition, answer)
        if after is not None:
            return answer + skipped, state_after(transition, answer + skipped)
    raise ValueError(f"no integer is {transition.reply.allowed}")


def _other_answer(random: Random, victim: Operation, completed: Sequence[Operation]) -> Operation:
    """Another client's answer to the same function."""
    others = [
        operation.result
        for operation in completed
        if operation.function == victim.function and not identical(operation.result, victim.result)
    ]
    return replace(victim, result=random.choice(others)) if others else _swapped_flag(random, victim, completed)


def _swapped_flag(random: Random, victim: Operation, completed: Sequence[Operation]) -> Operation:
    """True for false, one number higher, or an answer out of thin air."""
    result = victim.result
    if isinstance(result, bool):
        return replace(victim, result=not result)
    if isinstance(result, int):
        return replace(victim, result=result + random.choice((-1, 1)))
    return replace(victim, result=None if result is not None else random.choice((0, "out of thin air", False)))


def _narrowed(random: Random, victim: Operation, completed: Sequence[Operation]) -> Operation:
    """The same answer in less time: only its first or its last instant."""
    assert victim.return_ns is not None
    instant_ns = random.choice((victim.call_ns, victim.return_ns))
    return replace(victim, call_ns=instant_ns, return_ns=instant_ns)


def _undone(random: Random, victim: Operation, completed: Sequence[Operation]) -> Operation:
    """The client is told that its operation failed, although it took effect."""
    return replace(victim, outcome=Outcome.FAIL, result=None, error="corrupted")


def _draw_register(values: int | None) -> Callable[[Random, int, Any], Call]:
    def draw(random: Random, number: int, state: Any) -> Call:
        if random.random() < 0.5:
            return Call("read", {})
        return Call("write", {"value": number + 1 if values is None else random.randint(1, values)})

    return draw


def _draw_cas_register(random: Random, number: int, state: Any) -> Call:
    value, other = random.randint(1, 5), random.randint(1, 5)
    return random.choice((Call("read", {}), Call("write", {"value": value}), Call("cas", {"old": value, "new": other})))


def _draw_key_value(random: Random, number: int, state: Any) -> Call:
    value = f"{number}."
    chance = random.random()
    if chance < 0.5:
        return Call("get", {})
    return Call("append" if chance < 0.9 else "put", {"value": value})


_STATUSES = ("enqueued", "processing", "succeeded", "failed")


def _draw_tasks(random: Random, number: int, state: Any) -> Call:
    task_id = f"t{random.randint(1, 3)}"
    status = random.choice(_STATUSES)
    nodes: Json = {"a": {"uid": "1", "status": "enqueued"}}
    return random.choice(
        (
            Call("insert", {"id": task_id, "created_at": number, "status": status, "node_tasks": {}, "error": None}),
            Call("insert", {"id": task_id, "created_at": 5, "status": status, "node_tasks": nodes, "error": None}),
            Call("get", {"id": task_id}),
            Call("get", {"id": task_id}),
            Call("update_status", {"id": task_id, "status": status}),
            Call("update_node", {"id": task_id, "node": random.choice("ab"), "uid": "1", "status": status}),
            Call("set_error", {"id": task_id, "error": random.choice((None, "disk full"))}),
            Call("list", {"status": random.choice((None, status)), "limit": None, "offset": None}),
            Call("list", {"status": None, "limit": 1, "offset": random.choice((None, 1))}),
            Call("delete", {"id": task_id}),
            Call("prune", {"before": number}),
        )
    )


def _draw_jobs(random: Random, number: int, state: Any) -> Call:
    job_id, worker = f"j{random.randint(1, 3)}", f"w{random.randint(1, 3)}"
    ttl_ms = random.choice((20, 60))
    return random.choice(
        (
            Call("enqueue", {"id": f"j{number}", "type": "t", "params": {"n": 1}}),
            Call("enqueue", {"id": job_id, "type": "t", "params": {"n": 1}}),
            Call("claim", {"worker": worker, "ttl_ms": ttl_ms}),
            Call("claim", {"worker": worker, "ttl_ms": ttl_ms}),
            Call("heartbeat", {"id": job_id, "worker": worker, "ttl_ms": ttl_ms}),
            Call("progress", {"id": job_id, "worker": worker, "progress": number}),
            Call(random.choice(("complete", "fail")), {"id": job_id, "worker": worker}),
            Call("get", {"id": job_id}),
            Call("list", {"state": random.choice((None, "queued")), "limit": None}),
            Call("queue_depth", {}),
        )
    )


def _draw_leader_lease(random: Random, number: int, state: Any) -> Call:
    holder = random.choice("abc")
    ttl_ms = random.choice((10, 30, 60))
    latest = state.beside.get("token")
    token = max(0, (latest if isinstance(latest, int) else latest.bound) + random.choice((-1, 0, 0, 0)))
    return random.choice(
        (
            Call("acquire", {"holder": holder, "ttl_ms": ttl_ms}),
            Call("acquire", {"holder": holder, "ttl_ms": ttl_ms}),
            Call("renew", {"holder": holder, "ttl_ms": ttl_ms}),
            Call("release", {"holder": holder}),
            Call("get", {}),
            Call("guarded_write", {"token": token, "value": number}),
            Call("guarded_read", {}),
        )
    )


WORKLOADS: dict[str, Workload] = {
    "register": Workload(Register(0), _draw_register(5)),
    "unique-register": Workload(Register(0), _draw_register(None)),
    "cas-register": Workload(CasRegister(0), _draw_cas_register),
    "key-value": Workload(KeyValue(), _draw_key_value),
    "tasks": Workload(model_of(TABLES["tasks"]), _draw_tasks),
    "jobs": Workload(model_of(TABLES["jobs"], clock_error_ns=NS_PER_MS), _draw_jobs, tick_ns=NS_PER_MS),
    "leader_lease": Workload(
        model_of(TABLES["leader_lease"], clock_error_ns=NS_PER_MS), _draw_leader_lease, tick_ns=NS_PER_MS
    ),
}
"""By name. Registers and CAS registers write one of five values, the unique register a new one each time."""
