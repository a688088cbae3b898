"""Tables in etcd: each independent part is one document, and a call changes it as the sequential model does.

What a call does is what the declaration of its table says. So this store cannot differ from the model but in what a
run puts to the test: documents that are read and replaced by clients at once, while members fail. Leases and claims
expire by the clock of the client; the clock of a document never runs backwards.

A document is written whole, which is well for the few hundred rows of a run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from lawful.conformance.backends.etcd.documents import Documents
from lawful.conformance.backends.raft.store.command import execution_of
from lawful.conformance.backends.raft.store.rows import RowsInPlace
from lawful.models.model import Call
from lawful.models.task_store.expiry import Expiry
from lawful.models.task_store.state import AtLeast, Row, TableState, Value
from lawful.models.values import Frozen, Json


class Tables:
    """The tables of one client."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def carry_out(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Json:
        """Carry out one call. Raises `OperationFailed`, `OutcomeUnknown`."""
        execution = execution_of(table)
        call = Call(function, arguments)

        def decide(text: str | None) -> tuple[Json, str | None]:
            clock_ns, state = (0, execution.initial()) if text is None else parsed(text)
            before = written(clock_ns, state)
            now_ns = max(clock_ns, time.time_ns())
            state = state._replace(rows=in_place(state))
            answer, after = execution.carry_out(state, call, now_ns)
            unchanged = written(clock_ns, after) == before
            return answer, None if unchanged else written(now_ns, after)

        name = table if key is None else f"{table}/{key}"
        return self._documents.change(f"miroir/{name}", decide)


def in_place(state: TableState) -> RowsInPlace[Row]:
    """The rows of a state, to be changed."""
    rows = RowsInPlace[Row]()
    for key in state.rows:
        row = state.rows.get(key)
        assert row is not None
        rows.put(key, row)
    return rows


def written(clock_ns: int, state: TableState) -> str:
    """The document of a state."""
    rows = [[key, _of_row(state.rows.get(key))] for key in state.rows]
    return json.dumps({"clock_ns": clock_ns, "beside": _of_row(state.beside), "rows": rows}, separators=(",", ":"))


def parsed(text: str) -> tuple[int, TableState]:
    """What `written` was given."""
    document = json.loads(text)
    rows = RowsInPlace[Row]()
    for key, fields in document["rows"]:
        rows.put(key, _to_row(fields))
    return document["clock_ns"], TableState(_to_row(document["beside"]), rows)


def _of_row(row: Row | None) -> dict[str, Any]:
    assert row is not None
    return {name: _of_value(value) for name, value in zip(row.names, row.values, strict=True)}


def _to_row(fields: Mapping[str, Any]) -> Row:
    return Row(tuple(fields), tuple(map(_to_value, fields.values())))


def _of_value(value: Value) -> Any:
    match value:
        case Frozen():
            return {"json": value.value}
        case Expiry():
            return {"expires_ns": list(value)}
    assert not isinstance(value, AtLeast), "a store knows what it answered"
    return value


def _to_value(value: Any) -> Value:
    match value:
        case {"json": inner}:
            return Frozen(inner)
        case {"expires_ns": [int(earliest_ns), int(latest_ns)]}:
            return Expiry(earliest_ns, latest_ns)
    assert value is None or isinstance(value, bool | int | str)
    return value
