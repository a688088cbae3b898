"""Judges what clients and auditor saw: by linearizability, with the reference checker.

An operation that has not returned may take effect at any time after its call, or never. So a history in violation
stays one however the schedule goes on, and the first position at which it is found is the end of a shortest losing
schedule.
"""

from __future__ import annotations

from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.meter import BudgetExhausted
from lawful.checkers.schedules.alone import Alone, run_alone
from lawful.checkers.schedules.crashed_operation import WithCrashes
from lawful.checkers.schedules.history_writer import HistoryWriter
from lawful.checkers.schedules.position import Event, EventKind, Position, values
from lawful.checkers.schedules.scenario import AUDITOR, Scenario, arguments_of
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import NS_PER_MS, Operation
from lawful.models.primitives.command import Failed
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
        results = tuple(client.results for client in position.clients)
        found = self._checked((position.events, results), position, None)
        if found is None and position.is_quiet:
            audit = self._audit(position)
            found = self._checked((position.events, results, tuple(map(_text, audit.results))), position, audit)
        return found

    def _checked(
        self, seen: tuple[object, ...], position: Position, audit: Alone | None
    ) -> tuple[ObjectVerdict, list[Operation], Alone | None] | None:
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
        clock = _Clock()
        writer = HistoryWriter(self._scenario.protocol.object, clock)
        _write_alone(writer, clock, self._setup)
        for event in position.events:
            if event.kind is EventKind.PAUSE:
                clock.now_ms += self._scenario.protocol.pause_ms
            else:
                self._write(writer, position, event)
        if audit is not None:
            _write_alone(writer, clock, audit)
        return writer.operations

    def _audit(self, position: Position) -> Alone:
        return run_alone(self._scenario, position.store, position.now_ms, self._scenario.protocol.audit)

    def _write(self, writer: HistoryWriter, position: Position, event: Event) -> None:
        if event.kind is EventKind.CRASH:
            writer.crashed(event.client)
            return
        results = position.clients[event.client - 1].results
        if event.kind is EventKind.RETURN:
            result = results[event.operation]
            writer.returned(event.client, result.value if isinstance(result, Frozen) else result)
            return
        invocation = self._scenario.script(event.client)[event.operation]
        arguments = arguments_of(invocation, values(results[: event.operation]))
        assert arguments is not None
        writer.called(event.client, invocation.function, arguments)


def _write_alone(writer: HistoryWriter, clock: _Clock, alone: Alone) -> None:
    for call in alone.calls:
        clock.now_ms = call.call_ms
        writer.called(AUDITOR, call.function, call.arguments)
        writer.returned(AUDITOR, call.result)
    clock.now_ms = alone.now_ms


class _Clock:
    """The clock of a schedule. Each event has a nanosecond of its own."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._events = 0

    def __call__(self) -> int:
        self._events += 1
        return self.now_ms * NS_PER_MS + self._events


def _text(result: Json | Failed) -> str:
    return repr(result) if isinstance(result, Failed) else canonical(result)
