"""One client of the etcd backend."""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.adapter import Answer, Unsupported
from lawful.conformance.backends.etcd.documents import Documents
from lawful.conformance.backends.etcd.objects import OBJECT_CLASSES
from lawful.conformance.backends.etcd.tables import Tables
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


class EtcdClient:
    """Implements `adapter.Client`."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._tables = Tables(documents)
        self._objects = {name: made(documents) for name, made in OBJECT_CLASSES.items()}

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        """See `adapter.Client`."""
        operation = getattr(self._objects.get(table), function, None)
        if operation is None and (table not in TABLES or TABLES[table].function(function) is None):
            raise Unsupported(f"etcd offers no {function!r} of {table!r}")
        self._documents.begin()
        server = self._documents.server
        if operation is not None:
            return Answer(operation(key=key, **arguments), server)
        return Answer(self._tables.carry_out(table, key, function, arguments), server)

    def close(self) -> None:
        self._documents.close()
