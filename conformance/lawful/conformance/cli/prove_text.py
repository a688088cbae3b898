"""What `lawful prove` prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lawful.checkers.proof.counterexample import Counterexample
from lawful.checkers.proof.finding import Finding, Goal
from lawful.checkers.verdict import Verdict
from lawful.conformance.cli.proof_table import Line, add_lines, proof_table, summary
from lawful.conformance.cli.terminal import LOOKS
from lawful.conformance.report.console import output_console
from lawful.models.wording import asked_text, belief_text, clock_text, counted, printable, row_text, value_text

_GOALS = {
    Goal.NOT_VACUOUS: "Each claim is about something that can come about.",
    Goal.BREAKABLE: "Each claim could be broken by what functions change.",
}
"""What is asked of all claims of a table alike, as one line where all of them pass."""
_AT_FIRST = {
    Goal.INITIAL: "(at first)",
    Goal.TIME: "(while time passes)",
    Goal.EXCLUSION: "(two that believe)",
    Goal.NOT_VACUOUS: "(says something)",
    Goal.BREAKABLE: "(can be broken)",
}


def show(findings: Sequence[Finding], each: bool) -> None:
    """A table of the obligations, then a counterexample for each that is broken."""
    console = output_console()
    tables = dict.fromkeys(one.table for one in findings)
    shown = proof_table("clause", "function")
    for name in tables:
        add_lines(shown, name, _lines([one for one in findings if one.table == name], each))
    console.print(shown)
    for finding in findings:
        if finding.verdict is not Verdict.LAWFUL:
            console.print()
            for text in broken_lines(finding):
                console.print(text)
    console.print()
    console.print(_summary(findings))


def broken_lines(finding: Finding) -> Iterator[str]:
    """What is wrong, and how it comes about."""
    about = f"{finding.table} {finding.function or _AT_FIRST.get(finding.goal, '')}"
    clause = "" if finding.clause is None else f" ({finding.clause})"
    yield f"{LOOKS[finding.verdict].glyph} {about}: {finding.sentence}{clause}"
    if finding.reason is not None:
        yield f"    {printable(finding.reason)}"
    if finding.counterexample is not None:
        yield from (f"    {line}" for line in _counterexample_lines(finding.counterexample))


def _counterexample_lines(found: Counterexample) -> Iterator[str]:
    now_ns = found.now_ns
    yield f"before  {row_text(found.row_before(), now_ns)}"
    for key, row in found.before.rows.items():
        if key != found.key:
            yield f"        also {row_text(row, now_ns)}"
    if found.key is not None and found.before.beside.names:
        yield f"        beside the rows {row_text(found.before.beside, now_ns)}"
    for belief in found.beliefs:
        yield f"        {belief_text(belief.believer, belief.until_ns, now_ns)}"
    if found.call is None:
        return
    answer = f" → {value_text(found.answer)}" if found.replayed else ""
    because = "" if found.because is None else f", as {printable(found.because)}"
    yield f"call    {asked_text(found.call.function, found.call.arguments)}{answer}{because}"
    if found.after is not None:
        yield f"after   {row_text(found.row_after(), now_ns)}"
        if found.key is not None and found.after.beside != found.before.beside:
            yield f"        beside the rows {row_text(found.after.beside, now_ns)}"
    yield f"clock   {clock_text(found.clock_error_ns)}"
    if found.replayed:
        yield "The sequential model takes this step as well."


def _lines(findings: Sequence[Finding], each: bool) -> Iterator[Line]:
    met: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        alone = each or finding.verdict is not Verdict.LAWFUL
        group = _group(finding)
        met.setdefault((str(len(met)), "") if alone else group, []).append(finding)
    for group, members in met.items():
        first = members[0]
        alone = each or first.verdict is not Verdict.LAWFUL
        sentence = first.sentence if alone else group[1]
        where = _where(first) if alone else _wheres(members)
        seconds = sum(one.seconds for one in members)
        yield Line(first.clause or "" if alone else group[0], sentence, where, first.verdict, seconds)


def _group(finding: Finding) -> tuple[str, str]:
    """Clause and sentence that findings share which are shown on one line."""
    if finding.goal in _GOALS:
        return "", _GOALS[finding.goal]
    return finding.clause or "", finding.sentence


def _where(finding: Finding) -> str:
    told = finding.function or _AT_FIRST.get(finding.goal, "")
    return f"{told} (granted)" if finding.goal is Goal.GRANT else told


def _wheres(findings: Sequence[Finding]) -> str:
    functions = dict.fromkeys(one.function for one in findings if one.function is not None)
    if not functions:
        return f"all {len(findings)}" if len(findings) > 1 else _where(findings[0])
    if len(functions) == 1:
        return next(iter(functions))
    return counted(len(functions), "function")


def _summary(findings: Sequence[Finding]) -> str:
    tables = counted(len({one.table for one in findings}), "table")
    return summary([one.verdict for one in findings], tables, sum(one.seconds for one in findings))
