"""What `lawful explore protocol --format json` prints; `lawful schema exploration` describes it."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.checkers.schedules.crashed_operation import as_called, has_crashed
from lawful.checkers.schedules.explorer import Exploration, Loss
from lawful.checkers.schedules.position import Move
from lawful.conformance.cli.explore_text import WORDS, Explored
from lawful.conformance.errors import ExitCode
from lawful.models.history import Operation
from lawful.models.primitives.command import Answer, ErrorReply, Failed
from lawful.models.values import Json

FORMAT_VERSION = 1


def report(explored: Sequence[Explored], code: ExitCode) -> Json:
    """All that was explored."""
    return {"format": FORMAT_VERSION, "exit_code": int(code), "explorations": [_exploration(one) for one in explored]}


def _exploration(explored: Explored) -> Json:
    found = explored.exploration
    scenario = found.scenario
    replayed = explored.replayed
    return {
        "protocol": scenario.protocol.name,
        "variant": scenario.variant.name,
        "store": scenario.variant.store.name,
        "clauses": list(scenario.protocol.promise.clauses),
        "clients": scenario.clients,
        "crashes": scenario.crashes,
        "pauses": scenario.pauses,
        "pause_ms": scenario.protocol.pause_ms,
        "verdict": WORDS[found.verdict],
        "known_to_lose": scenario.variant.loses,
        "positions": found.positions,
        "moves": found.moves,
        "schedules": found.schedules,
        "seconds": round(found.seconds, 6),
        "progress": found.progress,
        "loss": None if found.loss is None else _loss(found, found.loss),
        "replay": None if replayed is None else {"server": replayed.server, "commands": replayed.commands},
    }


def _loss(found: Exploration, loss: Loss) -> Json:
    refused = None if loss.verdict is None else loss.verdict.refusals[0]
    return {
        "steps": [_step(move) for move in loss.schedule.moves],
        "audit": [_step(move) for move in loss.schedule.audit],
        "operations": [_operation(operation) for operation in loss.operations],
        "answered": None if refused is None else refused.answered,
        "because": "every client waits for another one" if refused is None else refused.because,
        "clause": None if refused is None else refused.clause,
    }


def _step(move: Move) -> Json:
    result = None if move.returned is None else move.returned.result
    return {
        "kind": move.kind.value,
        "client": move.client,
        "command": None if move.command is None else str(move.command),
        "answer": _answer(move.answer),
        "ends_operation": move.returned is not None,
        "result": result.reason if isinstance(result, Failed) else result,
    }


def _operation(operation: Operation) -> Json:
    called = as_called(operation)
    return {
        "client": operation.process,
        "function": called.function,
        "arguments": dict(called.arguments),
        "outcome": "crashed" if has_crashed(operation) else operation.outcome.value,
        "result": None if has_crashed(operation) else operation.result,
    }


def _answer(answer: Answer) -> Json:
    if isinstance(answer, ErrorReply):
        return {"error": answer.code}
    if isinstance(answer, tuple):
        return [_answer(one) for one in answer]
    value: Json = answer
    return value
