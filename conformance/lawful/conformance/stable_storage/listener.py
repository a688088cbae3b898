"""The thread that the kernel asks before a program syncs a file or, where the disk may be full, writes to one."""

from __future__ import annotations

import errno
import fcntl
import heapq
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lawful.conformance.stable_storage.system_calls import (
    BY_ADDRESS,
    IS_VALID,
    NOTIFICATION_BYTES,
    RECEIVE,
    SEND,
    TRUNCATES,
    WRITES,
    Architecture,
    Notification,
    answer_text,
    parse_notification,
)

_PUNCH_HOLE = 2
"""As a mode of fallocate(2): it gives room back."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a call."""

    error: int = 0
    """The error that it ends in; 0: it succeeds."""
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SyncedFile:
    """The file that a call is about."""

    descriptor: int
    """Open for reading, until the call is decided."""
    path: str
    appended: bool
    """It is open for appending, so that it was only written at its end, unless it was truncated."""
    truncates: bool = False
    """It is not synced by the call, but truncated."""
    writes: bool = False
    """It is not synced by the call, but written."""
    end: int = 0
    """How long a call that truncates or writes would make it, if it is not as long yet."""


Decide = Callable[[SyncedFile], Decision | None]
"""What becomes of the sync of a file; None: the kernel carries it out."""


@dataclass(order=True, slots=True)
class _Later:
    due_s: float
    listener: int
    answer: bytes = field(compare=False)


class Listener(threading.Thread):
    """Decides the calls of all programs that hand their listeners over at a Unix socket."""

    def __init__(
        self,
        path: Path,
        machine: Architecture,
        decide: Decide,
        let_start: Callable[[], None],
        minds_writes: Callable[[], bool] = lambda: False,
    ) -> None:
        """`let_start`: comes back when a program may start. `minds_writes`: whether writes are to be decided now."""
        super().__init__(name="simulated disk", daemon=True)
        self.accepted = 0
        """How many programs were started under it."""
        self._machine = machine
        self._decide = decide
        self._let_start = let_start
        self._minds_writes = minds_writes
        self._writes = frozenset(machine.writes.values())
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self._wake_read, self._wake_write = os.pipe()
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._poll.register(self._wake_read, select.POLLIN)
        self._listeners: set[int] = set()
        self._later: list[_Later] = []

    def close(self) -> None:
        """End; the programs must be gone, or their next sync fails with ENOSYS."""
        os.write(self._wake_write, b"!")
        self.join()
        self._socket.close()
        for descriptor in (*self._listeners, self._wake_read, self._wake_write):
            os.close(descriptor)

    def run(self) -> None:
        while True:
            for descriptor, event in self._poll.poll(self._patience_ms()):
                if descriptor == self._wake_read:
                    return
                if descriptor == self._socket.fileno():
                    self._accept()
                elif event & select.POLLIN:
                    self._hear(descriptor)
                else:  # the last program that had it is gone
                    self._forget(descriptor)
            self._answer_what_is_due()

    def _patience_ms(self) -> float | None:
        return None if not self._later else max(0.0, (self._later[0].due_s - time.monotonic()) * 1000)

    def _accept(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
            self._let_start()
            with suppress(BrokenPipeError, ConnectionResetError):  # killed while it waited
                connection.sendall(b"!")
        for descriptor in descriptors:  # none, where the program was killed before it sent one
            self.accepted += 1
            self._listeners.add(descriptor)
            self._poll.register(descriptor, select.POLLIN)

    def _forget(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        self._listeners.discard(descriptor)
        self._later = [one for one in self._later if one.listener != descriptor]
        heapq.heapify(self._later)
        os.close(descriptor)

    def _hear(self, listener: int) -> None:
        data = bytearray(NOTIFICATION_BYTES)
        try:
            fcntl.ioctl(listener, RECEIVE, data)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EINTR):  # killed, or interrupted, in the meantime
                return
            raise
        notification = parse_notification(data)
        # Servers write to sockets far more often than they sync: those calls must not cost more than they have to.
        is_decided = notification.call not in self._writes or self._minds_writes()
        decision = self._decision(listener, notification) if is_decided else None
        if decision is None:
            _answer(listener, answer_text(notification.identity, carry_out=True))
            return
        answer = answer_text(notification.identity, decision.error)
        if decision.after_s <= 0:
            _answer(listener, answer)
        else:
            heapq.heappush(self._later, _Later(time.monotonic() + decision.after_s, listener, answer))

    def _decision(self, listener: int, notification: Notification) -> Decision | None:
        file = self._file(notification)
        if file is None:
            return None
        try:
            # The thread may have been killed, and its number be that of another one by now.
            fcntl.ioctl(listener, IS_VALID, notification.identity.to_bytes(8, "little"))
            return self._decide(file)
        except OSError as error:
            if error.errno == errno.ENOENT:
                return None
            raise
        finally:
            os.close(file.descriptor)

    def _file(self, notification: Notification) -> SyncedFile | None:
        """The file of a call; None where it cannot be found, which leaves the call to the kernel."""
        process = Path("/proc", str(notification.thread))
        try:
            name = self._machine.name_of(notification.call)
            if name in BY_ADDRESS:
                path = _mapped(process, notification.arguments[0])
                return None if path is None else SyncedFile(os.open(path, os.O_RDONLY), path, appended=False)
            number = notification.arguments[0] & 0xFFFFFFFF
            path = str((process / "fd" / str(number)).readlink())
            if not path.startswith("/"):  # a socket, or a pipe
                return None
            descriptor = os.open(process / "fd" / str(number), os.O_RDONLY | os.O_NONBLOCK)
            flags, position = _state(process, number)
            appended = bool(flags & os.O_APPEND)
            end = _end(name, notification.arguments, os.fstat(descriptor).st_size if appended else position)
            return SyncedFile(descriptor, path, appended, name in TRUNCATES, name in WRITES, end)
        except OSError:
            return None

    def _answer_what_is_due(self) -> None:
        while self._later and self._later[0].due_s <= time.monotonic():
            due = heapq.heappop(self._later)
            _answer(due.listener, due.answer)


def _answer(listener: int, answer: bytes) -> None:
    with suppress(FileNotFoundError):  # killed while it waited
        fcntl.ioctl(listener, SEND, answer)


def _mapped(process: Path, address: int) -> str | None:
    """The file that is mapped to an address of a process."""
    for line in (process / "maps").read_text().splitlines():
        span, _, _, _, _, *path = line.split(maxsplit=5)
        begin, end = (int(bound, 16) for bound in span.split("-"))
        if begin <= address < end and path and path[0].startswith("/"):
            return path[0]
    return None


def _state(process: Path, number: int) -> tuple[int, int]:
    """How a process opened a descriptor, and the position from which it goes on."""
    lines = (process / "fdinfo" / str(number)).read_text().splitlines()
    fields = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return int(fields["flags"], 8), int(fields["pos"])


def _end(name: str, arguments: Sequence[int], position: int) -> int:
    """How far a call would write. Of a list of buffers only that it is not empty is known."""
    match name:
        case "ftruncate":
            return arguments[1]
        case "write":
            return position + arguments[2]
        case "writev":
            return position + 1
        case "pwrite64":
            return arguments[3] + arguments[2]
        case "pwritev" | "pwritev2":
            return arguments[3] + 1
        case "fallocate":
            return 0 if arguments[1] & _PUNCH_HOLE else arguments[2] + arguments[3]
    return 0
