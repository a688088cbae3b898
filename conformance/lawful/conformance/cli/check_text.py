"""What `lawful check` prints of a file: one line, and below it what a reader of that line asks next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from lawful.checkers.certificate.certify import SOLVER, Certificate
from lawful.checkers.verdict import ObjectVerdict, Verdict
from lawful.conformance.cli.check_file import Checked
from lawful.conformance.cli.terminal import verdict_text
from lawful.conformance.report.durability_lines import durability_lines
from lawful.conformance.report.evidence_text import evidence_lines
from lawful.conformance.report.level_lines import level_lines
from lawful.models.history import History, Outcome
from lawful.models.wording import counted, printable

_MOST_OBJECTS = 3
_VERDICT_WIDTH = len("○ nothing checked")


class Detail(Enum):
    """How much to print."""

    QUIET = auto()
    NORMAL = auto()
    VERBOSE = auto()


def summary(checked: Checked, width: int) -> str:
    """The line on a file: verdict, path padded to `width`, counts, method, time."""
    verdict = verdict_text(checked.verdict)
    padding = " " * max(0, _VERDICT_WIDTH - len(f"! {checked.verdict.value if checked.verdict else 'error'}"))
    if checked.error is not None or checked.history is None:
        return f"{verdict}{padding}  {checked.path}"
    methods = "+".join(sorted({part.method for part in checked.objects})) or "no search"
    facts = (_objects(checked.objects), _operations(checked.objects, checked.history), methods)
    return f"{verdict}{padding}  {str(checked.path).ljust(width)}  {', '.join(facts)}, {checked.seconds:.2f} s"


def explanation(checked: Checked, detail: Detail) -> Iterator[str]:
    """The lines below, without indentation; an error is printed elsewhere."""
    if checked.history is not None and checked.history.truncated:
        yield "truncated: the recorder died; checked what is there"
    if checked.error is not None or checked.history is None:
        return
    if checked.verdict is Verdict.NOTHING_CHECKED:
        yield "no operation with a known outcome, so this says nothing about the store"
    yield from level_lines(checked.history.header.levels, checked.losses)
    shown = checked.evidence if detail is Detail.VERBOSE else checked.evidence[:_MOST_OBJECTS]
    for evidence in shown:
        yield from evidence_lines(evidence, checked.history)
    if len(checked.evidence) > len(shown):
        yield f"and {len(checked.evidence) - len(shown)} more objects in violation; --verbose shows them all"
    for part in checked.objects:
        if part.verdict is Verdict.INCONCLUSIVE:
            yield f"{part.key}: {part.progress}"
    if any(part.verdict is Verdict.INCONCLUSIVE for part in checked.objects):
        yield "what to do: raise --budget-s or --memory-mb, or look at one object with --only"
    if checked.durability is not None:
        yield from durability_lines(checked.durability, checked.history)
    yield from _certified(checked)
    if detail is Detail.VERBOSE:
        for part in checked.objects:
            yield _object_line(part)
            if part.because:
                yield f"  {part.method}, because {printable(part.because)}"


def _certified(checked: Checked) -> Iterator[str]:
    """Who came to the same verdicts; objects of which the same is to be said are counted."""
    lines = Counter(line for certificate in checked.certificates for line in _certificate_lines(certificate, checked))
    for line, count in lines.items():
        yield f"{line} ({count} objects)" if count > 1 else line


def _certificate_lines(certificate: Certificate, checked: Checked) -> Iterator[str]:
    alone = len(checked.objects) == 1
    named = "" if alone else f"{certificate.key}: " if certificate.core else "lawful objects: "
    by = [_route(certificate, *route) for route in zip(certificate.by, certificate.seconds, strict=True)]
    if by:
        yield f"{named}certified by: {', '.join(by)}"
    for reason in certificate.open:
        yield f"{named}not certified by {reason}"


def _route(certificate: Certificate, means: str, seconds: float) -> str:
    if not certificate.core:
        return means
    named = f" (unsat core: {' '.join(f'#{index}' for index in certificate.unsat_core)})" if means == SOLVER else ""
    return f"{means} in {seconds:.2f} s{named}"


def _objects(parts: Sequence[ObjectVerdict]) -> str:
    by_verdict = Counter(part.verdict for part in parts)
    total = counted(len(parts), "object")
    if len(by_verdict) < 2:
        return total
    return (
        f"{total} ({', '.join(f'{by_verdict[verdict]} {verdict.value}' for verdict in Verdict if by_verdict[verdict])})"
    )


def _operations(parts: Sequence[ObjectVerdict], history: History) -> str:
    outcomes = history.outcomes({part.key for part in parts})
    text = counted(outcomes.total(), "operation")
    less = [f"{outcomes[outcome]} {word}" for outcome, word in _LESS_THAN_OK.items() if outcomes[outcome]]
    return f"{text} ({', '.join(less)})" if less else text


_LESS_THAN_OK = {Outcome.UNKNOWN: "unknown", Outcome.FAIL: "failed"}


def _object_line(part: ObjectVerdict) -> str:
    counts = f"{counted(part.operations, 'operation')} and {part.unknown} unknown"
    return f"{verdict_text(part.verdict)}  {part.key}: {counts}, {part.method}, {part.seconds:.2f} s"
