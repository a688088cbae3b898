"""Stores that break a clause with one client already, or offer less."""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.adapter import Answer, Client
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.models.values import Json


class _AcceptsTwice:
    def __init__(self, client: Client) -> None:
        self._client = client

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        answer = self._client.invoke(table, key, function, arguments)
        return Answer(True) if (table, function) == ("tasks", "insert") else answer

    def close(self) -> None:
        self._client.close()


class AcceptsTwice(SqliteBackend):
    """Says yes to a second insert of the same id."""

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        return _AcceptsTwice(SqliteBackend.connect(connection, timeout_s))


class OnlyJobs(SqliteBackend):
    """Offers one table."""

    tables = frozenset({"jobs"})
