"""What was acknowledged and is gone, or was refused and is there."""

from __future__ import annotations

from lawful.conformance.adapter import OperationFailed
from lawful.conformance.twins.store import DeclaredStore, Request
from lawful.models.task_store.state import TableState
from lawful.specs.table import Table


class LosesLastWrite(DeclaredStore):
    """A restart undoes the last change of each part, as if it had been acknowledged before it was on disk."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._on_disk: dict[str | None, TableState] = {}

    def put_state(self, request: Request, state: TableState) -> None:
        before = self.state(request)
        if state != before:
            self._on_disk[request.key] = before
        super().put_state(request, state)

    def restart(self) -> None:
        self.states.update(self._on_disk)


class ForgetsEverything(DeclaredStore):
    """A restart begins without data."""

    def restart(self) -> None:
        self.states.clear()


class ForgetsFields(DeclaredStore):
    """A restart puts fields that stand beside the rows back to what they were at first."""

    def __init__(self, table: Table, *fields: str) -> None:
        super().__init__(table)
        self._fields = fields

    def restart(self) -> None:
        first = self.initial().beside
        forgotten = {name: first.get(name) for name in self._fields}
        for key, state in self.states.items():
            self.states[key] = state._replace(beside=state.beside.changed(forgotten))


class WritesThenFails(DeclaredStore):
    """An operation is carried out, and then answered with an error."""

    def refuse(self, request: Request) -> None:
        self.carry_out(request)
        raise OperationFailed("the store has no room left")


class EachClientForItself(DeclaredStore):
    """Every client keeps a table of its own, as pods do that count in their memory."""

    def state(self, request: Request) -> TableState:
        return self.states.get(_own_part(request)) or self.initial()

    def put_state(self, request: Request, state: TableState) -> None:
        self.states[_own_part(request)] = state


def _own_part(request: Request) -> str:
    return f"{request.client}/{request.key}"
