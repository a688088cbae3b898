"""What clients call: for each data type, how the next call is drawn.

Values are new for each operation, or a few that come again and again: the first is what monitors are made for, the
second what makes operations copies of each other.
"""

from __future__ import annotations

from itertools import product
from random import Random

from tests.agreement.sampling import Draw

from lawful.conformance.programs.plain import plain_values
from lawful.conformance.workloads.table_traits import counted_values
from lawful.models.model import Call
from lawful.models.values import Json
from lawful.specs.table import Argument, Drawn, Table


def mostly_new(random: Random, number: int) -> int:
    """A value of its own for each operation, or now and then one that others may have as well."""
    return number + 1 if random.random() < 0.95 else random.randint(0, 3)


def one_of_three(random: Random, number: int) -> int:
    """A value that others have as well."""
    return random.randint(0, 2)


def register(random: Random, number: int) -> Call:
    if random.random() < 0.6:
        return Call("read", {})
    return Call("write", {"value": mostly_new(random, number)})


def register_of_few(random: Random, number: int) -> Call:
    if random.random() < 0.5:
        return Call("read", {})
    return Call("write", {"value": random.choice((0, 1, 2, True))})


def cas_register(random: Random, number: int) -> Call:
    chance = random.random()
    if chance < 0.35:
        return Call("read", {})
    if chance < 0.5:
        return Call("write", {"value": mostly_new(random, number)})
    old = random.choice((number, number, number, number - 1, random.randint(0, number + 1)))
    return Call("cas", {"old": old, "new": mostly_new(random, number)})


def cas_register_of_few(random: Random, number: int) -> Call:
    chance = random.random()
    if chance < 0.3:
        return Call("read", {})
    if chance < 0.5:
        return Call("write", {"value": one_of_three(random, number)})
    return Call("cas", {"old": one_of_three(random, number), "new": one_of_three(random, number)})


def put_or_take(put: str, take: str, puts: float = 0.5) -> Draw:
    """Calls to a container, with values that are mostly new."""

    def draw(random: Random, number: int) -> Call:
        return Call(put, {"value": mostly_new(random, number)}) if random.random() < puts else Call(take, {})

    return draw


def put_few_or_take(put: str, take: str) -> Draw:
    """Calls to a container of copies."""

    def draw(random: Random, number: int) -> Call:
        return Call(put, {"value": one_of_three(random, number)}) if random.random() < 0.5 else Call(take, {})

    return draw


def priority_queue(random: Random, number: int) -> Call:
    value = random.choice((number + 1, number + 1, 20 - number, 20 - number, random.randint(0, 30)))
    return Call("insert", {"value": value}) if random.random() < 0.5 else Call("delete_min", {})


def value_set(random: Random, number: int) -> Call:
    return Call(random.choice(("insert", "remove", "contains")), {"value": random.choice((1, 1, 1, 2))})


def semaphore(random: Random, number: int) -> Call:
    return Call(random.choice(("acquire", "acquire", "release")), {})


def key_value(random: Random, number: int) -> Call:
    chance = random.random()
    if chance < 0.5:
        return Call("get", {})
    piece = f"{number if random.random() < 0.95 else random.randint(0, 3)}."
    return Call("append" if chance < 0.85 else "put", {"value": piece if random.random() < 0.95 else "i."})


def key_value_of_few(random: Random, number: int) -> Call:
    chance = random.random()
    if chance < 0.45:
        return Call("get", {})
    return Call("append" if chance < 0.8 else "put", {"value": random.choice(("", "a", "a", "aa", "b"))})


def append_list(random: Random, number: int) -> Call:
    return Call("read", {}) if random.random() < 0.5 else Call("append", {"value": mostly_new(random, number)})


def append_list_of_few(random: Random, number: int) -> Call:
    return Call("read", {}) if random.random() < 0.5 else Call("append", {"value": one_of_three(random, number)})


def counter(*amounts: int) -> Draw:
    """Calls to a counter that add one of the amounts."""

    def draw(random: Random, number: int) -> Call:
        function = random.choice(("read", "read", "add", "add", "add_and_get"))
        return Call(function, {} if function == "read" else {"delta": random.choice(amounts)})

    return draw


_STATUSES = ("enqueued", "processing", "succeeded", "failed")


