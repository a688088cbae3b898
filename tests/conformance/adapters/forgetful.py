"""Stores inside this process, one client each, that keep the declared tables but for one mistake.

Their clock can be put forward.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lawful.conformance.adapter import Answer, Client, Workspace
from lawful.models.model import Call
from lawful.models.task_store.execution import Execution
from lawful.models.task_store.state import TableState
from lawful.models.values import Json
from lawful.specs.expression import EXISTS, Literal
from lawful.specs.function import AnyAbove, Case, Function, ListRows, OnAnyRow, OnRow, OnWhole
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES


class MemoryClient:
    """One client, and the store itself."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._executions = {name: Execution(table) for name, table in tables.items()}
        self._states: dict[tuple[str, str | None], TableState] = {}
        self._ahead_ns = 0

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        execution = self._executions[table]
        state = self._states.get((table, key), execution.initial())
        now_ns = time.monotonic_ns() + self._ahead_ns
        answer, self._states[table, key] = execution.carry_out(state, Call(function, arguments), now_ns)
        return Answer(answer)

    def advance(self, ms: int) -> None:
        self._ahead_ns += ms * 1_000_000

    def close(self) -> None:
        """Nothing is open."""


class MemoryStore:
    """Makes no mistake."""

    tables = frozenset(TABLES)
    declared: Mapping[str, Table] = TABLES

    def versions(self) -> dict[str, str]:
        return {}

    def start(self, workspace: Workspace) -> None:
        """Nothing to start."""

    def connection(self) -> dict[str, Json]:
        return {}

    @classmethod
    def connect(cls, connection: Mapping[str, Json], timeout_s: float) -> Client:
        return MemoryClient(cls.declared)

    def servers(self) -> Sequence[str]:
        return ()

    def kill(self, server: str) -> None:
        """There is no server."""

    restart = pause = resume = kill

    def stop(self) -> None:
        """Nothing to stop."""


def with_function(table: str, name: str, change: Callable[[Function], Function]) -> dict[str, Table]:
    """The tables, one function changed."""
    functions = tuple(change(one) if one.name == name else one for one in TABLES[table].functions)
    return {**TABLES, table: replace(TABLES[table], functions=functions)}


def cases_of(function: Function) -> tuple[Case, ...]:
    assert isinstance(function.body, OnRow | OnWhole | OnAnyRow)
    return function.body.cases


def with_cases(function: Function, cases: Sequence[Case]) -> Function:
    assert isinstance(function.body, OnRow | OnWhole | OnAnyRow)
    return replace(function, body=replace(function.body, cases=tuple(cases)))


def listing(function: Function) -> ListRows:
    assert isinstance(function.body, ListRows)
    return function.body


class AnybodyCompletes(MemoryStore):
    """Whoever asks may complete a job."""

    declared = with_function(
        "jobs",
        "complete",
        lambda one: with_cases(one, [case for case in cases_of(one) if "claimant" not in case.because]),
    )


class ClaimsLastForever(MemoryStore):
    """A claim takes queued jobs only."""

    declared = with_function("jobs", "claim", lambda one: with_cases(one, cases_of(one)[:1]))


class TokensStandStill(MemoryStore):
    """Every grant carries the token 1."""

    declared = with_function(
        "leader_lease",
        "acquire",
        lambda one: with_cases(one, [*cases_of(one)[:-1], replace(cases_of(one)[-1], answer=AnyAbove(Literal(0)))]),
    )


class InsertOverwrites(MemoryStore):
    """An insert takes place whether or not the id is taken."""

    declared = with_function(
        "tasks", "insert", lambda one: with_cases(one, [replace(cases_of(one)[-1], guard=EXISTS), cases_of(one)[-1]])
    )


class ListIgnoresStatus(MemoryStore):
    """A list shows the rows of every status."""

    declared = with_function("tasks", "list", lambda one: replace(one, body=replace(listing(one), where=None)))


class OldTokensWrite(MemoryStore):
    """A guarded write asks for no token."""

    declared = with_function("leader_lease", "guarded_write", lambda one: with_cases(one, cases_of(one)[-1:]))
