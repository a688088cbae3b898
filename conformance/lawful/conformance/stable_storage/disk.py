"""The disk of the servers of one run: what it does when they sync, and what is left of their files at a power loss."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import TracebackType

from lawful.conformance.errors import BackendUnavailable
from lawful.conformance.stable_storage import launch
from lawful.conformance.stable_storage.images import Images, Lost
from lawful.conformance.stable_storage.listener import Decision, Listener, SyncedFile
from lawful.conformance.stable_storage.system_calls import Architecture, architecture

_LONGEST_PATH = 100
"""Characters of the name of a Unix socket, which the kernel limits."""
_PROBE_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the disk does when a program syncs a file, or makes one longer. By default it writes it, and says so."""

    slow_s: float = 0.0
    """How long it takes."""
    fails: bool = False
    """It writes nothing, and says so (EIO)."""
    lies: bool = False
    """It writes nothing, and says that it did."""
    full: bool = False
    """No file gets longer (ENOSPC). Only of a disk that may be full, and not of what is mapped."""


HONEST = Behaviour()


class SimulatedDisk:
    """The disk below one folder, for programs that are started with `launched`.

    Stopping the programs comes before `lose_power` and `close`. Raises `BackendUnavailable` where the kernel does not
    offer what it takes.
    """

    def __init__(self, folder: Path, own_folder: Path, *, may_be_full: bool = False) -> None:
        """`own_folder`: an empty one, outside of `folder`, for the copies and the socket.

        `may_be_full`: the programs ask before each write, also to a socket, which slows them down.
        """
        self._machine = _known_architecture()
        self._socket = own_folder / "socket"
        if len(str(self._socket)) > _LONGEST_PATH:
            cause = f"the path of its socket, {self._socket}, has more than {_LONGEST_PATH} characters"
            raise BackendUnavailable("no disk can be simulated", cause=cause, hint="set TMPDIR to a shorter folder")
        copies = own_folder / "copies"
        copies.mkdir()
        self.syncs = 0
        """How many calls were decided."""
        self._images = Images(folder, copies)
        self._images.all_synced()
        self._behaviour = HONEST
        self._lock = threading.Lock()
        self._may_be_full = may_be_full
        self._refused = 0
        self._listener = Listener(self._socket, self._machine, self._decide, self._let_start, self._is_full)
        self._listener.start()

    def __enter__(self) -> SimulatedDisk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def launched(self, command: Sequence[str]) -> list[str]:
        """The command that starts `command` on this disk."""
        writes = self._machine.writes.values() if self._may_be_full else ()
        calls = ",".join(str(call) for call in (*self._machine.calls.values(), *writes))
        machine = [str(self._machine.audit), str(self._machine.seccomp), calls]
        return [sys.executable, "-I", "-S", launch.__file__, str(self._socket), *machine, "--", *command]

    def behave(self, behaviour: Behaviour = HONEST) -> None:
        """From now on."""
        with self._lock:
            self._behaviour = behaviour

    @contextmanager
    def without_power(self) -> Iterator[None]:
        """No program can sync or start meanwhile: time to kill them all, and to `lose` what they had."""
        with self._lock:
            yield

    def lose(self, torn: Random | None = None) -> list[Lost]:
        """Take away what was not synced; what each file lost. Only `without_power`; see `Images.lose`."""
        return self._images.lose(torn)

    def lose_power(self, torn: Random | None = None) -> list[Lost]:
        """The same where no program runs any more."""
        with self.without_power():
            return self.lose(torn)

    def keep(self) -> None:
        """Everything that is there now is on the disk: what was prepared before the run is not to be lost."""
        with self._lock:
            self._images.all_synced()

    def keep_file(self, path: Path) -> None:
        """What a file holds now is on the disk, whoever wrote it."""
        with self._lock:
            self._images.file_synced(path)

    def take_refused(self) -> int:
        """How many calls found the disk full since this was asked last."""
        with self._lock:
            refused, self._refused = self._refused, 0
        return refused

    def _is_full(self) -> bool:
        return self._behaviour.full

    def _let_start(self) -> None:
        """Waits while there is no power."""
        with self._lock:
            self._images.may_differ()

    def close(self) -> None:
        self._listener.close()
        self._images.close()

    def _decide(self, file: SyncedFile) -> Decision | None:
        if not self._images.covers(file.path):
            return None
        with self._lock:
            if file.truncates or file.writes:
                if self._is_full() and file.end > os.fstat(file.descriptor).st_size:
                    self._refused += 1
                    return Decision(errno.ENOSPC)
                if file.writes:
                    return None
                self._images.truncated(file.descriptor)
                return None
            self.syncs += 1
            behaviour = self._behaviour
            if behaviour.fails:
                return Decision(errno.EIO, behaviour.slow_s)
            if not behaviour.lies:
                # Before a slow sync ends: a disk may have written all of it when the power fails.
                self._images.synced(file.descriptor, appended=file.appended)
        return Decision(after_s=behaviour.slow_s)


def _known_architecture() -> Architecture:
    """That of this machine. Raises `BackendUnavailable`."""
    known = architecture()
    if known is None:
        cause = "it takes Linux on x86_64 or aarch64"
        raise BackendUnavailable("no disk can be simulated on this machine", cause=cause)
    return known


def why_not() -> str | None:
    """Why no disk can be simulated here; None where one can be. Tries it with a program that does nothing."""
    try:
        with TemporaryDirectory() as data, TemporaryDirectory() as own, SimulatedDisk(Path(data), Path(own)) as disk:
            command = disk.launched([sys.executable, "-I", "-S", "-c", ""])
            tried = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_TIMEOUT_S, check=False)
            if tried.returncode != 0:
                return tried.stderr.strip().splitlines()[-1] if tried.stderr.strip() else "the kernel refused"
    except BackendUnavailable as unavailable:
        return unavailable.cause or str(unavailable)
    except subprocess.TimeoutExpired:
        return "the kernel does not answer"
    return None
