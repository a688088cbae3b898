"""The history of a behaviour: what clients asked for and were answered, and when, as if a real store had been recorded.

An operation begins when a leader takes it into its log, and ends when a leader answers it; with sessions, asking again
is part of it. A read (`models.raft.reads`) begins when a leader notes up to where it has to see the log, and ends when
it is served: it asks for a row of the table. The number of a step is its time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from lawful.models.history import Operation, Outcome
from lawful.models.model import Call
from lawful.models.raft.client_properties import Clients
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import Role, Server
from lawful.models.raft.task_store_machine import TableMachine

Change: TypeAlias = tuple[int, Server, Server]
"""A step: which server took it, and its state before and after."""


@dataclass(slots=True)
class _Recorder:
    machine: TableMachine
    clients: Clients
    operations: dict[tuple[object, ...], Operation]

    def note(self, moment: int, server: int, before: Server, after: Server) -> None:
        """What a step begins, and then what it ends."""
        leads_on = before.role is after.role is Role.LEADER and before.term == after.term
        log = entries_of(after)
        if leads_on and len(log) > len(entries_of(before)) and log[-1].value:
            self._begin(self._name(after, len(log)), moment, self.machine.call(log[-1].value))
        if after.role is Role.LEADER:
            first = self.clients.rules.answered_up_to(before) if leads_on else 0
            done = self.clients.applied(after, len(log))
            for index in range(first + 1, min(self.clients.rules.answered_up_to(after), len(log)) + 1):
                answer = done[index - 1].answer
                if log[index - 1].term == after.term and answer is not None:
                    self._end(self._name(after, index), moment, answer)
        if after.reading is not None and after.reading != before.reading:
            name = ("read", server, after.term, after.reading.round)
            self._begin(name, moment, self.machine.read)
            if after.reading.is_served:
                seen = self.clients.applied(after, after.reading.index)
                self._end(name, moment, self.machine.read_at(seen[-1].state if seen else self.machine.initial()))

    def _name(self, server: Server, index: int) -> tuple[object, ...]:
        entry = entries_of(server)[index - 1]
        return (entry.value, entry.sequence) if self.clients.has_sessions else (entry.term, index)

    def _begin(self, name: tuple[object, ...], moment: int, call: Call) -> None:
        number = len(self.operations)
        asked = Operation(number, number, self.machine.name, *call, Outcome.UNKNOWN, moment, None)
        self.operations.setdefault(name, asked)

    def _end(self, name: tuple[object, ...], moment: int, answer: str) -> None:
        asked = self.operations.get(name)
        if asked is not None and asked.return_ns is None:
            result = json.loads(answer)
            self.operations[name] = replace(asked, outcome=Outcome.OK, return_ns=moment, result=result)


def history_of(clients: Clients, changes: Iterable[Change]) -> tuple[Operation, ...]:
    """The operations of a behaviour, in the order in which they began. Assumption: the log replicates a table."""
    assert isinstance(clients.machine, TableMachine)
    recorder = _Recorder(clients.machine, clients, {})
    for moment, (server, before, after) in enumerate(changes, 1):
        recorder.note(moment, server, before, after)
    return tuple(recorder.operations.values())


def changes_of(first: Iterable[Server], steps: Iterable[tuple[int, Server]]) -> Iterator[Change]:
    """The changes that steps make, each of which is given as a server and its state after it."""
    states = list(first)
    for server, after in steps:
        yield server, states[server], after
        states[server] = after
