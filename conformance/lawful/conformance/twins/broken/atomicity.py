"""Operations in several steps, between which another client comes, or this one dies."""

from __future__ import annotations

from lawful.conformance.twins.store import DeclaredStore, Request, Steps
from lawful.models.rows import Rows
from lawful.models.task_store.state import Row, TableState
from lawful.specs.function import CountRows, ListRows
from lawful.specs.table import Table


class ReadsDecidesWrites(DeclaredStore):
    """The named functions read a row, decide, and write the whole row later."""

    def __init__(self, table: Table, *functions: str) -> None:
        super().__init__(table)
        self._functions = functions

    def steps(self, request: Request) -> Steps:
        if request.function not in self._functions:
            return self.carry_out(request)
        before = self.state(request)
        answer, after = self.outcome(request)
        yield
        self.put_state(request, _overwritten(self.state(request), before, after))
        return answer


def _overwritten(now: TableState, before: TableState, after: TableState) -> TableState:
    """`now` with every row written that differs between `before` and `after`."""
    rows = now.rows
    for key, row in after.rows.items():
        if before.rows.get(key) != row:
            rows = rows.put(key, row)
    for key in list(before.rows):
        if after.rows.get(key) is None and rows.get(key) is not None:
            rows = rows.without(key)
    return TableState(now.beside if before.beside == after.beside else after.beside, rows)


class RowBeforeIndex(DeclaredStore):
    """An insert writes the row first and its entry in an index later, by which the named functions go, or all lists."""

    def __init__(self, table: Table, *functions: str) -> None:
        super().__init__(table)
        listing = (one.name for one in table.functions if isinstance(one.body, ListRows | CountRows))
        self._by_index = functions or tuple(listing)
        self._unlisted: set[tuple[str | None, str]] = set()

    def steps(self, request: Request) -> Steps:
        before = self.state(request)
        if request.function in self._by_index:
            indexed = before._replace(rows=self._indexed(request.key, before.rows))
            answer, after = self.outcome_in(indexed, request)
            self.put_state(request, _overwritten(before, indexed, after))
            return answer
        answer = self.carry_out(request)
        new = {(request.key, key) for key in self.state(request).rows if before.rows.get(key) is None}
        if new:
            self._unlisted |= new
            yield
            self._unlisted -= new
        return answer

    def _indexed(self, part: str | None, rows: Rows[Row]) -> Rows[Row]:
        for key in list(rows):
            if (part, key) in self._unlisted:
                rows = rows.without(key)
        return rows


class IndexBeforeRow(DeclaredStore):
    """An insert writes the entry in the index, and later the row; a list shows an entry without its row as nulls."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._rowless: dict[tuple[str | None, str], dict[str, str | int]] = {}

    def steps(self, request: Request) -> Steps:
        function = self.table.function(request.function)
        assert function is not None
        if isinstance(function.body, ListRows):
            answer = self.carry_out(request)
            assert isinstance(answer, list)
            rowless = [entry for (part, _), entry in self._rowless.items() if part == request.key]
            nulls = {field.name: None for field in self.table.fields if field.shown}
            return [*answer, *({**entry, **nulls} for entry in rowless)]
        _, after = self.outcome(request)
        new = {key: row for key, row in after.rows.items() if self.state(request).rows.get(key) is None}
        if new:
            for key, row in new.items():
                values = zip(self.table.row_key, row.values, strict=False)
                self._rowless[request.key, key] = {field.name: value for field, value in values}  # type: ignore[misc]
            yield
            for key in new:
                self._rowless.pop((request.key, key), None)
        return self.carry_out(request)
