"""One client of the Redis backend: an operation is one script on one connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lawful.conformance.adapter import Answer, Unsupported
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.tables import TABLE_CLASSES, TableClass
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


class RedisClient:
    """Calls the method of the table's class that is named like the function."""

    table_classes: ClassVar[Mapping[str, TableClass]] = TABLE_CLASSES

    def __init__(self, connection: Mapping[str, Json], timeout_s: float) -> None:
        self._link = Link(connection, timeout_s)
        self._server = str(connection["server"])
        prefix = str(connection["prefix"])
        self._tables = {name: table(self._link, prefix) for name, table in self.table_classes.items()}

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        known = TABLES[table].function(function) if table in self._tables else None
        if known is None:
            raise Unsupported(f"Redis offers no {function!r} of {table!r}")
        independent = TABLES[table].key
        named = dict(arguments) if independent is None else {independent: key, **arguments}
        self._link.begin()
        return Answer(getattr(self._tables[table], function)(**named), self._server)

    def close(self) -> None:
        self._link.close()
