"""Stores in one file each of which is wrong in one way: what a run makes of an adapter that misbehaves.

The rows are in an SQLite file that every client process opens, through the adapter that is right; the classes here
spoil what it answers.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from lawful.conformance.adapter import Answer, Client, Unsupported
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.errors import BackendError
from lawful.models.values import Json


class Spoilt:
    """A client whose every answer goes through `spoil`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Any:
        return self.spoil(function, self._client.invoke(table, key, function, arguments))

    def spoil(self, function: str, answer: Answer) -> Any:
        return answer

    def close(self) -> None:
        self._client.close()


def spoilt_by(client: type[Spoilt]) -> type[SqliteBackend]:
    class Backend(SqliteBackend):
        @staticmethod
        def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
            return client(SqliteBackend.connect(connection, timeout_s))

    return Backend


class RaisingClient(Spoilt):
    def spoil(self, function: str, answer: Answer) -> Any:
        if function == "queue_depth":
            raise KeyError("depth")
        return answer


class HangingClient(Spoilt):
    def spoil(self, function: str, answer: Answer) -> Any:
        if function == "queue_depth":
            time.sleep(3600)
        return answer


class WrongTypeClient(Spoilt):
    def spoil(self, function: str, answer: Answer) -> Any:
        return Answer("three") if function == "queue_depth" else answer


class NoAnswerClient(Spoilt):
    def spoil(self, function: str, answer: Answer) -> Any:
        return 3 if function == "queue_depth" else answer


class NotJsonClient(Spoilt):
    def spoil(self, function: str, answer: Answer) -> Any:
        return Answer(float("nan")) if function == "queue_depth" else answer


class ExitingClient(Spoilt):
    def spoil(self, function: str, answer: Answer) -> Any:
        if function == "queue_depth":
            os._exit(3)
        return answer


class PrintingClient(Spoilt):
    def spoil(self, function: str, answer: Answer) -> Any:
        print("this must not be taken for an answer")  # noqa: T201
        return answer


class DecliningClient(Spoilt):
    def spoil(self, function: str, answer: Answer) -> Any:
        if function == "queue_depth":
            raise Unsupported("this store does not count")
        return answer


class DoubleClient(Spoilt):
    """Claims nothing for the second of two clients that ask, and tells it otherwise."""

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Any:
        answer = super().invoke(table, key, function, arguments)
        if function == "claim" and answer.result is None:
            return Answer({"id": "job:none", "type": "", "params": None})
        return answer


Raising = spoilt_by(RaisingClient)
Hanging = spoilt_by(HangingClient)
WrongType = spoilt_by(WrongTypeClient)
NoAnswer = spoilt_by(NoAnswerClient)
NotJson = spoilt_by(NotJsonClient)
Exiting = spoilt_by(ExitingClient)
Printing = spoilt_by(PrintingClient)
Declining = spoilt_by(DecliningClient)
Double = spoilt_by(DoubleClient)


class CannotRestart(SqliteBackend):
    """Has a server that does not come back."""

    def servers(self) -> list[str]:
        return ["server-1"]

    def kill(self, server: str) -> None:
        """Nothing: the rows are in a file."""

    def restart(self, server: str) -> None:
        raise BackendError(f"{server} does not come back", cause="its data folder is gone")


class CannotStart(SqliteBackend):
    def start(self, workspace: Any) -> None:
        raise RuntimeError("no licence")


class CannotConnect(SqliteBackend):
    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        print("the password is wrong", file=sys.stderr)  # noqa: T201
        raise RuntimeError("no route")


class NotABackend:
    """Lacks everything."""
