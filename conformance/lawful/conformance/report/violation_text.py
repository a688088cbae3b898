"""A violation in a few lines of text: which answer nothing explains, what would have been allowed, and the clause."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.checkers.verdict import ObjectVerdict, Refused
from lawful.conformance.report.columns import columns
from lawful.models.history import History
from lawful.models.wording import operation_text
from lawful.specs.task_store import CLAUSES

_MOST_ALLOWED = 5
_MOST_PLACED = 8
_MOST_IN_A_PICTURE = 12


def violation_lines(part: ObjectVerdict, history: History, *, every_way: bool = False) -> Iterator[str]:
    """The lines on `part`, a violation found in `history`. `every_way`: each way in which the search got stuck."""
    if part.blocked_at is None:
        yield f"{part.key}: no order of its operations explains every answer"
        return
    yield f"{part.key}: no order of the operations explains the answer to"
    yield f"  {operation_text(history.operations[part.blocked_at])}"
    for refused in part.refusals if every_way else part.refusals[:1]:
        yield from _refusal(refused)
    operations = history.by_object()[part.key]
    if len(operations) <= _MOST_IN_A_PICTURE:
        yield ""
        yield from columns(operations, history.faults).splitlines()
        yield ""


def _refusal(refused: Refused) -> Iterator[str]:
    indices = [f"#{placed.index}" for placed in refused.linearization]
    order = ", ".join(indices[-_MOST_PLACED:]) or "nothing"
    if len(indices) > _MOST_PLACED:
        order = f"…, {order}"
    allowed = " or ".join(refused.allowed[:_MOST_ALLOWED])
    more = len(refused.allowed) - _MOST_ALLOWED
    yield f"  after {order} the model allows {allowed}{f' or {more} more' if more > 0 else ''}: {refused.because}"
    if refused.clause is not None and refused.clause in CLAUSES:
        yield f"  {refused.clause}: {CLAUSES[refused.clause].sentence}"
