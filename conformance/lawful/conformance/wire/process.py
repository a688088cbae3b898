"""A child process that answers on its standard output, in a session of its own.

Ctrl-C is for the runner, which still wants to record what its clients answer; and a signal to the session's process
group reaches whatever the process started itself, such as the program behind a shell script.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lawful.conformance.adapter import Fault, ProcessSpawner
from lawful.conformance.errors import BackendError
from lawful.conformance.processes import log_tail
from lawful.conformance.wire.channel import Channel, ChannelClosed, ChannelSilent
from lawful.conformance.wire.conversation import Conversation
from lawful.conformance.wire.messages import Reply
from lawful.conformance.wire.peer import PeerGone, PeerSilent
from lawful.models.values import Json

_END_TIMEOUT_S = 1.0
"""How long a process whose output has ended may take to be gone."""


class ProcessPeer:
    """Implements `Peer`. What the process writes to its standard error goes to `log_path`."""

    faults = frozenset(Fault)

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        processes: ProcessSpawner,
        *,
        shared: bool = False,
        hint: str | None = None,
    ) -> None:
        self.name = name
        self._command = command
        self._processes = processes
        self._log_path: Path = processes.log_of(name)
        self._shared = shared
        self._hint = hint
        self._process: subprocess.Popen[bytes] | None = None
        self._conversation: Conversation | None = None
        self._killed = False

    def start(self) -> None:
        try:
            with self._log_path.open("ab") as log:
                process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                    bufsize=0,
                )
        except OSError as error:
            cause = error.strerror or str(error)
            raise BackendError(f"cannot start {self._command[0]}", cause=cause, hint=self._hint) from error
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._killed = False
        self._conversation = Conversation(Channel(process.stdout.fileno(), process.stdin.fileno()), shared=self._shared)
        self._processes.adopt(process.pid)

    @property
    def conversation(self) -> Conversation:
        """Raises `PeerGone` where the process was not started."""
        if self._conversation is None:
            raise PeerGone(f"{self.name} was not started", killed=self._killed)
        return self._conversation

    def ask(self, message: Mapping[str, Json], limit_s: float) -> Reply:
        try:
            return self.conversation.ask(message, limit_s)
        except ChannelSilent as silent:
            raise PeerSilent(str(silent)) from silent
        except ChannelClosed as closed:
            text = self._end_text() + (", in the middle of a line" if closed.partial and not self._killed else "")
            raise PeerGone(text, killed=self._killed, hint=self._log_hint()) from None

    def allow_any_order(self, allowed: bool) -> None:
        self.conversation.any_order = allowed

    def late_answers(self) -> int:
        return 0 if self._conversation is None else self._conversation.late

    def take_notes(self) -> list[str]:
        return [] if self._conversation is None else self._conversation.take_notes()

    def exchange(self) -> tuple[str, str]:
        return ("", "") if self._conversation is None else self._conversation.exchange()

    def log(self) -> str | None:
        return log_tail(self._log_path)

    def _log_hint(self) -> str:
        log = self.log()
        return f"its standard error ends in:\n{log}" if log else "it wrote nothing to its standard error"

    def kill(self) -> None:
        process = self._process
        if process is not None:
            self._killed = True
            self._signal(signal.SIGKILL)
            process.wait()

    def discard(self) -> None:
        self.kill()
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        self._process = None
        self._conversation = None

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        # Not reaped yet, the process keeps its number, so the group is its own.
        if self._process is not None and self._process.returncode is None:
            _signal_group(self._process.pid, number)

    def _end_text(self) -> str:
        """How it ended: `the client process was killed`, `its process ended by itself with exit code 3`."""
        if self._killed:
            return "the client process was killed"
        process = self._process
        try:
            code = None if process is None else process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return "it closed its output and went on running"
        if self._killed or process is None or code is None:
            return "the client process was killed"
        _signal_group(process.pid, signal.SIGKILL)  # what it started itself would hold the pipes open
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        return f"its process ended by itself with {how}"


def _signal_group(leader: int, number: int) -> None:
    # macOS answers EPERM for a group whose only members are waiting to be reaped.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
