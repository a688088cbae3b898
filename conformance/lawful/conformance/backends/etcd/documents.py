"""Documents in etcd: read, put, and changed by compare and set.

A change reads the document, decides, and writes it on the condition that nobody has changed it since (etcd
documentation, "etcd API", "Transaction": a comparison of `mod_revision`, which is 0 where there is no such key). Where
somebody has, it decides anew on what it is shown. So each change takes effect at one instant, and one that changes
nothing at the instant of its read, which goes through the leader unless it is `serializable`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown
from lawful.conformance.clusters.etcd_gateway import Gateway, NoAnswer, Unreachable, decoded, encoded

Answered = TypeVar("Answered")

_OWN_SHARE = 0.9
"""Of the client's time-out, for an operation: a client that is late is taken for hung and killed."""
_CONNECT_SHARE = 0.3
"""Of the client's time-out, for a read: what is left goes to a write that may follow."""


class Held(NamedTuple):
    """A document and its revision; without one, None and 0."""

    text: str | None
    revision: int


class Documents:
    """Of one client. Talks to one member, and to the next one once that does not answer."""

    def __init__(self, members: Sequence[tuple[str, int]], timeout_s: float, *, serializable: bool = False) -> None:
        """`members`: names and ports, in the order in which they are tried."""
        self._members = [(name, Gateway(port)) for name, port in members]
        self._position = 0
        self._timeout_s = timeout_s
        self._serializable = serializable
        self._deadline = 0.0

    @property
    def server(self) -> str:
        """The member that is talked to."""
        return self._members[self._position][0]

    def begin(self) -> None:
        """Start an operation: from here on the clock of its time-out runs."""
        self._deadline = time.monotonic() + self._timeout_s * _OWN_SHARE

    def read(self, key: str) -> str | None:
        """The document. Raises `OperationFailed`."""
        return self._held(key).text

    def put(self, key: str, text: str) -> None:
        """Write the document, whatever it was. Raises `OperationFailed`, `OutcomeUnknown`."""
        self._write("/v3/kv/put", {"key": encoded(key), "value": encoded(text)})

    def change(self, key: str, decide: Callable[[str | None], tuple[Answered, str | None]]) -> Answered:
        """What `decide` answers on the document; beside it stands what the document is to be: None where it stays.

        Raises `OperationFailed`, `OutcomeUnknown`.
        """
        held = self._held(key)
        while True:
            answer, after = decide(held.text)
            if after is None or after == held.text:
                return answer
            lost_to = self._compare_and_set(key, held.revision, after)
            if lost_to is None:
                return answer
            held = lost_to

    def close(self) -> None:
        for _, gateway in self._members:
            gateway.close()

    def _held(self, key: str) -> Held:
        request = {"key": encoded(key), "serializable": self._serializable}
        try:
            return _first(self._ask("/v3/kv/range", request, self._timeout_s * _CONNECT_SHARE))
        except (Unreachable, NoAnswer) as error:
            raise OperationFailed(self._moved_on(error)) from error

    def _compare_and_set(self, key: str, revision: int, text: str) -> Held | None:
        """Write the document unless it has changed; what it has become, if so."""
        named = encoded(key)
        condition = {"key": named, "target": "MOD", "result": "EQUAL", "mod_revision": str(revision)}
        reply = self._write(
            "/v3/kv/txn",
            {
                "compare": [condition],
                "success": [{"request_put": {"key": named, "value": encoded(text)}}],
                "failure": [{"request_range": {"key": named}}],
            },
        )
        return None if reply.get("succeeded") else _first(reply["responses"][0]["response_range"])

    def _write(self, path: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._ask(path, request, self._timeout_s)
        except Unreachable as error:
            raise OperationFailed(self._moved_on(error)) from error
        except NoAnswer as error:
            raise OutcomeUnknown(self._moved_on(error)) from error

    def _ask(self, path: str, request: dict[str, Any], at_most_s: float) -> dict[str, Any]:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise Unreachable("no time is left to ask")
        return self._members[self._position][1].ask(path, request, min(left_s, at_most_s))

    def _moved_on(self, error: Exception) -> str:
        """The error with the member's name; the next operation goes to another one."""
        told = f"{self.server}: {error}"
        self._members[self._position][1].close()
        self._position = (self._position + 1) % len(self._members)
        return told


def _first(answer: dict[str, Any]) -> Held:
    for found in answer.get("kvs", ()):
        return Held(decoded(found.get("value", "")), int(found["mod_revision"]))
    return Held(None, 0)
