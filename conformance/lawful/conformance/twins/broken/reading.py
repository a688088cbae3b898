"""Reads that are answered from elsewhere than from the latest state, and lists that are put together wrongly."""

from __future__ import annotations

from dataclasses import replace

from lawful.conformance.twins.store import DeclaredStore, Request, Steps
from lawful.models.history import NS_PER_MS
from lawful.models.task_store.state import Row, TableState
from lawful.models.values import Json
from lawful.specs.function import CountRows, ListRows
from lawful.specs.table import Table


class ReadsLag(DeclaredStore):
    """The named reads, or all of them, are answered by a replica that is some milliseconds behind."""

    def __init__(self, table: Table, lag_ms: float, *functions: str) -> None:
        super().__init__(table)
        self._functions = functions or tuple(one.name for one in table.functions if one.reads_only)
        self._lag_ns = int(lag_ms * NS_PER_MS)
        self._past: dict[str | None, list[tuple[int, TableState]]] = {}

    def put_state(self, request: Request, state: TableState) -> None:
        self._past.setdefault(request.key, []).append((self.now_ns, state))
        super().put_state(request, state)

    def steps(self, request: Request) -> Steps:
        if request.function not in self._functions:
            return self.carry_out(request)
        return self.outcome_in(self.seen_by(request), request)[0]
        yield

    def seen_by(self, request: Request) -> TableState:
        """The state that a read is answered from."""
        past = self._past.get(request.key, [])
        visible = [state for written_ns, state in past if written_ns <= self.now_ns - self._lag_ns]
        return visible[-1] if visible else self.initial()


class ReadsRotate(ReadsLag):
    """A client's reads go to the leader and to a lagging replica in turn."""

    def __init__(self, table: Table, lag_ms: float) -> None:
        super().__init__(table, lag_ms)
        self._reads: dict[int, int] = {}

    def seen_by(self, request: Request) -> TableState:
        self._reads[request.client] = self._reads.get(request.client, 0) + 1
        return self.state(request) if self._reads[request.client] % 2 else super().seen_by(request)


class ReadsGoBack(DeclaredStore):
    """Who reads twice with no write in between is answered from before the last write, the second time."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._before: dict[str | None, TableState] = {}
        self._seen: dict[tuple[int, str | None], TableState] = {}

    def put_state(self, request: Request, state: TableState) -> None:
        if state != self.state(request):
            self._before[request.key] = self.state(request)
        super().put_state(request, state)

    def steps(self, request: Request) -> Steps:
        if not self.reads_only(request):
            return self.carry_out(request)
        reader, state = (request.client, request.key), self.state(request)
        if self._seen.pop(reader, None) == state:
            return self.outcome_in(self._before.get(request.key, state), request)[0]
        self._seen[reader] = state
        return self.carry_out(request)
        yield


class PagesBeforeFilter(DeclaredStore):
    """A list takes the page first, and keeps what matches of it."""

    def steps(self, request: Request) -> Steps:
        function = self.table.function(request.function)
        answer = self.carry_out(self._unfiltered(request))
        if function is None or not isinstance(function.body, ListRows):
            return answer
        wanted = {name: value for name, value in request.arguments.items() if name in self._filters(function.body)}
        assert isinstance(answer, list)
        return [row for row in answer if all(value in (None, row[name]) for name, value in wanted.items())]
        yield

    def _unfiltered(self, request: Request) -> Request:
        function = self.table.function(request.function)
        if function is None or not isinstance(function.body, ListRows):
            return request
        nothing: dict[str, Json] = dict.fromkeys(self._filters(function.body))
        return replace(request, arguments={**request.arguments, **nothing})

    def _filters(self, body: ListRows) -> set[str]:
        paging = {argument.name for argument in (body.limit, body.offset) if argument is not None}
        shown = {field.name for field in self.table.fields}
        (function,) = [one for one in self.table.functions if one.body is body]
        return {argument.name for argument in function.arguments if argument.nullable} & shown - paging


class ListsBackwards(DeclaredStore):
    """A list has the right rows, the last one first."""

    def steps(self, request: Request) -> Steps:
        function = self.table.function(request.function)
        answer = self.carry_out(request)
        if function is not None and isinstance(function.body, ListRows):
            assert isinstance(answer, list)
            return answer[::-1]
        return answer
        yield


class SeeksWithoutComparing(DeclaredStore):
    """A look-up of a row that is not there answers the next one in order of key."""

    def steps(self, request: Request) -> Steps:
        state = self.state(request)
        wanted = self.row_named(request)
        if not self.reads_only(request) or wanted is None or state.rows.get(wanted) is not None:
            return self.carry_out(request)
        after = next((row for key, row in state.rows.items() if key > wanted), None)
        found = state if after is None else state._replace(rows=state.rows.put(wanted, after))
        return self.outcome_in(found, request)[0]
        yield


class CountsBelowNought(DeclaredStore):
    """A count is kept beside the rows, and is lowered once too often."""

    def steps(self, request: Request) -> Steps:
        function = self.table.function(request.function)
        answer = self.carry_out(request)
        return -1 if answer == 0 and function is not None and isinstance(function.body, CountRows) else answer
        yield


class ShowsTheDropped(DeclaredStore):
    """A list of everything has, at its end, the row that went last to make room."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._dropped: dict[str | None, tuple[str, Row]] = {}

    def steps(self, request: Request) -> Steps:
        before = self.state(request).rows
        answer = self.carry_out(request)
        rows = self.state(request).rows
        gone = [(key, row) for key, row in before.items() if rows.get(key) is None]
        if gone and any(before.get(key) is None for key in rows):
            self._dropped[request.key] = gone[0]
        if not isinstance(answer, list) or any(value is not None for value in request.arguments.values()):
            return answer
        key, row = self._dropped.get(request.key, ("", None))
        return answer if row is None or rows.get(key) is not None else [*answer, self.shown(row)]
        yield


class OwnClocks(DeclaredStore):
    """Whether something has expired is judged by each client's own clock, some ahead of the others."""

    def __init__(self, table: Table, ahead_ms: int) -> None:
        super().__init__(table)
        self._ahead_ns = ahead_ms * NS_PER_MS

    def steps(self, request: Request) -> Steps:
        true_ns = self.now_ns
        self.now_ns += request.client * self._ahead_ns
        answer = self.carry_out(request)
        self.now_ns = true_ns
        return answer
        yield
