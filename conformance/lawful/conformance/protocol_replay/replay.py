"""Carries a schedule out on a real store: the same client sends its next command when it does so in the schedule.

Programs go by the answers of the real store. Each is compared with the model's, and what the clients saw in the end is
judged as in the exploration, by the real times at which it happened. A pause is real time, too.

Assumption: between two pauses less than a few hundred milliseconds pass, so that nothing expires which the model keeps.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.schedules.crashed_operation import WithCrashes
from lawful.checkers.schedules.explorer import Schedule
from lawful.checkers.schedules.history_writer import HistoryWriter
from lawful.checkers.schedules.position import Move, MoveKind
from lawful.checkers.schedules.scenario import AUDITOR, Scenario, arguments_of
from lawful.checkers.verdict import Verdict
from lawful.conformance.errors import BackendError
from lawful.conformance.protocol_replay.connection import RealConnection, RealStore
from lawful.models.history import Operation
from lawful.models.primitives.command import Answer, Command, Done, Failed, answer_text
from lawful.models.protocols.protocol import Invocation, Pause
from lawful.models.values import Json

_CLOCK_ERROR_NS = 50_000_000
"""By how much an expiry on the real store may be off: it keeps milliseconds, and looks at its clock now and then."""
_TOLERANCE_MS = 300
"""Less than a pause: by so much may a time that the real store answers differ from that of the model."""
_SINCE_THE_EPOCH_MS = 10**11
"""Numbers beyond this are instants; the clock of the model starts at 0."""


class Disagreement(BackendError):
    """The real store answered otherwise than the model of its primitives."""


class Replayed(NamedTuple):
    """What a replay showed."""

    server: str
    commands: int
    verdict: Verdict


class _Client:
    """How far a client has come on the real store."""

    def __init__(self, connection: RealConnection) -> None:
        self.connection = connection
        self.results: list[Json | Failed] = []
        self.answers: tuple[Answer, ...] = ()


class _Replay:
    def __init__(self, scenario: Scenario, store: RealStore) -> None:
        self.scenario = scenario
        self.clients = {number: _Client(store.connect()) for number in range(scenario.clients + 1)}
        self.writer = HistoryWriter(scenario.protocol.object, time.monotonic_ns)
        self.started_ms = time.time_ns() // 1_000_000
        self.commands = 0

    def alone(self, moves: Sequence[Move], steps: Sequence[Invocation | Pause]) -> None:
        """What the auditor does, as it did it on the model."""
        expected = iter(moves)
        for step in steps:
            if isinstance(step, Pause):
                self.move(next(expected))
                continue
            arguments = arguments_of(step, ())
            assert arguments is not None
            self.writer.called(AUDITOR, step.function, arguments)
            while not self._command(AUDITOR, step.function, arguments, next(expected)):
                pass

    def move(self, move: Move) -> None:
        """One step of the schedule."""
        match move.kind:
            case MoveKind.PAUSE:
                time.sleep(self.scenario.protocol.pause_ms / 1000)
            case MoveKind.CRASH:
                assert move.client is not None
                self.clients[move.client].connection.close()
                self.writer.crashed(move.client)
            case MoveKind.COMMAND:
                assert move.client is not None
                client = self.clients[move.client]
                invocation = self.scenario.script(move.client)[len(client.results)]
                done = tuple(result for result in client.results if not isinstance(result, Failed))
                arguments = arguments_of(invocation, done)
                assert arguments is not None
                if not client.answers:
                    self.writer.called(move.client, invocation.function, arguments)
                self._command(move.client, invocation.function, arguments, move)

    def close(self) -> None:
        for client in self.clients.values():
            client.connection.close()

    def _command(self, number: int, function: str, arguments: Mapping[str, Json], expected: Move) -> bool:
        """Send the client's next command; whether its operation returned with it."""
        client = self.clients[number]
        command = self.scenario.next(function, arguments, client.answers)
        if not isinstance(command, Command) or expected.command is None or command.name != expected.command.name:
            raise Disagreement(f"the program of {function} takes another way on the real store than on the model")
        answer = client.connection.send(command)
        self.commands += 1
        if not self._agree(expected.answer, answer):
            raise Disagreement(
                f"the real store answers {command} otherwise than the model",
                cause=f"model {answer_text(expected.answer)}, real {answer_text(answer)}",
                hint="run it again: a machine that stands still lets things expire; else the model is wrong",
            )
        client.answers = (*client.answers, answer)
        following = self.scenario.next(function, arguments, client.answers)
        if not isinstance(following, Done):
            return False
        client.results.append(following.result)
        client.answers = ()
        self.writer.returned(number, following.result)
        return True

    def _agree(self, model: Answer, real: Answer) -> bool:
        if isinstance(model, tuple) and isinstance(real, tuple):
            return len(model) == len(real) and all(map(self._agree, model, real))
        if isinstance(real, int) and real > _SINCE_THE_EPOCH_MS:
            return isinstance(model, int) and abs(real - self.started_ms - model) <= _TOLERANCE_MS
        return type(model) is type(real) and bool(model == real)


def carry_out(scenario: Scenario, schedule: Schedule, store: RealStore, server: str) -> Replayed:
    """The schedule on `store`, which is empty. Raises `Disagreement` at the first answer that differs."""
    replay = _Replay(scenario, store)
    try:
        replay.alone(schedule.setup, scenario.protocol.setup)
        for move in schedule.moves:
            replay.move(move)
        if schedule.audit:
            replay.alone(schedule.audit, scenario.protocol.audit)
    finally:
        replay.close()
    return Replayed(server, replay.commands, _verdict(scenario, replay.writer.operations))


def _verdict(scenario: Scenario, operations: Sequence[Operation]) -> Verdict:
    return check_object(operations, WithCrashes(scenario.protocol.model(_CLOCK_ERROR_NS))).verdict
