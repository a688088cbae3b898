"""A violation in a screen of text: what contradicts what, what was answered, what was allowed, and the clause."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.conformance.evidence import Evidence
from lawful.conformance.report.columns import columns
from lawful.models.crashes import MARKS
from lawful.models.history import History
from lawful.models.values import canonical
from lawful.models.wording import MARKS_TEXT, compared_text, counted, operation_text, printable, value_text
from lawful.specs.task_store import CLAUSES

_MOST_ALLOWED = 4
_MOST_STATES = 4
_NEEDED = "without any one of them, there is one"
_MAYBE_NEEDED = "whether each is needed was not found out in the time given"


def evidence_lines(evidence: Evidence, history: History) -> Iterator[str]:
    """The lines on one object in violation, without any character that a terminal would obey."""
    yield from map(printable, _lines(evidence, history))


def _lines(evidence: Evidence, history: History) -> Iterator[str]:
    yield _heading(evidence)
    yield ""
    yield from _summed_up(evidence)
    yield from columns(evidence.shown, history.faults).splitlines()
    if any(operation.function in MARKS for operation in evidence.shown):
        yield MARKS_TEXT
    yield ""
    left_open = len(evidence.core.operations) - len(evidence.constrained)
    if left_open and evidence.core.is_minimal:
        yield f"(whether or not {counted(left_open, 'other operation')} took effect)"
    yield from _argument(evidence)
    yield from _refusal(evidence)


def _summed_up(evidence: Evidence) -> Iterator[str]:
    """The operations before the core, by the state that they left."""
    if not evidence.core.before:
        return
    state = evidence.states[0] if len(evidence.states) == 1 else f"one of {len(evidence.states)} states"
    earlier = counted(len(evidence.core.before), "earlier operation")
    yield f"{earlier} not shown; before the contradiction: {state}"
    if len(evidence.states) > 1:
        yield from (f"  {state}" for state in evidence.states[:_MOST_STATES])
    yield ""


def _argument(evidence: Evidence) -> Iterator[str]:
    """The facts; each is needed, and all of them cannot be."""
    if not evidence.sentences:
        return
    yield from (f"- {sentence.text}" for sentence in evidence.sentences)
    if len(evidence.sentences) > 1:
        is_minimal = evidence.argument is not None and evidence.argument.is_minimal
        yield f"No order of effects has all of these; {_NEEDED if is_minimal else _MAYBE_NEEDED}."
    yield ""


def _refusal(evidence: Evidence) -> Iterator[str]:
    """The answer that nothing explains, and what the model allows instead."""
    part = evidence.core.part
    blocked = next((one for one in evidence.core.history if one.index == part.blocked_at), None)
    if not part.refusals or blocked is None:
        return
    refused = part.refusals[0]
    yield operation_text(blocked)
    yield f"  answered  {compared_text(canonical(refused.answered))}"
    more = len(refused.allowed) - _MOST_ALLOWED
    allowed = " or ".join(map(compared_text, refused.allowed[:_MOST_ALLOWED]))
    yield f"  allowed   {allowed}{f' or {more} more' if more > 0 else ''}"
    yield f"  because   {refused.because}"
    if refused.clause in CLAUSES:
        yield f"  clause    {refused.clause}: {CLAUSES[refused.clause].sentence}"


def _heading(evidence: Evidence) -> str:
    key, core = evidence.part.key, evidence.core
    operations = counted(evidence.part.operations, "operation")
    if core.is_minimal:
        row = "" if core.row is None else f", looked at for the row {value_text(core.row)} alone"
        return f"{key}: no order explains {len(core.constrained)} of its {operations}{row}"
    if len(evidence.shown) == len(core.constrained):
        return f"{key}: no order explains these of its {operations}; not all smaller sets were tried in the time given"
    return f"{key}: no order of its operations explains every answer; what surrounds the refused one:"
