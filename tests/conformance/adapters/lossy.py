"""A store that loses what it did last when its server is killed: how much is an option, and so is what it claims.

As a program it is an adapter for many clients, with the options `loses_s`, `loses_writes` (how much is lost at a kill),
`scattered` (of what is lost, every second write stays, so that no prefix is left) and `claims` (the level of TS-ALL-3).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from lawful.models.model import Call
from lawful.models.task_store.execution import Execution
from lawful.models.task_store.state import TableState
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

NS_PER_S = 10**9
SERVER = "lossy-1"

Part = tuple[str, str | None]
"""A table, and a key where the table has independent ones."""


class LossyStore:
    """Its state is what a log of calls leads to, so a part of the log can be lost."""

    def __init__(self, loses_s: float = 0.0, loses_writes: int = 0, scattered: bool = False) -> None:
        self._loses_ns = round(loses_s * NS_PER_S)
        self._loses_writes = loses_writes
        self._scattered = scattered
        self._executions = {name: Execution(table) for name, table in TABLES.items()}
        self._states: dict[Part, TableState] = {}
        self._log: list[tuple[int, Part, Call]] = []
        self.up = True

    def carry_out(self, part: Part, call: Call, now_ns: int) -> Json:
        before = self._state(part)
        answer = self._apply(part, call, now_ns)
        if self._state(part) != before:
            self._log.append((now_ns, part, call))
        return answer

    def kill(self, now_ns: int) -> None:
        """Fall back to what was there before."""
        self.up = False
        kept = sum(at_ns < now_ns - self._loses_ns for at_ns, _, _ in self._log) if self._loses_ns else len(self._log)
        kept = min(kept, max(0, len(self._log) - self._loses_writes))
        lost = self._log[kept:]
        log = self._log[:kept] + (lost[1::2] if self._scattered else [])
        self._states, self._log = {}, []
        for at_ns, part, call in log:
            self._apply(part, call, at_ns)
            self._log.append((at_ns, part, call))

    def restart(self) -> None:
        self.up = True

    def _state(self, part: Part) -> TableState:
        return self._states.get(part, self._executions[part[0]].initial())

    def _apply(self, part: Part, call: Call, now_ns: int) -> Json:
        answer, self._states[part] = self._executions[part[0]].carry_out(self._state(part), call, now_ns)
        return answer


def hello(options: Mapping[str, Any]) -> dict[str, Any]:
    tables = {name: [one.name for one in TABLES[name].functions] for name in ("tasks", "jobs", "leader_lease")}
    said: dict[str, Any] = {"protocol": 1, "name": "lossy", "clients": "many", "tables": tables, "faults": ["kill"]}
    if options.get("claims"):
        said["levels"] = {"TS-ALL-3": options["claims"]}
    return said


def reply(store: LossyStore, message: dict[str, Any]) -> dict[str, Any]:
    match message["do"]:
        case "start":
            return {"ok": {"servers": [SERVER]}}
        case "kill":
            store.kill(time.monotonic_ns())
        case "restart":
            store.restart()
        case "call":
            if not store.up:
                return {"failed": "the server is down"}
            part = (message["table"], message["key"])
            call = Call(message["function"], message["arguments"])
            return {"ok": store.carry_out(part, call, time.monotonic_ns())}
    return {"ok": None}


def main() -> None:
    store = LossyStore()
    for line in sys.stdin:
        message = json.loads(line)
        if message["do"] == "hello":
            options = message["options"]
            store = LossyStore(*(options.get(name, 0) for name in ("loses_s", "loses_writes", "scattered")))
            said = {"ok": hello(options)}
        else:
            said = reply(store, message)
        sys.stdout.write(json.dumps({"id": message["id"], **said}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
