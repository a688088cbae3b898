"""One client's connection to Redis: commands one at a time, and what each error says about the effect.

- The server is out of reach before the first command of an operation was sent: the operation failed.
- The connection is lost, or the answer does not come in time: unknown. A paused server finds the command in its
  socket and carries it out when it goes on, although the client has hung up by then.
- The server refuses the first command for its own state, with `LOADING`, `READONLY`, `MISCONF`, `NOREPLICAS`, `OOM`,
  `BUSY`, `MASTERDOWN`, `CLUSTERDOWN` or `NOAUTH`: failed. A script that one of them stops has written nothing either:
  that state is the same for all of the script, so what it forbids is forbidden from the script's first write on. `OOM`
  forbids only what may take more memory, so each script here makes such a write first, if it makes any. (Redis before
  7 reports all this from within a script as a plain error, so that the outcome counts as unknown.)
- Any other error, and any error after the first command: unknown. What a script wrote before an error stays.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown
from lawful.conformance.backends.redis.address import open_connection
from lawful.models.values import Json

_CONNECT_SHARE = 0.25
_REPLY_SHARE = 0.5
"""Shares of the client's time-out for which it waits for a connection and for one reply."""


class ScriptUnknown(Exception):
    """The server does not know the script by its digest (it was restarted); nothing happened."""


class Moved(Exception):
    """Another node of the cluster has the key; nothing happened."""

    def __init__(self, port: int) -> None:
        super().__init__(f"the node that is announced at port {port} has the key")
        self.port = port


class Link:
    """Connects at the first operation, and anew where the connection was lost."""

    def __init__(self, connection: Mapping[str, Json], timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._reply_timeout_s = timeout_s * _REPLY_SHARE
        self._is_open = False
        self._deadline = 0.0
        self._commands = 0
        self._aim_at(connection)

    def begin(self) -> None:
        """Start an operation: from here on the clock of its time-out runs. Raises `OperationFailed`."""
        self._start_clock()
        self._connect()

    def call(self, *command: str | int) -> Any:
        """Send one command and give its reply.

        Raises `OperationFailed`, `OutcomeUnknown`, `ScriptUnknown` and, from a cluster, `Moved`.
        """
        from redis.exceptions import DataError, MovedError, NoScriptError, RedisError, ResponseError

        if time.monotonic() + self._reply_timeout_s > self._deadline:
            raise self._error("no time is left to wait for another reply", without_effect=True)
        try:
            self._connection.send_command(*command)
            reply = self._connection.read_response()
        except NoScriptError as error:
            raise ScriptUnknown from error
        except MovedError as error:
            raise Moved(int(error.port)) from error
        except (UnicodeEncodeError, DataError) as error:
            raise self._error(f"cannot be sent: {error}", without_effect=True) from error
        except ResponseError as error:
            raise self._error(str(error), without_effect=_is_refusal(error)) from error
        except (RedisError, OSError, UnicodeDecodeError) as error:
            self.close()
            raise self._error(str(error), without_effect=_is_refusal(error)) from error
        self._commands += 1
        return reply

    def close(self) -> None:
        """Hang up. An answer that is still to come would be taken for that to the next command."""
        self._is_open = False
        self._connection.disconnect()

    def _aim_at(self, connection: Mapping[str, Json]) -> None:
        """Connect to this server from now on."""
        # The client library states types for only a part of a connection's methods.
        self._connection: Any = open_connection(connection, self._timeout_s * _CONNECT_SHARE, self._reply_timeout_s)
        self.server = str(connection.get("server"))
        """The name of the server, for the records of a history."""

    def _start_clock(self) -> None:
        self._deadline = time.monotonic() + self._timeout_s
        self._commands = 0

    def _connect(self) -> None:
        """Connect, unless there is a connection that works."""
        from redis.exceptions import RedisError

        try:
            self._hang_up_if_stale()
            self._connection.connect()
            self._is_open = True
        except (RedisError, OSError) as error:
            self.close()
            raise self._error(f"cannot connect: {error}", without_effect=True) from error

    def _hang_up_if_stale(self) -> None:
        """Notice here that the server has gone since the last operation: later, the outcome would be unknown."""
        from redis.exceptions import RedisError

        try:
            stale = self._is_open and self._connection.can_read(0)
        except (RedisError, OSError):
            stale = True
        if stale:
            self.close()

    def _error(self, text: str, *, without_effect: bool) -> OperationFailed | OutcomeUnknown:
        if without_effect and self._commands == 0:
            return OperationFailed(text)
        return OutcomeUnknown(text)


def _is_refusal(error: Exception) -> bool:
    """Whether the server said that it did not carry out the command (see the top of this file)."""
    from redis import exceptions

    known = (
        exceptions.AuthenticationError,
        exceptions.BusyLoadingError,
        exceptions.ClusterDownError,
        exceptions.MasterDownError,
        exceptions.OutOfMemoryError,
        exceptions.ReadOnlyError,
    )
    # The client library has no class for these and leaves the code in the text.
    return isinstance(error, known) or str(error).startswith(("BUSY ", "MISCONF ", "NOREPLICAS "))
