"""One client's view of the SQLite file: an operation is a read statement or one write transaction."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lawful.conformance.adapter import Answer, Unsupported
from lawful.conformance.backends.sqlite.database import Database
from lawful.conformance.backends.sqlite.objects import OBJECT_CLASSES, READS, StoredObject
from lawful.conformance.backends.sqlite.tables import TABLE_CLASSES
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

_BUSY_SHARE = 0.5
"""The share of the client's time-out for which it waits for the write lock; the rest is for the write itself."""


class SqliteClient:
    """Calls the method of the table's class that is named like the function."""

    def __init__(self, path: Path, synchronous: str, timeout_s: float, clock_offset_ms: int = 0) -> None:
        self._database = Database(path, synchronous, timeout_s * _BUSY_SHARE, clock_offset_ms)
        self._tables = {name: table(self._database) for name, table in TABLE_CLASSES.items()}
        self._objects = {name: made(self._database) for name, made in OBJECT_CLASSES.items()}

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        if table in self._objects:
            return self._on_object(self._objects[table], key, function, arguments)
        known = TABLES[table].function(function) if table in self._tables else None
        if known is None:
            raise Unsupported(f"SQLite offers no {function!r} of {table!r}")
        independent = TABLES[table].key
        named = dict(arguments) if independent is None else {independent: key, **arguments}
        operation = getattr(self._tables[table], function)
        run = self._database.write if known.changes else self._database.read
        return Answer(run(lambda: operation(**named)))

    def _on_object(self, stored: StoredObject, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        operation = getattr(stored, function, None)
        if operation is None:
            raise Unsupported(f"SQLite offers no {function!r} of a {type(stored).__name__}")
        run = self._database.read if function in READS else self._database.write
        return Answer(run(lambda: operation(key=key, **arguments)))

    def advance(self, ms: int) -> None:
        """Put this client's clock forward; nobody else's (see `programs.side_by_side.MovesClock`)."""
        self._database.advance(ms)

    def close(self) -> None:
        self._database.close()
