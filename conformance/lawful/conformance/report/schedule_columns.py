"""A schedule as text: one column per client, time downwards, a step a line, with what each command returned.

Where an operation begins stands what it was called with, where it ends what it answered. A client that dies and time
that passes are steps like commands. The auditor, who looks at the store in the end, is the last column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lawful.checkers.schedules.crashed_operation import as_called, has_crashed
from lawful.checkers.schedules.explorer import Loss
from lawful.checkers.schedules.position import Move, MoveKind
from lawful.checkers.schedules.scenario import AUDITOR
from lawful.conformance.report.space_time import Line, space_time_lines
from lawful.models.history import Operation
from lawful.models.primitives.command import answer_text as command_answer
from lawful.models.values import canonical
from lawful.models.wording import answer_text, call_text, compared_text, printable
from lawful.specs.task_store import CLAUSES


def loss_lines(loss: Loss, pause_ms: int) -> Iterator[str]:
    """The picture of a losing schedule, and why what was seen is a loss."""
    before = [one for one in loss.operations if one.process == AUDITOR][: _calls(loss.schedule.setup)]
    if before:
        yield f"before: {', '.join(_whole(operation) for operation in before)}"
        yield ""
    yield from _picture(loss, pause_ms, len(before))
    yield ""
    yield from _refusal(loss)


def _calls(moves: Sequence[Move]) -> int:
    return sum(move.is_first for move in moves)


def _picture(loss: Loss, pause_ms: int, before: int) -> Iterator[str]:
    lines = list(_lines(loss, pause_ms, before))
    clients = sorted(
        {line.process for line in lines if line.process is not None}, key=lambda one: (one == AUDITOR, one)
    )
    names = {client: "the auditor" if client == AUDITOR else f"client {client}" for client in clients}
    yield from space_time_lines(lines, names)


def _lines(loss: Loss, pause_ms: int, before: int) -> Iterator[Line]:
    calls = {client: iter(_of_client(loss, client, before)) for client in {one.process for one in loss.operations}}
    open_: dict[int, Operation] = {}
    for number, move in enumerate((*loss.schedule.moves, *loss.schedule.audit), 1):
        # What the auditor does is no longer part of the schedule that was searched for.
        step = str(number) if number <= len(loss.schedule.moves) else ""
        if move.kind is MoveKind.PAUSE:
            yield Line(step, None, f"⏲ {pause_ms} ms pass")
            continue
        assert move.client is not None
        if move.kind is MoveKind.CRASH:
            yield Line(step, move.client, "⚡ dies")
            continue
        if move.is_first:
            open_[move.client] = next(calls[move.client])
            yield Line("", move.client, printable(call_text(as_called(open_[move.client]))))
        yield Line(step, move.client, printable(f"  {move.command} {command_answer(move.answer)}"))
        if move.returned is not None:
            yield Line("", move.client, f"  {answer_text(open_[move.client])}")


def _of_client(loss: Loss, client: int, before: int) -> list[Operation]:
    operations = [one for one in loss.operations if one.process == client]
    return operations[before:] if client == AUDITOR else operations


def _whole(operation: Operation) -> str:
    return printable(f"{call_text(operation)} {answer_text(operation)}")


def _refusal(loss: Loss) -> Iterator[str]:
    """The answer that nothing explains, as `lawful check` words it."""
    if loss.verdict is None:
        yield "every client waits for another one, for ever"
        return
    blocked = next(one for one in loss.operations if one.index == loss.verdict.blocked_at)
    assert not has_crashed(blocked), "an operation without an answer cannot have a wrong one"
    refused = loss.verdict.refusals[0]
    who = "the auditor" if blocked.process == AUDITOR else f"client {blocked.process}"
    yield f"{who}: {_whole(blocked)}"
    yield f"  answered  {compared_text(canonical(refused.answered))}"
    yield f"  allowed   {' or '.join(map(compared_text, dict.fromkeys(refused.allowed)))}"
    yield f"  because   {refused.because}"
    if refused.clause in CLAUSES:
        yield f"  clause    {refused.clause}: {CLAUSES[refused.clause].sentence}"
