"""The report of one run as Markdown: what was asked, the verdict per clause, and for a violation its evidence.

Whatever comes from a store or a client library is shown as code or escaped: a value cannot become markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lawful.checkers.clause_verdicts import ClauseStatus, ClauseVerdict
from lawful.checkers.verdict import ObjectVerdict
from lawful.conformance.evidence import Evidence
from lawful.conformance.known_failures import Compared
from lawful.conformance.levels import levels_text
from lawful.conformance.report.evidence_text import evidence_lines
from lawful.conformance.report.looks import CLAUSE_GLYPHS, KNOWN_FAILURE
from lawful.conformance.run.faults import INJECTED
from lawful.conformance.run.judgement import Judgement
from lawful.models.history import Outcome
from lawful.models.values import canonical
from lawful.models.wording import counted, loss_at_crash_text, printable

_MOST_ERRORS = 8


def markdown(judgement: Judgement) -> str:
    """The whole report."""
    sections = [
        _title(judgement),
        _origin(judgement),
        _clauses(judgement.clauses, judgement.compared),
        *(_violation(judgement, evidence) for evidence in judgement.evidence),
        _losses(judgement),
        _objects(judgement.verdict.objects),
        _problems(judgement),
        _reproduce(judgement),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def escaped(text: str) -> str:
    """`text` for a table cell or a sentence: nothing in it is markup, and it stays on one line.

    >>> escaped("a|b <i>*x*</i>")
    'a\\\\|b &lt;i&gt;\\\\*x\\\\*&lt;/i&gt;'
    """
    text = printable(" ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for character in "\\`*_{}[]|#":
        text = text.replace(character, f"\\{character}")
    return text


def fenced(text: str) -> str:
    """`text` as a code block that no text in it can end."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text}\n{fence}"


def _title(judgement: Judgement) -> str:
    header = judgement.history.header
    subject = f"{header.workload or 'history'} on {header.backend or 'an unnamed store'}"
    lines = [f"# {escaped(subject)}: {judgement.verdict.verdict.value}"]
    if judgement.history.truncated:
        lines.append("\n**Truncated:** the recording has no end; its recorder died. What is there was checked.")
    return "\n".join(lines)


def _origin(judgement: Judgement) -> str:
    history, header = judgement.history, judgement.history.header
    outcomes = {outcome: sum(operation.outcome is outcome for operation in history) for outcome in Outcome}
    injected = sum(fault.fault in INJECTED for fault in history.faults)
    rows = [
        ("history", f"`{judgement.path.name}`"),
        ("started", escaped(header.started or "unknown")),
        ("seed", str(header.seed)),
        (
            "operations",
            f"{len(history)}: {outcomes[Outcome.OK]} ok, {outcomes[Outcome.FAIL]} failed, "
            f"{outcomes[Outcome.UNKNOWN]} unknown",
        ),
        ("faults", f"{injected} injected, {len(history.faults)} actions recorded"),
        ("levels claimed", escaped(levels_text(header.levels) or "everything in full")),
        ("options", escaped(canonical(dict(header.options)))),
        ("versions", escaped(", ".join(f"{name} {version}" for name, version in header.versions.items()))),
    ]
    return _table(("", ""), rows)


def _clauses(verdicts: Sequence[ClauseVerdict], compared: Compared) -> str:
    if not verdicts:
        return ""
    rows = [
        (
            _told(verdict, compared),
            verdict.clause.label,
            escaped(verdict.clause.sentence),
            str(verdict.observations),
        )
        for verdict in verdicts
    ]
    return "## Clauses\n\n" + _table(("verdict", "clause", "promise", "put to the test"), rows)


def _told(verdict: ClauseVerdict, compared: Compared) -> str:
    known = compared.known.get(verdict.clause.id)
    if known is not None:
        return f"{KNOWN_FAILURE} known failure: {escaped(known.reason)}"
    if verdict.clause.id in compared.unexpected_passes:
        return "✗ unexpected pass"
    return f"{CLAUSE_GLYPHS[verdict.status]} {verdict.status.value}"


def _violation(judgement: Judgement, evidence: Evidence) -> str:
    lines = [f"## Violation on `{evidence.part.key}`"]
    for verdict in judgement.clauses:
        if verdict.status is ClauseStatus.VIOLATION and verdict.clause.table in ("all", evidence.part.key.object):
            lines.append(f"**{verdict.clause.label}** {escaped(verdict.clause.sentence)}")
            lines.append(f"Here: {escaped(verdict.because or '')}.")
    lines.append(fenced("\n".join(evidence_lines(evidence, judgement.history))))
    lines.append(
        "One column is one client, time runs downwards. A rule separates operations that had all returned from those "
        "that began later; between two rules, every order that real time allows was tried."
    )
    return "\n\n".join(lines)


def _losses(judgement: Judgement) -> str:
    """What was lost and may be."""
    lines = [f"- `{key}`: {loss_at_crash_text(text)}." for key, text in judgement.losses.items()]
    return "\n".join(["## Losses that the level claimed allows\n", *lines]) if lines else ""


def _objects(parts: Sequence[ObjectVerdict]) -> str:
    rows = [
        (
            f"`{part.key}`",
            part.verdict.value,
            str(part.operations),
            str(part.unknown),
            part.method,
            f"{part.seconds:.2f} s",
            escaped(part.progress or ""),
        )
        for part in parts
    ]
    header = ("object", "verdict", "operations", "unknown outcomes", "method", "time", "how far")
    return "## Objects\n\n" + _table(header, rows)


def _problems(judgement: Judgement) -> str:
    """What went wrong with the adapter, and the errors that clients saw, grouped."""
    lines: list[str] = []
    if judgement.defects:
        lines.append("## Defects of the adapter\n")
        lines += [f"- {escaped(text)} ({counted(count, 'time')})" for text, count in judgement.defects.most_common()]
    errors: dict[str, int] = {}
    for operation in judgement.history:
        if operation.error and operation.outcome is not Outcome.OK:
            errors[operation.error] = errors.get(operation.error, 0) + 1
    if errors:
        lines.append("\n## Errors that clients saw\n")
        most = sorted(errors.items(), key=lambda item: (-item[1], item[0]))
        lines += [f"- {count} times: {escaped(text)}" for text, count in most[:_MOST_ERRORS]]
        if len(most) > _MOST_ERRORS:
            lines.append(f"- … and {len(most) - _MOST_ERRORS} other texts")
    return "\n".join(lines).strip()


def _reproduce(judgement: Judgement) -> str:
    lines = ["## Reproduce with", "", "Check the recording again, on any machine:", ""]
    lines.append(fenced(f"lawful check {judgement.path}"))
    if judgement.command is not None:
        lines += ["", "Record another like it, on a real store (no two runs interleave alike):", ""]
        lines.append(fenced(judgement.command))
    return "\n".join(lines)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)
