"""A client of an external adapter for use within this process: replies become answers and exceptions."""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.adapter import AdapterDefect, Answer, OperationFailed, OutcomeUnknown, Unsupported
from lawful.conformance.wire.client import RunClient
from lawful.conformance.wire.messages import NonsenseLine, Reply, Request
from lawful.conformance.wire.peer import PeerGone, PeerSilent
from lawful.models.history import Outcome
from lawful.models.values import Json

_GRACE_S = 1.0
"""How much longer than its own time-out a client may take to answer."""


class ExternalClient:
    """Implements `adapter.Client`. A client that misbehaved is started anew at the next operation."""

    def __init__(self, client: RunClient, timeout_s: float) -> None:
        self._client = client
        self._limit_s = timeout_s + _GRACE_S
        self._spoilt = False

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        if self._spoilt:
            self._client.discard()
            self._client.start()
            self._client.wait_until_ready()
            self._spoilt = False
        try:
            reply = self._client.ask(Request(0, table, key, function, arguments), self._limit_s)
        except (PeerGone, PeerSilent, NonsenseLine) as error:
            self._spoilt = True
            text = f"sent a line that is no reply: {error}" if isinstance(error, NonsenseLine) else str(error)
            raise AdapterDefect(text) from error
        notes = self._client.take_notes()
        if notes:
            raise AdapterDefect(notes[0])
        return _answer(reply)

    def close(self) -> None:
        self._client.discard()


def _answer(reply: Reply) -> Answer:
    text = reply.error or ""
    if reply.defect is not None:
        raise AdapterDefect(reply.defect)
    if reply.unsupported:
        raise Unsupported(text)
    if reply.outcome is Outcome.FAIL:
        raise OperationFailed(text)
    if reply.outcome is Outcome.UNKNOWN:
        raise OutcomeUnknown(text)
    return Answer(reply.result, reply.server)
