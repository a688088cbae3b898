"""A store and the model side by side: what one client asks the store, and whether the model allows the answer.

Where the model leaves open what happened, such as whether a claim had expired by then, every state that explains the
answers so far is kept. Assumption: one client works alone, so each operation takes effect between its call and its
return and nothing else does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from lawful.checkers.linearizability.reference import allowed_text, refusal_of
from lawful.conformance.adapter import Client
from lawful.conformance.client_process import carry_out
from lawful.conformance.wire.messages import Request
from lawful.models.history import NS_PER_MS, Outcome
from lawful.models.model import AnyModel, Call, Window, state_after, transitions
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.models.wording import refused_text, trouble_text
from lawful.specs.table import Table
from lawful.specs.task_store import CLAUSES, TABLES

CLOCK_ERROR_MS = 5
"""Stores count in whole milliseconds, and look at their clock somewhat before or after they answer."""
_MOST_STATES = 256

Part = tuple[str, str | None]
"""A table, and the key of one of its independent parts."""


@runtime_checkable
class MovesClock(Protocol):
    """A client of a store whose clock can be put forward. Nobody has to wait for what expires there."""

    def advance(self, ms: int) -> None:
        """Put the clock forward by so many milliseconds."""
        ...


class TooOpen(Exception):
    """More states explain the answers than are worth following."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back from one call."""

    result: Json
    wrong: str | None = None
    """Why it cannot be, in words; None where the model allows it."""
    clause: str | None = None
    """The clause that is broken."""
    offered: bool = True
    """False where the adapter says that it does not offer the function."""


class SideBySide:
    """One client, and what the model knows of each independent part of each table."""

    def __init__(self, client: Client, tables: Mapping[str, Table] = TABLES) -> None:
        self._client = client
        self._tables = tables
        self._models: dict[str, AnyModel[Any]] = {}
        self._states: dict[Part, frozenset[Any]] = {}
        self._moved_ns = 0
        self._calls = 0

    @property
    def moves_clock(self) -> bool:
        """Whether waiting takes no time."""
        return isinstance(self._client, MovesClock)

    def call(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Heard:
        """Ask the store. Raises `TooOpen`, and `UnknownCall` for what the table does not have."""
        call = Call(function, arguments)
        model = self.model(table)
        self._calls += 1
        called_ns = self._now_ns()
        reply = carry_out(self._client, Request(self._calls, table, key, function, arguments))
        window = Window(called_ns, self._now_ns())
        if reply.outcome is not Outcome.OK:
            trouble = trouble_text(reply.outcome, reply.error)
            return Heard(None, offered=False) if reply.unsupported else Heard(None, wrong=trouble)
        before = self.states(table, key)
        steps = [step for state in before for step in transitions(model, state, call, window)]
        after = frozenset(state_after(step, reply.result) for step in steps) - {None}
        if not after:
            refusal = refusal_of(model, next(iter(before)), call, reply.result, window)
            clause = None if refusal.clause is None else CLAUSES.get(refusal.clause)
            allowed = list(dict.fromkeys(map(allowed_text, steps)))
            wrong = refused_text(reply.result, allowed, refusal.because, None if clause is None else clause.sentence)
            return Heard(reply.result, wrong, refusal.clause)
        if len(after) > _MOST_STATES:
            raise TooOpen(f"{len(after)} states of {table} explain the answers so far")
        self._states[table, key] = after
        return Heard(reply.result)

    def wait(self, ms: int) -> None:
        """Let time pass: by putting the clock forward, where that is offered."""
        if isinstance(self._client, MovesClock):
            self._client.advance(ms)
            self._moved_ns += ms * NS_PER_MS
        else:
            time.sleep(ms / 1000)

    def model(self, table: str) -> AnyModel[Any]:
        if table not in self._models:
            self._models[table] = model_of(self._tables[table], CLOCK_ERROR_MS * NS_PER_MS)
        return self._models[table]

    def states(self, table: str, key: str | None) -> frozenset[Any]:
        """The states that explain every answer so far."""
        return self._states.get((table, key)) or frozenset({self.model(table).initial()})

    def _now_ns(self) -> int:
        return time.monotonic_ns() + self._moved_ns
