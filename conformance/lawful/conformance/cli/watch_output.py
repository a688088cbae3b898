"""What `lawful watch` prints: text for people, or one JSON object to a line (`lawful schema watch` describes them)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

import click

from lawful.checkers.verdict import ObjectVerdict, Verdict
from lawful.conformance.cli.terminal import say, verdict_text
from lawful.conformance.errors import ExitCode
from lawful.conformance.report.columns import columns
from lawful.conformance.report.evidence_text import evidence_lines
from lawful.conformance.watching.report import Finding
from lawful.conformance.watching.watch import Watch
from lawful.models.history import Operation
from lawful.models.values import Json
from lawful.models.wording import counted, operation_text, printable

FORMAT_VERSION = 1


class Output(Protocol):
    """Where the events of a watch go."""

    violations: int
    """How many were shown."""

    def violation(self, found: Finding) -> None: ...

    def inconclusive(self, part: ObjectVerdict) -> None: ...

    def progress(self, watch: Watch) -> None: ...

    def clear(self) -> None:
        """Take away the line of progress, before something is printed."""
        ...

    def end(self, watch: Watch, parts: Sequence[ObjectVerdict], verdict: Verdict, code: ExitCode) -> None: ...


class TextOutput:
    """For people. `progress`: whether standard error is a terminal, which shows how far the watch is."""

    def __init__(self, *, progress: bool) -> None:
        self.violations = 0
        self._shows_progress = progress
        self._shown = False

    def violation(self, found: Finding) -> None:
        self.violations += 1
        key = found.part.key
        say(f"{verdict_text(Verdict.VIOLATION)}  {key}: inevitable since operation {found.operation.index}")
        for line in map(printable, _explanation(found)):
            say(f"    {line}" if line else "")

    def inconclusive(self, part: ObjectVerdict) -> None:
        say(f"{verdict_text(Verdict.INCONCLUSIVE)}  {part.key}: {part.progress}")

    def progress(self, watch: Watch) -> None:
        if self._shows_progress:
            self._shown = True
            objects = counted(len(watch.objects.objects), "object")
            text = f"{watch.path}: {counted(watch.operations, 'operation')} on {objects}, lawful so far"
            click.echo(f"\r\x1b[2K{printable(text)}", err=True, nl=False)

    def clear(self) -> None:
        if self._shown:
            click.echo("\r\x1b[2K", err=True, nl=False)
            self._shown = False

    def end(self, watch: Watch, parts: Sequence[ObjectVerdict], verdict: Verdict, code: ExitCode) -> None:
        self.clear()
        facts = f"{counted(len(parts), 'object')}, {counted(watch.operations, 'operation')}"
        say(f"{verdict_text(verdict)}  {watch.path}: {facts}{_remark(watch, parts, verdict)}")


class JsonOutput:
    """For programs: one event to a line, written at once."""

    def __init__(self) -> None:
        self.violations = 0

    def violation(self, found: Finding) -> None:
        self.violations += 1
        refusals = found.evidence.core.part.refusals if found.evidence is not None else ()
        _emit(
            "violation",
            object=found.part.key.object,
            key=found.part.key.key,
            operation=_operation(found.operation),
            states=list(found.states),
            earlier=found.earlier,
            contradicting=[_operation(one) for one in found.shown],
            because=refusals[0].because if refusals else None,
            clause=refusals[0].clause if refusals else None,
        )

    def inconclusive(self, part: ObjectVerdict) -> None:
        _emit("inconclusive", object=part.key.object, key=part.key.key, because=part.progress)

    def progress(self, watch: Watch) -> None:
        """Nothing: a program can look at the file."""

    def clear(self) -> None:
        """There is nothing to take away."""

    def end(self, watch: Watch, parts: Sequence[ObjectVerdict], verdict: Verdict, code: ExitCode) -> None:
        by_verdict = Counter(part.verdict for part in parts)
        _emit(
            "verdict",
            path=str(watch.path),
            verdict=verdict.value,
            exit_code=int(code),
            complete=watch.is_complete,
            operations=watch.operations,
            lines=watch.follower.number,
            objects={one.value: by_verdict[one] for one in Verdict},
        )


def _explanation(found: Finding) -> Iterator[str]:
    """The lines below the first."""
    if not found.states:
        yield "no state is known that sums up all earlier operations; the latest ones:"
        yield ""
    elif found.earlier > 0:
        several = "" if len(found.states) == 1 else f"one of {len(found.states)} states, such as "
        yield f"{counted(found.earlier, 'earlier operation')} not shown; before these: {several}{found.states[0]}"
        yield ""
    if found.evidence is not None:
        yield from evidence_lines(found.evidence, found.history)
        return
    yield from columns(found.shown, found.history.faults).splitlines()
    yield ""
    yield operation_text(found.operation)


def _remark(watch: Watch, parts: Sequence[ObjectVerdict], verdict: Verdict) -> str:
    """What else has to be said of the verdict."""
    late = [f"; {part.key}: {part.progress}" for part in parts if part.progress and "was open while" in part.progress]
    if verdict is Verdict.VIOLATION or watch.is_complete:
        return "".join(late)
    if any(part.verdict is Verdict.INCONCLUSIVE for part in parts):
        return "; the recording is not finished" + "".join(late)
    return "; lawful so far, but the recording is not finished"


def _operation(operation: Operation) -> dict[str, Json]:
    return {
        "index": operation.index,
        "process": operation.process,
        "function": operation.function,
        "arguments": dict(operation.arguments),
        "outcome": operation.outcome.value,
        "result": operation.result,
        "call_ns": operation.call_ns,
        "return_ns": operation.return_ns,
    }


def _emit(event: str, **members: Json) -> None:
    click.echo(json.dumps({"event": event, "format": FORMAT_VERSION, **members}, ensure_ascii=False))
