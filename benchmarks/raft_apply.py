"""How long the Raft store takes to apply a command, by how many rows a table has: `python -m benchmarks.raft_apply`.

What is timed is the replicated state machine alone, without log and network. Commands on one row must not take longer
in a larger table; what looks at every row (a list, a count, a claim where nothing is queued) may.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

from lawful.conformance.backends.raft.store import Command, TaskStore
from lawful.models.values import Json

ROUNDS = 5
Calls = Callable[[int], tuple[str, dict[str, Json]]]

TASKS: dict[str, Calls] = {
    "insert": lambda number: ("insert", _task(number)),
    "get": lambda number: ("get", {"id": f"t{number}"}),
    "update_node": lambda number: (
        "update_node",
        {"id": f"t{number}", "node": "n", "uid": "v", "status": "processing"},
    ),
    "list, 10 rows": lambda number: ("list", {"status": None, "limit": 10, "offset": None}),
}
JOBS: dict[str, Calls] = {
    "enqueue": lambda number: ("enqueue", {"id": f"t{number}", "type": "", "params": None}),
    "claim": lambda number: ("claim", {"worker": "w", "ttl_ms": 10**6}),
    "heartbeat": lambda number: ("heartbeat", {"id": f"t{number}", "worker": "w", "ttl_ms": 10**6}),
    "queue_depth": lambda number: ("queue_depth", {}),
}
_LINEAR = frozenset({"list, 10 rows", "queue_depth"})


def main() -> None:
    """Print a line for each command: microseconds with each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--calls", type=int, default=300)
    options = parser.parse_args()
    print(f"{'microseconds a command':32}" + "".join(f"{rows:>12,} rows" for rows in options.rows))
    for table, commands in (("tasks", TASKS), ("jobs", JOBS)):
        measured = [dict(_measured(table, commands, rows, options.calls)) for rows in options.rows]
        for name in commands:
            print(f"{table + ' ' + name:32}" + "".join(f"{one[name]:17.1f}" for one in measured))


def _measured(table: str, commands: dict[str, Calls], rows: int, calls: int) -> Iterator[tuple[str, float]]:
    """Each command and the median over some rounds; the first command of a table fills it."""
    store = TaskStore()
    (_, fill), *_ = commands.items()
    for number in range(rows):
        _apply(store, table, fill, number)
    for name, call in commands.items():
        many = max(1, calls // 50) if name in _LINEAR else calls
        times = []
        for turn in range(ROUNDS):
            first = (rows if call is fill else 0) + turn * many
            started = time.perf_counter()
            for number in range(first, first + many):
                _apply(store, table, call, number)
            times.append((time.perf_counter() - started) / many)
        yield name, statistics.median(times) * 1e6


def _apply(store: TaskStore, table: str, call: Calls, number: int) -> None:
    function, arguments = call(number)
    store.apply(Command(table, None, function, arguments, now_ns=0))


def _task(number: int) -> dict[str, Json]:
    node_tasks: Json = {"n": {"uid": "u", "status": "enqueued"}}
    return {"id": f"t{number}", "created_at": number, "status": "enqueued", "node_tasks": node_tasks, "error": None}


if __name__ == "__main__":
    main()
