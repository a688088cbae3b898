"""Pieces of work done by several processes at once, with results in the order of the pieces.

Workers are forked for one lot of pieces: they see everything that the caller has at that moment, and nothing is sent
to them but the number of the piece that they take next. The caller works too where it would have to wait. So the
results are the same for any number of workers; what differs is who does what.

A worker that dies, or whose work raises, costs nothing but time: the caller does the piece itself, and gets the
exception itself. Workers end with the caller, however that ends: the next result has nobody to be sent to.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, Pipe, wait
from typing import Generic, TypeVar

Result = TypeVar("Result")

MOST_PIECES = 1 << 10
"""In one lot: so many numbers fit into a pipe even where the system grants one page for it."""

_BYTES_OF_NUMBER = 4
_PIPE_BYTES = 1 << 20
"""For results that the caller has no time for yet; where the system grants no more, the usual 64 KiB."""


class Team(Generic[Result]):
    """The caller and `workers - 1` others, for the pieces 0 to `pieces - 1`."""

    def __init__(
        self,
        work: Callable[[int], Result],
        write: Callable[[Result], bytes],
        read: Callable[[bytes], Result],
        pieces: int,
        workers: int,
    ) -> None:
        assert pieces <= MOST_PIECES
        self._work = work
        self._write = write
        self._read = read
        self._pieces = pieces
        self._others = min(workers, pieces) - 1

    def results(self) -> Iterator[Result]:
        """The results in order. Raises what the work raises, when its turn comes."""
        taken, numbers = os.pipe()
        os.write(numbers, b"".join(number.to_bytes(_BYTES_OF_NUMBER, "big") for number in range(self._pieces)))
        os.close(numbers)
        processes, connections = list[int](), list[Connection]()
        try:
            for _ in range(self._others):
                process, connection = self._start(taken, connections)
                processes.append(process)
                connections.append(connection)
            yield from self._in_order(taken, list(connections))
        finally:
            os.close(taken)
            for connection in connections:
                connection.close()
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)

    def _in_order(self, taken: int, connections: list[Connection]) -> Iterator[Result]:
        ready: dict[int, Result] = {}
        for number in range(self._pieces):
            while number not in ready:
                if self._receive(connections, ready, timeout=0):
                    continue
                own = os.read(taken, _BYTES_OF_NUMBER)
                if own:
                    ready[int.from_bytes(own, "big")] = self._work(int.from_bytes(own, "big"))
                elif not self._receive(connections, ready, timeout=None):
                    # Whoever took it is gone.
                    ready[number] = self._work(number)
            yield ready.pop(number)

    def _receive(self, connections: list[Connection], ready: dict[int, Result], timeout: int | None) -> bool:
        """Whether anything came, if only the news that a worker is gone."""
        if not connections:
            return False
        there = [one for one in connections if one in wait(connections, timeout)]
        for connection in there:
            try:
                message = connection.recv_bytes()
            except (EOFError, OSError):
                connections.remove(connection)
                continue
            number = int.from_bytes(message[:_BYTES_OF_NUMBER], "big")
            ready[number] = self._read(message[_BYTES_OF_NUMBER:])
        return bool(there)

    def _start(self, taken: int, connections: list[Connection]) -> tuple[int, Connection]:
        import fcntl  # not on every system, and only where there are workers

        ours, theirs = Pipe(duplex=False)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            with contextlib.suppress(OSError):
                fcntl.fcntl(theirs.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        process = os.fork()
        if not process:
            # Nobody but the caller keeps an end that is read from: else a worker would not notice that it is alone.
            for other in (*connections, ours):
                other.close()
            self._run(taken, theirs)
        theirs.close()
        return process, ours

    def _run(self, taken: int, connection: Connection) -> None:
        """Take pieces until there are no more. Never returns."""
        status = 1
        try:
            # Ctrl-C reaches the whole group; it is for the caller to end the workers, and to say so once.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            gc.disable()
            while number := os.read(taken, _BYTES_OF_NUMBER):
                connection.send_bytes(number + self._write(self._work(int.from_bytes(number, "big"))))
            status = 0
        finally:
            # What the caller registered to be done at its end is not for a worker to do, nor to print an exception.
            os._exit(status)
