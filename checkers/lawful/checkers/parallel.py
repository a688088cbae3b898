"""Several answers at once, each worked out by a process of its own.

Workers are forked: they inherit the questions and whatever these need, a user's own model included, so nothing is sent
to them but numbers. What comes back is JSON; nothing is unpickled. Where the system cannot fork, `cores.can_fork` is
false and the caller works everything out itself.

- Results come in the order of the questions, whichever is ready first.
- Long questions are given out first, so that no worker is left alone with the longest.
- A worker that dies, for example killed for its memory, costs the question that it was at; another takes its place.
- A question that raises is asked again by the caller, who gets the exception itself.
- Workers end with the caller, however that ends: they watch a pipe that only it holds open.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, TypeAlias

Question: TypeAlias = Callable[[], Any]
"""Gives its answer as JSON."""

_STOP = b""
_RAISED = b"!"


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a question."""

    answer: Any


@dataclass(frozen=True, slots=True)
class Died:
    """The worker died on the question."""

    because: str


class _Raised:
    """The question raised an exception, which stayed with the worker."""


def in_processes(questions: Sequence[Question], sizes: Sequence[int], workers: int) -> Iterator[Answered | Died]:
    """The answers to `questions`, in their order. `sizes` says how long each takes, in any unit.

    Raises what a question raises, when its turn comes.
    """
    pool = _Pool(questions, sizes, min(workers, len(questions)))
    try:
        for number, question in enumerate(questions):
            result = pool.result(number)
            yield Answered(question()) if isinstance(result, _Raised) else result
    finally:
        pool.kill()


@dataclass(slots=True)
class _Worker:
    process: ForkProcess
    connection: Connection
    question: int | None = None


@dataclass(slots=True)
class _Pool:
    questions: Sequence[Question]
    sizes: Sequence[int]
    most: int
    waiting: list[int] = field(init=False)
    """Questions that nobody is at, the longest last."""
    results: dict[int, Answered | Died | _Raised] = field(default_factory=dict)
    workers: list[_Worker] = field(default_factory=list)
    lifeline: tuple[int, int] = field(init=False)
    """A pipe, to be read from and written to. No worker keeps the end that is written to."""

    def __post_init__(self) -> None:
        self.waiting = sorted(range(len(self.questions)), key=lambda i: (self.sizes[i], -i))
        self.lifeline = os.pipe()

    def result(self, number: int) -> Answered | Died | _Raised:
        """What became of a question, when it is known."""
        while number not in self.results:
            while self.waiting and len(self.workers) < self.most:
                self._start()
            ready = wait([worker.connection for worker in self.workers])
            for worker in [one for one in self.workers if one.connection in ready]:
                self._receive(worker)
        return self.results.pop(number)

    def _start(self) -> None:
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        process = context.Process(target=_work, args=(self.questions, theirs, ours, self.lifeline))
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self.workers.append(worker)
        self._give(worker)

    def _give(self, worker: _Worker) -> None:
        """The next question, or leave to go."""
        worker.question = self.waiting.pop() if self.waiting else None
        try:
            worker.connection.send_bytes(_STOP if worker.question is None else str(worker.question).encode())
        except OSError:
            # It has died already; that shows when its answer is read.
            return

    def _receive(self, worker: _Worker) -> None:
        try:
            message = worker.connection.recv_bytes()
        except (EOFError, OSError):
            self._bury(worker)
            return
        assert worker.question is not None, "only a question is answered"
        raised = message == _RAISED
        self.results[worker.question] = _Raised() if raised else Answered(json.loads(message))
        self._give(worker)

    def _bury(self, worker: _Worker) -> None:
        worker.process.join()
        worker.connection.close()
        self.workers.remove(worker)
        if worker.question is not None:
            self.results[worker.question] = Died(_end_text(worker.process.exitcode))

    def kill(self) -> None:
        """End all workers, whatever they are at."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
            worker.connection.close()
        self.workers.clear()
        for end in self.lifeline:
            os.close(end)


def _end_text(exit_code: int | None) -> str:
    if exit_code == -signal.SIGKILL:
        return "the process that checked it was killed, most likely because memory ran out"
    if exit_code is not None and exit_code < 0:
        return f"the process that checked it was ended by signal {-exit_code}"
    return f"the process that checked it ended with code {exit_code}"


def _work(
    questions: Sequence[Question], connection: Connection, callers: Connection, lifeline: tuple[int, int]
) -> None:
    """Answer questions until there are no more."""
    callers.close()
    os.close(lifeline[1])
    # Ctrl-C reaches the whole group; it is for the caller to end the workers, and to say so once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_caller, args=(lifeline[0],), daemon=True).start()
    while message := connection.recv_bytes():
        try:
            answer = json.dumps(questions[int(message)]()).encode()
        except Exception:
            # Whatever it is: an exception cannot be sent without pickling, so the caller asks again and gets it itself.
            answer = _RAISED
        connection.send_bytes(answer)
    # What the caller registered to be done at its end is not for a worker to do.
    os._exit(0)


def _end_with_caller(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os._exit(1)
