"""Operations in several steps, between which another client comes, or this one dies."""

from __future__ import annotations

from dataclasses import replace

from lawful.conformance.twins.store import DeclaredStore, Request, Steps
from lawful.models.task_store.state import TableState
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
    """An insert writes the row, and later its entry in the index; lists and counts go by the index."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._unlisted: set[tuple[str | None, str]] = set()

    def steps(self, request: Request) -> Steps:
        if self._lists(request):
            state = self.state(request)
            rows = state.rows
            for key in list(rows):
                if (request.key, key) in self._unlisted:
                    rows = rows.without(key)
            return self.outcome_in(state._replace(rows=rows), request)[0]
        before = set(self.state(request).rows)
        answer = self.carry_out(request)
        new = {(request.key, key) for key in set(self.state(request).rows) - before}
        if new:
            self._unlisted |= new
            yield
            self._unlisted -= new
        return answer

    def _lists(self, request: Request) -> bool:
        function = self.table.function(request.function)
        return function is not None and isinstance(function.body, ListRows | CountRows)


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


class TakenBeforeClaimed(DeclaredStore):
    """A claim takes the job off the queue first, and writes later until when: nobody finds it in between, or after."""

    def steps(self, request: Request) -> Steps:
        if request.function != "claim":
            return self.carry_out(request)
        for_ever = 10**12
        answer = self.carry_out(replace(request, arguments={**request.arguments, "ttl_ms": for_ever}))
        if isinstance(answer, dict):
            yield
            arguments = {**request.arguments, "id": answer["id"]}
            self.carry_out(replace(request, function="heartbeat", arguments=arguments))
        return answer
