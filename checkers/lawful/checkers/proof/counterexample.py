"""A step that breaks a claim, in values of the sequential model: what a reader sees, and what the model runs."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.models.model import Call
from lawful.models.task_store.state import Row, TableState
from lawful.models.values import Json


@dataclass(frozen=True, slots=True)
class Belief:
    """Somebody who was told that a right is theirs, and until when."""

    believer: str
    until_ns: int


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A state, a call in it, and the state after. Without a call: a state that should not be."""

    now_ns: int
    """When it happens, in nanoseconds since any instant before."""
    clock_error_ns: int
    before: TableState
    key: str | None
    """Of the row that breaks the claim; None where the claim is about what stands beside the rows."""
    call: Call | None = None
    answer: Json = None
    because: str | None = None
    """Why the call is answered so."""
    after: TableState | None = None
    beliefs: tuple[Belief, ...] = ()
    replayed: bool = False
    """Whether the sequential model takes this step, and the claim is broken by what it makes."""

    def row_before(self) -> Row | None:
        return self._row(self.before)

    def row_after(self) -> Row | None:
        return None if self.after is None else self._row(self.after)

    def _row(self, state: TableState) -> Row | None:
        if self.key is not None:
            return state.rows.get(self.key)
        return state.beside if state.beside.names else None
