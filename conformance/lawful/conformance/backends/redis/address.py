"""Addresses of Redis servers: URLs without secrets, and connections that send every command at most once.

Claims about the client library `redis` (releases 6 to 8), read from its source:
- A `Redis` object built with defaults sends a command again after a lost connection or a time-out. An operation
  that was sent twice takes effect twice, so connections are used directly here, and with a `Retry` of 0 attempts.
- The query of a URL overrides every other setting, `retry_on_timeout` included, so none is accepted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lawful.conformance.errors import UsageError
from lawful.models.values import Json

if TYPE_CHECKING:
    from redis.connection import ConnectionInterface

PASSWORD_VARIABLE = "REDISCLI_AUTH"
"""The environment variable that holds the password of a server named by URL; redis-cli reads the same one."""


def checked_url(url: str) -> str:
    """`url`, which must be a Redis URL without a password: options are recorded in histories, secrets are not."""
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss"):
        raise UsageError("the option url of the redis backend is no Redis URL", hint="such as redis://127.0.0.1:6379/0")
    if parts.password is not None:
        raise UsageError(
            "the option url of the redis backend holds a password",
            cause="options are recorded in the history",
            hint=f"set the password in the environment variable {PASSWORD_VARIABLE}, and leave it out of the URL",
        )
    if parts.query:
        raise UsageError("the option url of the redis backend has a query", cause="it could turn on silent retries")
    return url


def server_name(url: str) -> str:
    """The host and port of a URL, for the records of a history."""
    return urlsplit(url).netloc.rpartition("@")[2]


def open_connection(
    connection: Mapping[str, Json], connect_timeout_s: float, reply_timeout_s: float
) -> ConnectionInterface:
    """A connection to the server that `RedisBackend.connection` describes; nothing is sent yet."""
    from redis.backoff import NoBackoff
    from redis.connection import ConnectionPool
    from redis.retry import Retry

    password = os.environ.get(PASSWORD_VARIABLE) if connection["external"] else None
    pool = ConnectionPool.from_url(
        str(connection["url"]),
        password=password,
        socket_connect_timeout=connect_timeout_s,
        socket_timeout=reply_timeout_s,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        decode_responses=True,
    )
    return pool.make_connection()
