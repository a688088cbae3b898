"""A client process, seen from the runner: asked for one operation at a time, killed and paused like a pod."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from lawful.conformance.client_protocol import LONGEST_LINE, NonsenseLine, Reply, Request, Setup, parse_reply
from lawful.conformance.errors import BackendError
from lawful.conformance.processes import ProcessGroup, log_tail
from lawful.models.history import Outcome

_START_TIMEOUT_S = 20.0
_READ_SIZE = 1 << 16


class ClientGone(Exception):
    """The process ended before it answered: the outcome is unknown."""


class ClientSilent(Exception):
    """The process did not answer in time: the outcome is unknown."""


class ClientProcess:
    """One operating-system process with one connection to the store."""

    def __init__(self, name: str, setup: Setup, processes: ProcessGroup, log: Path) -> None:
        self.name = name
        self._setup = setup
        self._processes = processes
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()

    def start(self) -> None:
        """Start the process without waiting for it, so that all clients of a run start side by side."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lawful.conformance.client_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # Ctrl-C is for the runner, which still wants to record what its clients answer.
                start_new_session=True,
                bufsize=0,
            )
        self._buffer.clear()
        self._processes.adopt(self._process.pid)
        with suppress(BrokenPipeError):
            self._pipes()[0].write(self._setup.line())

    def wait_until_ready(self) -> None:
        """Raises `BackendError` where the adapter cannot be loaded or its client not be built."""
        try:
            ready = self._reply(_START_TIMEOUT_S)
            cause = ready.error
        except (ClientGone, ClientSilent, NonsenseLine) as error:
            ready = None
            cause = log_tail(self._log) or str(error)
        if ready is None or ready.outcome is not Outcome.OK:
            self.kill()
            raise BackendError(
                f"client process {self.name} of {self._setup.backend} did not start",
                cause=cause,
                hint="the adapter's module must be importable, and its connect() must return a client",
            )

    def ask(self, request: Request, limit_s: float) -> Reply:
        """Carry out one operation. Raises `ClientGone`, `ClientSilent` or `NonsenseLine`."""
        try:
            self._pipes()[0].write(request.line())
        except BrokenPipeError as error:
            raise ClientGone("the client process was killed") from error
        deadline_s = time.monotonic() + limit_s
        reply = self._reply(deadline_s - time.monotonic())
        while reply.number != request.number:
            # A late answer to an operation that was given up.
            reply = self._reply(deadline_s - time.monotonic())
        return reply

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        process = self._process
        if process is not None:
            process.kill()
            process.wait()

    def discard(self) -> None:
        """End the process for good and close its pipes."""
        self.kill()
        if self._process is not None:
            for pipe in self._pipes():
                pipe.close()
            self._process = None

    def pause(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise ClientGone("the client process was not started")
        return self._process.stdin, self._process.stdout

    def _reply(self, limit_s: float) -> Reply:
        deadline_s = time.monotonic() + limit_s
        replies = self._pipes()[1]
        while b"\n" not in self._buffer:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not select.select([replies], [], [], left_s)[0]:
                raise ClientSilent(f"no answer within {limit_s:.1f} s")
            read = os.read(replies.fileno(), _READ_SIZE)
            if not read:
                raise ClientGone("the client process was killed")
            self._buffer += read
            if len(self._buffer) > LONGEST_LINE:
                self._buffer.clear()
                raise NonsenseLine(f"an answer of more than {LONGEST_LINE} bytes")
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer = bytearray(rest)
        return parse_reply(line)
