"""Clients and a store in simulated time: what they do is decided by acts, and the same acts give the same history.

An act is one call of one client, with the instants at which its steps happen and the mishap that it meets. Whoever
decides on acts (a source) may look at the answers so far; a list of acts that were decided on before is a source as
well, so a run can be repeated, and repeated with fewer acts.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from lawful.conformance.adapter import OperationFailed
from lawful.conformance.twins.store import DeclaredStore, Request, Steps
from lawful.conformance.workloads.script import Intent
from lawful.models.history import NS_PER_MS, FaultEvent, Header, History, Operation, Outcome
from lawful.models.values import Json

USUAL_DELAYS_NS = (NS_PER_MS // 2,)
"""Each step of a call, and the way back of the answer, where nothing else is said."""
STORE = "store"
"""The name of the server that faults are aimed at."""


class Mishap(StrEnum):
    """What goes wrong with a call, if anything."""

    NONE = "none"
    ANSWER_LOST = "the answer is lost"
    CLIENT_DIES = "the client dies after the first step"
    REFUSED = "the store answers with an error"


@dataclass(frozen=True, slots=True)
class Act:
    """One call."""

    client: int
    intent: Intent
    call_ns: int
    delays_ns: tuple[int, ...]
    """How long until the first step, between steps, and from the last one to the answer; the last one is repeated."""
    mishap: Mishap = Mishap.NONE

    def delay_ns(self, step: int) -> int:
        return self.delays_ns[min(step, len(self.delays_ns) - 1)]


@dataclass(frozen=True, slots=True)
class Restart:
    """The store is killed, and started again."""

    at_ns: int


class Source(Protocol):
    """Decides what is done. A lane is a sequence of calls, each made after the one before has ended."""

    @property
    def lanes(self) -> int: ...

    def next(self, lane: int, now_ns: int) -> Act | None:
        """The next act of a lane that is idle at `now_ns`, at that time or later; None: the lane is done."""
        ...

    def saw(self, lane: int, act: Act, outcome: Outcome, result: Json) -> None:
        """Told what became of an act."""
        ...


@dataclass(slots=True)
class _Running:
    """An act whose call was made."""

    lane: int
    act: Act
    index: int
    steps: Steps
    taken: int = 0
    over: bool = False


@dataclass(slots=True)
class Simulation:
    """One run of one store."""

    store: DeclaredStore
    source: Source
    restarts: Sequence[Restart] = ()
    acts: list[Act] = field(default_factory=list)
    """Those that were carried out, in order of call."""
    _operations: list[Operation] = field(default_factory=list)
    _faults: list[FaultEvent] = field(default_factory=list)
    _events: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    _numbered: int = 0
    _now_ns: int = 0
    _processes: dict[int, int] = field(default_factory=dict)
    _numbered_processes: int = 0
    _running: list[_Running] = field(default_factory=list)

    def run(self, clock_error_ns: int = 0) -> History:
        """Run to the end of every lane."""
        for restart in self.restarts:
            self._at(restart.at_ns, self._restart)
        for lane in range(self.source.lanes):
            self._go_on(lane)
        while self._events:
            self._now_ns, _, happen = heapq.heappop(self._events)
            self.store.now_ns = self._now_ns
            happen()
        header = Header(model=self.store.table.name, clock_error_ns=clock_error_ns)
        return History(tuple(self._operations), tuple(self._faults), header)

    def _at(self, at_ns: int, happen: Callable[[], None]) -> None:
        self._numbered += 1
        heapq.heappush(self._events, (at_ns, self._numbered, happen))

    def _go_on(self, lane: int) -> None:
        act = self.source.next(lane, self._now_ns)
        if act is not None:
            self._at(act.call_ns, lambda: self._call(lane, act))

    def _call(self, lane: int, act: Act) -> None:
        intent = act.intent
        process = self._processes.get(act.client) or self._new_process(act.client)
        index = len(self._operations)
        self.acts.append(act)
        self._operations.append(
            Operation(
                index,
                process,
                intent.table,
                intent.function,
                intent.arguments,
                Outcome.UNKNOWN,
                act.call_ns,
                None,
                key=intent.key,
                error="no answer",
                server=STORE,
            )
        )
        request = Request(act.client, intent.key, intent.function, intent.arguments)
        running = _Running(lane, act, index, self.store.steps(request))
        self._running.append(running)
        if act.mishap is Mishap.REFUSED:
            self._at(self._now_ns + act.delay_ns(0), lambda: self._refuse(running, request))
        else:
            self._at(self._now_ns + act.delay_ns(0), lambda: self._step(running))

    def _step(self, running: _Running) -> None:
        if running.over:
            return
        try:
            next(running.steps)
        except StopIteration as ended:
            result: Json = ended.value
            lost = running.act.mishap is not Mishap.NONE
            after_ns = self._now_ns + running.act.delay_ns(running.taken + 1)
            self._at(after_ns, lambda: self._end(running, Outcome.UNKNOWN if lost else Outcome.OK, result))
            return
        except OperationFailed:
            self._at(self._now_ns + running.act.delay_ns(1), lambda: self._end(running, Outcome.FAIL, None))
            return
        running.taken += 1
        if running.act.mishap is Mishap.CLIENT_DIES:
            self._end(running, Outcome.UNKNOWN, None)
        else:
            self._at(self._now_ns + running.act.delay_ns(running.taken), lambda: self._step(running))

    def _refuse(self, running: _Running, request: Request) -> None:
        if running.over:
            return
        try:
            self.store.refuse(request)
        except OperationFailed:
            self._at(self._now_ns + running.act.delay_ns(1), lambda: self._end(running, Outcome.FAIL, None))

    def _end(self, running: _Running, outcome: Outcome, result: Json) -> None:
        if running.over:
            return
        running.over = True
        running.steps.close()
        self._running.remove(running)
        operation = self._operations[running.index]
        if outcome is Outcome.UNKNOWN:
            # A process is not heard of after an operation whose outcome it does not know.
            self._new_process(running.act.client)
        else:
            error = None if outcome is Outcome.OK else "the store has no room left"
            known = result if outcome is Outcome.OK else None
            self._operations[running.index] = replace(
                operation, outcome=outcome, return_ns=self._now_ns, result=known, error=error
            )
        self.source.saw(running.lane, running.act, outcome, result if outcome is Outcome.OK else None)
        self._go_on(running.lane)

    def _new_process(self, client: int) -> int:
        self._numbered_processes += 1
        self._processes[client] = self._numbered_processes
        return self._numbered_processes

    def _restart(self) -> None:
        self._faults.append(FaultEvent("kill", STORE, self._now_ns, self._now_ns))
        for running in list(self._running):
            self._end(running, Outcome.UNKNOWN, None)
        self.store.restart()
        self._faults.append(FaultEvent("restart", STORE, self._now_ns, self._now_ns))


class Repeated:
    """A source that does what was decided on before."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self._ahead: dict[int, list[Act]] = {}
        for act in acts:
            self._ahead.setdefault(act.client, []).append(act)
        self._clients = list(self._ahead)

    @property
    def lanes(self) -> int:
        return len(self._clients)

    def next(self, lane: int, now_ns: int) -> Act | None:
        ahead = self._ahead[self._clients[lane]]
        if not ahead:
            return None
        act = ahead.pop(0)
        return act if act.call_ns >= now_ns else replace(act, call_ns=now_ns)

    def saw(self, lane: int, act: Act, outcome: Outcome, result: Json) -> None:
        """Nothing depends on the answers."""
