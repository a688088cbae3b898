"""One client of the Redis backend: an operation is one script on one connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lawful.conformance.adapter import Answer, Unsupported
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.objects import OBJECT_CLASSES
from lawful.conformance.backends.redis.tables import TABLE_CLASSES, TableClass
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


class RedisClient:
    """Calls the method of the table's class that is named like the function."""

    table_classes: ClassVar[Mapping[str, TableClass]] = TABLE_CLASSES

    object_classes: ClassVar[Mapping[str, TableClass]] = OBJECT_CLASSES
    link_class: ClassVar[type[Link]] = Link
    """How the server is found that takes the commands."""

    def __init__(self, connection: Mapping[str, Json], timeout_s: float) -> None:
        self._link = self.link_class(connection, timeout_s)
        prefix = str(connection["prefix"])
        self._tables = self._built(self.table_classes, prefix)
        self._objects = self._built(self.object_classes, prefix)

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        if table in self._objects:
            operation = getattr(self._objects[table], function, None)
            independent: str | None = "key"
        else:
            known = TABLES[table].function(function) if table in self._tables else None
            operation = None if known is None else getattr(self._tables[table], function)
            independent = TABLES[table].key if known is not None else None
        if operation is None:
            raise Unsupported(f"Redis offers no {function!r} of {table!r}")
        named = dict(arguments) if independent is None else {independent: key, **arguments}
        self._link.begin()
        return Answer(operation(**named), self._link.server)

    def prefix_of(self, table: str, prefix: str) -> str:
        """What the keys of a table begin with; `prefix`: those of all tables."""
        return prefix

    def _built(self, classes: Mapping[str, TableClass], prefix: str) -> dict[str, Any]:
        return {name: made(self._link, self.prefix_of(name, prefix)) for name, made in classes.items()}

    def close(self) -> None:
        self._link.close()
