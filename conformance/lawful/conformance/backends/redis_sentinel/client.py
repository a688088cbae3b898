"""A client that asks the Sentinels for the primary, and asks again whenever something is odd.

It does what the Redis documentation asks of clients ("Guidelines for Redis clients with support for Redis Sentinel"):
Sentinels in turn, the nearest first, then ROLE, because a Sentinel may not have heard of a failover yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown
from lawful.conformance.backends.redis.client import RedisClient
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.clusters.redis_node import connection_to
from lawful.conformance.clusters.sentinel import GROUP
from lawful.models.values import Json

_QUESTION_SHARE = 0.3
"""Of the time-out, for a question to one Sentinel: it answers in a millisecond or is out of reach."""
_WAIT_SHARE = 0.3
"""Of the time-out, for the replicas to confirm."""


class SentinelLink(Link):
    """A link to the server that the Sentinels take for the primary."""

    def __init__(self, connection: Mapping[str, Json], timeout_s: float) -> None:
        sentinels, servers, wait = connection["sentinels"], connection["servers"], connection["wait"]
        assert isinstance(sentinels, list | tuple)
        assert isinstance(servers, Mapping)
        assert isinstance(wait, int)
        self._sentinels = [_reached(sentinel) for sentinel in sentinels]
        self._servers = {int(announced): _reached(server) for announced, server in servers.items()}
        self._wait = wait
        super().__init__(next(iter(self._servers.values())), timeout_s)

    def begin(self) -> None:
        """See `Link`."""
        self._start_clock()
        self._hang_up_if_stale()
        if not self._is_open:
            self._aim_at(self._primary())
            self._connect()
            self._require_primary()

    def call(self, *command: str | int) -> Any:
        """See `Link`. With `wait`, what too few replicas confirm has an unknown outcome."""
        try:
            reply = super().call(*command)
            if self._wait:
                confirmed = int(super().call("WAIT", self._wait, round(self._timeout_s * _WAIT_SHARE * 1000)))
                if confirmed < self._wait:
                    raise OutcomeUnknown(f"{confirmed} of {self._wait} replicas confirmed")
        except (OperationFailed, OutcomeUnknown):
            self.close()  # the next operation asks the Sentinels anew
            raise
        return reply

    def _require_primary(self) -> None:
        role = super().call("ROLE")
        self._commands = 0  # nothing of the operation was sent yet
        if role[0] != "master":
            self.close()
            raise OperationFailed(f"{self.server} is no primary but a {role[0]}")

    def _primary(self) -> dict[str, Any]:
        reasons = []
        for sentinel in self._sentinels:
            link = Link(sentinel, self._timeout_s * _QUESTION_SHARE)
            try:
                link.begin()
                address = link.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", GROUP)
                return self._servers[int(address[1])]
            except (OperationFailed, OutcomeUnknown) as error:
                reasons.append(f"{link.server}: {error}")
            finally:
                link.close()
        raise OperationFailed(f"no Sentinel names a primary ({'; '.join(reasons)})")


class SentinelClient(RedisClient):
    """The tables of the Redis backend, at whichever server is the primary."""

    link_class: ClassVar[type[Link]] = SentinelLink


def _reached(server: Json) -> dict[str, Any]:
    match server:
        case [str(name), int(port)]:
            return connection_to(name, port)
    raise ValueError(f"not a server: {server!r}")
