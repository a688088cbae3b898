"""A store to call from Python by the names of the contract, which raises at the first answer that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lawful.conformance.adapter import Unsupported
from lawful.conformance.errors import unknown_name
from lawful.conformance.programs.opened import Builds, opened
from lawful.conformance.programs.side_by_side import SideBySide
from lawful.models.values import Json
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES


class WrongAnswer(AssertionError):
    """An answer that the model does not allow, or none at all while nothing was wrong."""

    def __init__(self, text: str, clause: str | None = None) -> None:
        super().__init__(text if clause is None else f"{clause}: {text}")
        self.clause = clause


class CheckedStore:
    """`store.jobs.claim(worker="w", ttl_ms=1000)`: the answer, if it is one that the model allows.

    The key of an independent part is an argument like the others: `store.leader_lease.get(scope="a")`.
    """

    def __init__(self, pair: SideBySide) -> None:
        self._pair = pair

    def __getattr__(self, table: str) -> _CheckedTable:
        if table not in TABLES:
            raise unknown_name("table", table, TABLES)
        return _CheckedTable(self._pair, TABLES[table])

    def wait(self, ms: int) -> None:
        """Let time pass."""
        self._pair.wait(ms)


class _CheckedTable:
    def __init__(self, pair: SideBySide, table: Table) -> None:
        self._pair = pair
        self._table = table

    def __getattr__(self, function: str) -> _CheckedFunction:
        if self._table.function(function) is None:
            known = [one.name for one in self._table.functions]
            raise unknown_name(f"function of {self._table.name}", function, known)
        return _CheckedFunction(self._pair, self._table, function)


class _CheckedFunction:
    def __init__(self, pair: SideBySide, table: Table, function: str) -> None:
        self._pair = pair
        self._table = table
        self._function = function

    def __call__(self, **arguments: Json) -> Json:
        key = None if self._table.key is None else str(arguments.pop(self._table.key))
        heard = self._pair.call(self._table.name, key, self._function, arguments)
        if not heard.offered:
            raise Unsupported(f"the adapter does not offer {self._table.name}.{self._function}")
        if heard.wrong is not None:
            raise WrongAnswer(f"{self._table.name}.{self._function} {heard.wrong}", heard.clause)
        return heard.result


@contextmanager
def checked(backend: str | Builds) -> Iterator[CheckedStore]:
    """A store on no data, gone after the `with` block. `backend` is what `--backend` takes, or a class."""
    with opened(backend) as client:
        yield CheckedStore(SideBySide(client))
