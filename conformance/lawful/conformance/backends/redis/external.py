"""A Redis server that runs already, named by URL.

Every key of the run starts with a random prefix, and is removed at the end: neither other runs nor whoever else uses
the server get in each other's way.
"""

from __future__ import annotations

import secrets
from typing import Any

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown
from lawful.conformance.backends.redis import address
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.errors import BackendError
from lawful.models.values import Json

_TIMEOUT_S = 10.0
_KEYS_PER_SCAN = 1000
_MOST_SCANS = 1_000_000


class ExternalServer:
    """A server that is neither started nor stopped here."""

    def __init__(self, url: str) -> None:
        self._url = address.checked_url(url)
        self._name = address.server_name(url)
        self._prefix = f"lawful-{secrets.token_hex(8)}:"
        self._link: Link | None = None

    def connection(self) -> dict[str, Json]:
        """What `address.open_connection` needs, and what the tables do."""
        return {"url": self._url, "external": True, "server": self._name, "prefix": self._prefix}

    def start(self) -> None:
        """See whether the server answers."""
        link = Link(self.connection(), _TIMEOUT_S)
        self._command(link, "PING")
        self._link = link

    def stop(self) -> None:
        """Remove the keys of this run, if it began."""
        if self._link is None:
            return
        cursor = "0"
        for _ in range(_MOST_SCANS):
            cursor, keys = self._command(
                self._link, "SCAN", cursor, "MATCH", f"{self._prefix}*", "COUNT", _KEYS_PER_SCAN
            )
            if keys:
                self._command(self._link, "UNLINK", *keys)
            if cursor == "0":
                break
        self._link.close()

    def _command(self, link: Link, *command: str | int) -> Any:
        try:
            link.begin()
            return link.call(*command)
        except (OperationFailed, OutcomeUnknown) as error:
            hint = f"its password is read from the environment variable {address.PASSWORD_VARIABLE}"
            raise BackendError(f"the Redis server {self._name} does not serve", cause=str(error), hint=hint) from error
