"""Judges what clients and auditor saw: by linearizability, with the reference checker.

An operation that has not returned may take effect at any time after its call, or never. So a history in violation
stays one however the schedule goes on, and the first position at which it is found is the end of a shortest losing
schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.meter import BudgetExhausted
from lawful.checkers.schedules.alone import Alone, Call, run_alone
from lawful.checkers.schedules.crashed_operation import WithCrashes, crashed
from lawful.checkers.schedules.position import Event, EventKind, Position
from lawful.checkers.schedules.scenario import AUDITOR, Scenario, arguments_of
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.primitives.command import Failed
from lawful.models.task_store.expiry import NS_PER_MS
from lawful.models.values import Frozen, Json, canonical


class Judge:
    """Remembers its verdicts: many schedules look alike to the clients."""

    def __init__(self, scenario: Scenario, setup: Alone, budget: Budget) -> None:
        self._scenario = scenario
        self._setup = setup
        self._budget = budget
        self._model = WithCrashes(scenario.protocol.model(0))
        self._lawful: set[tuple[object, ...]] = set()

    def violation(self, position: Position) -> tuple[ObjectVerdict, list[Operation], Alone | None] | None:
        """Why what was seen breaks a promise; None where it does not. Raises `BudgetExhausted`."""
        audit = self._audit(position) if position.is_quiet else None
        results = tuple(client.results for client in position.clients)
        seen = (position.events, results, None if audit is None else tuple(map(_text, audit.results)))
        if seen in self._lawful:
            return None
        operations = self.history(position, audit)
        found = check_object(operations, self._model, self._budget)
        if found.verdict is Verdict.INCONCLUSIVE:
            raise BudgetExhausted(found.progress or "the budget of a check is used up")
        if found.verdict is Verdict.VIOLATION:
            return found, operations, audit
        self._lawful.add(seen)
        return None

    def history(self, position: Position, audit: Alone | None) -> list[Operation]:
        """What was seen, as a recorder would have it."""
        protocol = self._scenario.protocol
        writer = _Writer(protocol.object)
        for call in self._setup.calls:
            writer.alone(call)
        writer.now_ms = self._setup.now_ms
        for event in position.events:
            self._write(writer, position, event)
        for call in () if audit is None else audit.calls:
            writer.alone(call)
        return writer.operations

    def _audit(self, position: Position) -> Alone:
        return run_alone(self._scenario, position.store, position.now_ms, self._scenario.protocol.audit)

    def _write(self, writer: _Writer, position: Position, event: Event) -> None:
        if event.kind is EventKind.PAUSE:
            writer.now_ms += self._scenario.protocol.pause_ms
            return
        if event.kind is EventKind.CRASH:
            writer.crashed(event.client, event.operation)
            return
        results = position.clients[event.client - 1].results
        if event.kind is EventKind.RETURN:
            writer.returned(event.client, event.operation, results[event.operation])
            return
        invocation = self._scenario.script(event.client)[event.operation]
        earlier = tuple(one.value for one in results[: event.operation] if isinstance(one, Frozen))
        arguments = arguments_of(invocation, earlier)
        assert arguments is not None
        writer.called(event.client, event.operation, invocation.function, arguments)


class _Writer:
    """Turns events into operations. Each event has a nanosecond of its own."""

    def __init__(self, object_: str) -> None:
        self.operations: list[Operation] = []
        self.now_ms = 0
        self._object = object_
        self._events = 0
        self._open: dict[tuple[int, int], int] = {}

    def called(self, client: int, number: int, function: str, arguments: Mapping[str, Json]) -> None:
        index = len(self.operations)
        self._open[client, number] = index
        self.operations.append(
            Operation(
                index=index,
                process=client,
                object=self._object,
                function=function,
                arguments=arguments,
                outcome=Outcome.UNKNOWN,
                call_ns=self._instant_ns(),
                return_ns=None,
                error="did not return",
            )
        )

    def returned(self, client: int, number: int, result: Frozen | Failed) -> None:
        index = self._open.pop((client, number))
        self.operations[index] = completed(self.operations[index], self._instant_ns(), result)

    def crashed(self, client: int, number: int) -> None:
        index = self._open.pop((client, number))
        self.operations[index] = crashed(self.operations[index], self._instant_ns())

    def alone(self, call: Call) -> None:
        self.now_ms = call.call_ms
        self.called(AUDITOR, 0, call.function, call.arguments)
        self.returned(AUDITOR, 0, call.result if isinstance(call.result, Failed) else Frozen(call.result))

    def _instant_ns(self) -> int:
        self._events += 1
        return self.now_ms * NS_PER_MS + self._events


def completed(operation: Operation, return_ns: int, result: Frozen | Failed) -> Operation:
    """A called operation that has returned."""
    if isinstance(result, Failed):
        return replace(operation, outcome=Outcome.FAIL, return_ns=return_ns, error=result.reason)
    return replace(operation, outcome=Outcome.OK, return_ns=return_ns, result=result.value, error=None)


def _text(result: Json | Failed) -> str:
    return repr(result) if isinstance(result, Failed) else canonical(result)
