"""A store inside this process that keeps one declared table, and what a broken one changes about it.

The store as it is here keeps every clause: an operation takes effect in one step, lasts, and answers what the
declaration says. A broken twin is the same store with another declaration, or a subclass with another `steps`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lawful.conformance.adapter import OperationFailed
from lawful.models.model import Call, Window
from lawful.models.task_store.decisions import Decisions
from lawful.models.task_store.execution import Execution
from lawful.models.task_store.state import Row, TableState, key_text
from lawful.models.values import Json
from lawful.specs.function import OnRow
from lawful.specs.table import Table


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks the store for."""

    client: int
    key: str | None
    """The independent part of the table, such as the scope of a lease."""
    function: str
    arguments: Mapping[str, Json]

    @property
    def call(self) -> Call:
        return Call(self.function, self.arguments)


Steps: TypeAlias = Generator[None, None, Json]
"""The steps of an operation: others may come in at each `yield`. What it returns is the answer."""


class DeclaredStore:
    """Keeps `table`, one state for each independent part of it."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.now_ns = 0
        """The store's clock, set by whoever drives it."""
        self._execution = Execution(table)
        self._states: dict[str | None, TableState] = {}

    def steps(self, request: Request) -> Steps:
        """Carry out an operation."""
        return self.carry_out(request)
        yield  # what makes this function a generator

    def refuse(self, request: Request) -> None:
        """Answer with an error, as a store does whose disk is full: nothing takes effect."""
        raise OperationFailed("the store has no room left")

    def restart(self) -> None:
        """Die and come back. All that was acknowledged is on disk."""

    def carry_out(self, request: Request) -> Json:
        """The answer, after the effect, at one instant."""
        answer, after = self.outcome(request)
        self.put_state(request, after)
        return answer

    def outcome(self, request: Request) -> tuple[Json, TableState]:
        """The answer, and the state that follows; nothing takes effect."""
        return self._execution.carry_out(self.state(request), request.call, self.now_ns)

    def outcome_in(self, state: TableState, request: Request) -> tuple[Json, TableState]:
        """As `outcome`, in another state than the present one."""
        return self._execution.carry_out(state, request.call, self.now_ns)

    def state(self, request: Request) -> TableState:
        """What the part of the table holds that the request is about."""
        return self.states.get(request.key) or self.initial()

    def put_state(self, request: Request, state: TableState) -> None:
        self.states[request.key] = state

    def initial(self) -> TableState:
        return self._execution.initial()

    @property
    def states(self) -> dict[str | None, TableState]:
        """The parts of the table that were written to."""
        return self._states

    def shown(self, row: Row) -> Json:
        """A row as clients see it."""
        shown: Json = self._execution.shown(None, row, self._execution.row_shown)
        return shown

    def row_named(self, request: Request) -> str | None:
        """The key of the row that the request names; None where it names none."""
        function = self.table.function(request.function)
        if function is None or not isinstance(function.body, OnRow):
            return None
        decisions = Decisions(Window(self.now_ns, self.now_ns))
        situation = self._execution.situation(self.state(request), request.call, decisions)
        return key_text(self._execution.key_of(function.body, situation))

    def reads_only(self, request: Request) -> bool:
        """Whether the function changes nothing."""
        function = self.table.function(request.function)
        return function is not None and function.reads_only
