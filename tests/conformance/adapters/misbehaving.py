"""A tiny adapter, in nothing but the standard library, that keeps two functions and misbehaves as it is told.

Rows are in an SQLite file in the folder of `start`. The option `mode` names what it does wrong, always on
`jobs.queue_depth` or in its hello.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

OPTIONS: dict[str, Any] = {}
STATE: dict[str, Any] = {"folder": None, "held": [], "opened": set()}
REPLIES = threading.Lock()


def send(line: Any) -> None:
    with REPLIES:
        sys.stdout.buffer.write(line if isinstance(line, bytes) else (json.dumps(line) + "\n").encode())
        sys.stdout.buffer.flush()


def hello(options: dict[str, Any]) -> Any:
    OPTIONS.update(options)
    mode = options.get("mode")
    said: dict[str, Any] = {
        "protocol": 1,
        "name": "misbehaving",
        "clients": options.get("clients", "one"),
        "any_order": options.get("any_order", False),
        "tables": {"jobs": ["enqueue", "queue_depth"]},
    }
    if mode == "wrong_version":
        said["protocol"] = 7
    if mode == "unknown_function":
        said["tables"] = {"jobs": ["enqueue", "queue_dept"]}
    if mode == "misspelt_member":
        said["table"] = said.pop("tables")
    if mode == "protocol_is_text":
        said["protocol"] = "1"
    if mode == "hello_is_text":
        return "hello"
    return said


def carry_out(call: dict[str, Any]) -> Any:
    with sqlite3.connect(Path(STATE["folder"]) / "rows.sqlite3", timeout=5) as rows:
        rows.execute("CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY)")
        if call["function"] == "enqueue":
            added = rows.execute("INSERT OR IGNORE INTO jobs VALUES (?)", (call["arguments"]["id"],))
            return added.rowcount == 1
        return rows.execute("SELECT count(*) FROM jobs").fetchone()[0]


def lines_of(mode: str | None, number: int, depth: int) -> list[Any]:
    """What is sent instead of the reply, or beside it."""
    reply = {"id": number, "ok": depth}
    debug = b"DEBUG: connecting to the store\n"
    wrong: dict[str, list[Any]] = {
        "wrong_type": [{"id": number, "ok": "three"}],
        "long_line": [b'{"id":%d,"ok":"' % number, *[b"x" * 1_000_000] * 100, b'"}\n'],
        "rubbish": [debug],
        "rubbish_first": [debug, reply],
        "not_utf8": [b"\xff\xfe\n"],
        "wrong_id": [{"id": number + 1000, "ok": depth}],
        "text_id": [{"id": str(number), "ok": depth}],
        "empty_line": [b"\n", reply],
        "no_line_end": [b'{"id":%d,"ok":0}' % number],
        "earlier_id": [{"id": number - 1, "ok": depth}],
        "two_outcomes": [{"id": number, "ok": depth, "failed": "or not"}],
        "twice": [reply, reply],
    }
    return wrong.get(mode or "", [reply])


def answer(call: dict[str, Any]) -> None:
    depth = carry_out(call)
    mode = OPTIONS.get("mode") if call["function"] == "queue_depth" else None
    lines = lines_of(mode, call["id"], depth)
    if mode == "crash":
        sys.stderr.write("the disk is full\n")
        sys.stderr.flush()
        os._exit(3)
    elif mode == "crash_midway":
        send(b'{"id":')
        os._exit(3)
    elif mode == "hang":
        time.sleep(3600)
    elif mode == "late":
        threading.Timer(OPTIONS["after"], send, lines).start()
        return
    elif mode == "closes_stdout":
        os.close(1)
        time.sleep(3600)
    elif mode == "swapped":
        STATE["held"] += lines
        lines = list(reversed(STATE["held"])) if len(STATE["held"]) == 2 else []
    for line in lines:
        send(line)


def main() -> None:
    if "never_reads" in sys.argv:
        time.sleep(3600)
    for line in sys.stdin:
        message = json.loads(line)
        ok = {"id": message["id"], "ok": None}
        if message["do"] == "hello":
            ok["ok"] = hello(message["options"])
            if OPTIONS.get("mode") == "crash_at_hello":
                sys.exit("the store's driver is missing")
        elif message["do"] == "start":
            ok["ok"] = {"connection": message["folder"]}
            if OPTIONS.get("mode") == "wrong_start":
                ok["ok"] = {"connect": message["folder"]}
            STATE["folder"] = message["folder"]
        elif message["do"] == "open":
            STATE["folder"] = message["connection"]
            STATE["opened"].add(message["client"])
        elif message["do"] == "call" and message["client"] not in STATE["opened"]:
            ok = {"id": message["id"], "defect": "this client was not opened"}
        elif message["do"] == "call":
            answer(message)
            continue
        send(ok)


if __name__ == "__main__":
    main()