def tasks(random: Random, number: int) -> Call:
    task_id = random.choice(("t1", "t1", "t2"))
    status = random.choice(_STATUSES)
    node_task = {"uid": "1", "status": "enqueued"}
    insert = {"id": task_id, "created_at": random.choice((1, 5)), "status": status, "error": None}
    match random.randrange(11):
        case 0 | 1 | 2:
            return Call("insert", {**insert, "node_tasks": random.choice(({}, {"a": node_task}))})
        case 3 | 4:
            return Call("get", {"id": task_id})
        case 5:
            return Call("update_status", {"id": task_id, "status": status})
        case 6:
            return Call("update_node", {"id": task_id, "node": random.choice("ab"), "uid": "1", "status": status})
        case 7:
            return Call("set_error", {"id": task_id, "error": random.choice((None, "disk full"))})
        case 8:
            limit = random.choice((None, None, 1))
            return Call("list", {"status": random.choice((None, status)), "limit": limit, "offset": None})
        case 9:
            return Call("delete", {"id": task_id})
    return Call("prune", {"before": random.choice((0, 3, 9))})


def jobs(random: Random, number: int) -> Call:
    job_id, worker = random.choice(("j1", "j1", "j2")), random.choice(("w1", "w2"))
    ttl_ms = random.choice((2, 6, 40))
    match random.randrange(12):
        case 0 | 1 | 2:
            return Call("enqueue", {"id": job_id, "type": "t", "params": random.choice((1, 1, 2))})
        case 3 | 4 | 5:
            return Call("claim", {"worker": worker, "ttl_ms": ttl_ms})
        case 6:
            return Call("heartbeat", {"id": job_id, "worker": worker, "ttl_ms": ttl_ms})
        case 7:
            return Call("progress", {"id": job_id, "worker": worker, "progress": number})
        case 8:
            return Call(random.choice(("complete", "fail")), {"id": job_id, "worker": worker})
        case 9:
            return Call("get", {"id": job_id})
        case 10:
            return Call("list", {"state": random.choice((None, "queued")), "limit": random.choice((None, 1))})
    return Call("queue_depth", {})


def leader_lease(random: Random, number: int) -> Call:
    holder = random.choice("ab")
    ttl_ms = random.choice((2, 6, 40))
    match random.randrange(9):
        case 0 | 1 | 2:
            return Call("acquire", {"holder": holder, "ttl_ms": ttl_ms})
        case 3:
            return Call("renew", {"holder": holder, "ttl_ms": ttl_ms})
        case 4:
            return Call("release", {"holder": holder})
        case 5 | 6:
            return Call("get", {})
        case 7:
            return Call("guarded_write", {"token": random.randint(0, 4), "value": number})
    return Call("guarded_read", {})


def leader_lease_of_few(random: Random, number: int) -> Call:
    """Calls that are often the same as others, by one or two holders of short leases."""
    holder = random.choice("aab")
    match random.randrange(7):
        case 0 | 1:
            return Call("acquire", {"holder": holder, "ttl_ms": 4})
        case 2:
            return Call("renew", {"holder": "a", "ttl_ms": 4})
        case 3:
            return Call("release", {"holder": "a"})
        case 4:
            return Call("guarded_write", {"token": random.randint(1, 2), "value": 7})
        case 5:
            return Call("get", {})
    return Call("guarded_read", {})


_MORE: dict[str, tuple[Json, ...]] = {"integer": (3, -1), "any": (1, "a", [1])}


def few_values(table: Table, argument: Argument, durations_ms: tuple[int, ...] = (2, 6)) -> tuple[Json, ...]:
    """The plainest values and a few more, so that calls meet; durations that end within a history."""
    if argument.drawn is Drawn.DURATION:
        return durations_ms
    if argument.members:
        members = {name: counted_values(table, name) or ("a", "b") for name in argument.members}
        rows = [dict(zip(members, values, strict=True)) for values in product(*members.values())]
        return ({}, *({"a": row} for row in rows), {"b": rows[0], "c": rows[-1]})
    plain = plain_values(argument)
    return plain[:3] if argument.type == "string" and not argument.values else (*plain, *_MORE.get(argument.type, ()))


def of_table(table: Table) -> Draw:
    """Calls to a table of the task store: functions by weight, arguments of few values each."""
    weights = [function.weight for function in table.functions]

    def draw(random: Random, number: int) -> Call:
        (function,) = random.choices(table.functions, weights)
        return Call(function.name, {one.name: random.choice(few_values(table, one)) for one in function.arguments})

    return draw
