"""A client whose exchanges of lines are kept, so that a failure can show the very lines that it is about."""

from __future__ import annotations

from typing import NamedTuple

from lawful.conformance.adapter import Fault
from lawful.conformance.wire.client import RunClient
from lawful.conformance.wire.messages import Reply, Request


class Exchange(NamedTuple):
    """A line to the adapter and the line that came back; empty where nothing did."""

    sent: str
    received: str


class Overheard:
    """Implements `RunClient`; `exchanges` are in the order of the operations."""

    def __init__(self, client: RunClient) -> None:
        self._client = client
        self.name = client.name
        self.faults: frozenset[Fault] = client.faults
        self.exchanges: list[Exchange] = []

    def start(self) -> None:
        self._client.start()

    def wait_until_ready(self) -> None:
        self._client.wait_until_ready()

    def ask(self, request: Request, limit_s: float) -> Reply:
        try:
            return self._client.ask(request, limit_s)
        finally:
            self.exchanges.append(Exchange(*self._client.exchange()))

    def exchange(self) -> tuple[str, str]:
        return self._client.exchange()

    def take_notes(self) -> list[str]:
        return self._client.take_notes()

    def kill(self) -> None:
        self._client.kill()

    def discard(self) -> None:
        self._client.discard()

    def pause(self) -> None:
        self._client.pause()

    def resume(self) -> None:
        self._client.resume()
