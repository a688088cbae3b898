"""A violation in a screen of text: what contradicts what, what was answered, what was allowed, and the clause."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.conformance.evidence import Evidence
from lawful.conformance.report.columns import columns
from lawful.models.history import History
from lawful.models.wording import counted, operation_text, printable, value_text
from lawful.specs.task_store import CLAUSES

_MOST_ALLOWED = 4
_MOST_STATES = 4


def evidence_lines(evidence: Evidence, history: History) -> Iterator[str]:
    """The lines on one object in violation, without any character that a terminal would obey."""
    yield from map(printable, _lines(evidence, history))


def _lines(evidence: Evidence, history: History) -> Iterator[str]:
    yield _heading(evidence)
    yield ""
    yield from _summed_up(evidence)
    yield from columns((*evidence.context, *evidence.constrained), history.faults).splitlines()
    yield ""
    if evidence.optional:
        yield f"(whether or not {counted(len(evidence.optional), 'other operation')} took effect at the time)"
    yield from _refusal(evidence, history)


def _summed_up(evidence: Evidence) -> Iterator[str]:
    """The earlier operations that are not shown, by the state that they left."""
    left_out = evidence.before - len(evidence.context)
    if not left_out:
        return
    state = evidence.states[0] if len(evidence.states) == 1 else f"one of {len(evidence.states)} states"
    yield f"{counted(left_out, 'earlier operation')} not shown; before the contradiction: {state}"
    if len(evidence.states) > 1:
        yield from (f"  {state}" for state in evidence.states[:_MOST_STATES])
    yield ""


def _refusal(evidence: Evidence, history: History) -> Iterator[str]:
    """The answer that nothing explains, and what the model allows instead."""
    refused = evidence.refused
    if refused is None or evidence.blocked_at is None:
        return
    yield operation_text(history.operations[evidence.blocked_at])
    yield f"  answered  {value_text(refused.answered)}"
    more = len(refused.allowed) - _MOST_ALLOWED
    allowed = " or ".join(refused.allowed[:_MOST_ALLOWED])
    yield f"  allowed   {allowed}{f' or {more} more' if more > 0 else ''}"
    yield f"  because   {refused.because}"
    if refused.clause in CLAUSES:
        yield f"  clause    {refused.clause}: {CLAUSES[refused.clause].sentence}"


def _heading(evidence: Evidence) -> str:
    if not evidence.is_minimal:
        return f"{evidence.part.key}: no order of its operations explains every answer; what surrounds the refused one:"
    shown = len(evidence.constrained) + len(evidence.context)
    return f"{evidence.part.key}: no order explains {shown} of its {counted(evidence.part.operations, 'operation')}"
