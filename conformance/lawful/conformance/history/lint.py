"""Examining a history file line by line, also where it cannot be read as a history.

`read_history` stops at the first thing that is wrong; a person who writes a recorder wants to see all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lawful.conformance.errors import UsageError
from lawful.conformance.history.encoding import header_of
from lawful.conformance.history.file import record_of
from lawful.conformance.history.json_text import NotJson
from lawful.conformance.history.lines import MAX_LINE_BYTES, Line, LineTooLong, NotText, read_lines
from lawful.conformance.history.lint_rules import RULES, Finding
from lawful.conformance.history.records import WrongRecord, check_form
from lawful.conformance.model_choice import ModelOf, models_for
from lawful.models.history import Header, ObjectKey
from lawful.models.model import Call, UnknownCall, Window, transitions
from lawful.specs.task_store import TABLES

MAX_FINDINGS = 1000
"""After that many a file is given up."""

_CANNOT_KNOW = re.compile(
    r"time[ds]?[\s_-]*out|deadline|connection[\w\s]*(?:lost|reset|closed|aborted|dropped)|broken pipe|"
    r"no (?:response|answer|reply)|unreachable|unexpected eof",
    re.IGNORECASE,
)
"""Errors after which a client does not know whether the operation took effect. A refused connection is none of them."""


def lint(path: Path | str, model: str | None = None) -> list[Finding]:
    """Everything that is wrong with the file at `path`, in order of its lines.

    `model`: the model that it is to be checked against, in place of the header's. Raises `UsageError` where the file
    cannot be opened.
    """
    path = Path(path)
    linter = _Linter(model)
    lines = read_lines(path)
    try:
        for line in lines:
            linter.look_at(line)
            if len(linter.findings) >= MAX_FINDINGS:
                linter.find(line.number, "too-many", f"{len(linter.findings)} findings")
                break
        else:
            linter.look_back()
    except LineTooLong as error:
        linter.find(error.line, "line-too-long", f"longer than {MAX_LINE_BYTES >> 20} MiB")
    return sorted(linter.findings, key=lambda finding: (finding.line, finding.rule))


@dataclass(slots=True)
class _Seen:
    """An operation, as far as it is known."""

    line: int
    call: dict[str, Any]
    call_ns: int
    outcome: str = "unknown"
    return_ns: int | None = None
    return_line: int | None = None


class _Linter:
    """What has been looked at so far, and what was found."""

    def __init__(self, model: str | None) -> None:
        self.findings: list[Finding] = []
        self._model = model
        self._header: Header | None = None
        self._numbered: dict[int, _Seen] = {}
        self._unnumbered: list[_Seen] = []
        self._lost: set[int] = set()
        """Indexes of invocations that could not be read; their returns are no further finding."""
        self._footer: tuple[int, dict[str, Any]] | None = None
        self._faults = 0
        self._lines = 0
        self._cut_off = False
        self._mixed = False

    def find(self, line: int, rule: str, problem: str, hint: str | None = None) -> None:
        described = RULES[rule]
        self.findings.append(Finding(line, rule, described.severity, problem, described.why, hint or described.hint))

    def look_at(self, line: Line) -> None:
        """One more line."""
        try:
            record = record_of(line)
        except (NotText, NotJson) as error:
            self._lines += 1
            if line.ended or self._header is None:
                self.find(line.number, "not-text" if isinstance(error, NotText) else "not-json", str(error))
            else:
                self._cut_off = True
                self.find(line.number, "cut-off", "the last line has no end")
            return
        if record is None:
            return
        self._lines += 1
        try:
            kind = check_form(record)
        except WrongRecord as error:
            self.find(line.number, error.rule, error.problem, error.hint)
            self._remember_lost(record)
            return
        self._take(line.number, kind, record)

    def _remember_lost(self, record: object) -> None:
        if isinstance(record, dict) and type(record.get("index")) is int:
            self._lost.add(record["index"])

    def _take(self, line: int, kind: str, record: dict[str, Any]) -> None:
        if self._footer is not None:
            self.find(line, "after-footer", f"a record {kind!r} follows the footer of line {self._footer[0]}")
        if self._lines == 1 and kind != "header":
            self.find(line, "missing-header", f"the first record is {kind!r}")
        if kind == "header":
            if self._lines > 1:
                self.find(line, "second-header", "a header that is not the first record")
            self._header = self._header or header_of(record)
        elif kind == "invoke":
            self._add(record["index"], _Seen(line, record, record["time_ns"]))
        elif kind == "operation":
            seen = _Seen(line, record, record["call_ns"], record["outcome"], record.get("return_ns"), line)
            self._add(record.get("index"), seen)
            self._look_at_error(line, record)
        elif kind == "return":
            self._complete(line, record)
            self._look_at_error(line, record)
        elif kind == "fault":
            self._faults += 1
        else:
            self._footer = (line, record)

    def _add(self, index: int | None, seen: _Seen) -> None:
        if index is None:
            self._unnumbered.append(seen)
        elif index in self._numbered:
            first = self._numbered[index].line
            self.find(seen.line, "repeated-index", f"index {index} occurs again, first in line {first}")
        else:
            self._numbered[index] = seen
        if self._numbered and self._unnumbered and not self._mixed:
            self._mixed = True
            self.find(seen.line, "mixed-numbering", "some operations have an index and others have none")

    def _complete(self, line: int, record: dict[str, Any]) -> None:
        index = record["index"]
        seen = self._numbered.get(index)
        if seen is None:
            if index not in self._lost:
                self.find(line, "return-without-call", f"a return for index {index}, which was not invoked before")
            return
        if seen.return_line is not None:
            self.find(line, "second-return", f"index {index} returned before, in line {seen.return_line}")
            return
        seen.outcome, seen.return_ns, seen.return_line = record["outcome"], record["time_ns"], line

    def _look_at_error(self, line: int, record: dict[str, Any]) -> None:
        error = record.get("error")
        if record["outcome"] == "fail" and error is not None and _CANNOT_KNOW.search(error):
            self.find(line, "timeout-as-failure", f"the outcome is 'fail', the error {error!r:.80}")

    def look_back(self) -> None:
        """Everything that takes the whole file."""
        if self._lines == 0:
            self.find(0, "missing-header", "the file is empty")
            return
        self._look_at_end()
        self._look_at_numbers()
        operations = [self._numbered[index] for index in sorted(self._numbered)]
        operations += sorted(self._unnumbered, key=lambda seen: seen.call_ns)
        self._look_at_order(operations)
        self._look_at_model(operations)
        if self._header is not None and not any(seen.outcome == "ok" for seen in operations):
            self.find(0, "nothing-known", f"{len(operations)} operations, none of which is known to have taken effect")

    def _look_at_end(self) -> None:
        if self._footer is None:
            if self._header is not None and not self._cut_off:
                self.find(0, "missing-footer", "the last record is not a footer")
            return
        line, footer = self._footer
        counts = {"operations": len(self._numbered) + len(self._unnumbered), "faults": self._faults}
        for what, count in counts.items():
            if footer[what] != count:
                self.find(line, "wrong-count", f"the footer speaks of {footer[what]} {what}, the file holds {count}")

    def _look_at_numbers(self) -> None:
        known = self._numbered.keys() | self._lost
        missing = [index for index in range(len(self._numbered)) if index not in known]
        if missing:
            rest = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            listed = ", ".join(map(str, missing[:3]))
            self.find(0, "missing-index", f"there is no operation {listed}{rest}")

    def _look_at_order(self, operations: list[_Seen]) -> None:
        latest: _Seen | None = None
        last_of: dict[int, _Seen] = {}
        for seen in operations:
            if seen.return_ns is not None and seen.return_ns < seen.call_ns:
                gap = seen.call_ns - seen.return_ns
                self.find(seen.return_line or seen.line, "return-before-call", f"it returns {gap} ns before its call")
            if latest is not None and seen.call_ns < latest.call_ns:
                problem = (
                    f"called {latest.call_ns - seen.call_ns} ns before the operation in front, of line {latest.line}"
                )
                self.find(seen.line, "time-backwards", problem)
            latest = seen
            before = last_of.get(seen.call["process"])
            if before is not None:
                self._look_at_process(before, seen)
            last_of[seen.call["process"]] = seen

    def _look_at_process(self, before: _Seen, seen: _Seen) -> None:
        process = seen.call["process"]
        if before.return_line is not None and before.outcome == "unknown":
            problem = f"process {process} goes on after its operation of line {before.line}, whose outcome is unknown"
            self.find(seen.line, "process-after-unknown", problem)
        elif before.return_ns is None or before.return_ns > seen.call_ns:
            problem = f"process {process} calls while its operation of line {before.line} is open"
            self.find(seen.line, "overlapping-process", problem)

    def _look_at_model(self, operations: list[_Seen]) -> None:
        header = self._header or Header()
        named = self._model or header.model
        try:
            model_of = models_for(header, name=named)
        except UsageError as error:
            self.find(1, "unknown-model", error.problem, error.hint)
            return
        told: set[str] = set()
        for seen in operations:
            wrong = _wrong_call(seen, model_of, named)
            # One wrong name in a workload makes thousands of these.
            if wrong is not None and wrong[1] not in told:
                told.add(wrong[1])
                self.find(seen.line, wrong[0], wrong[1])


def _wrong_call(seen: _Seen, model_of: ModelOf, named: str | None) -> tuple[str, str] | None:
    """Rule and problem where the model cannot make sense of a call; tried in its initial state, which sees most."""
    call = seen.call
    if named in TABLES and call["object"] != named:
        return "unknown-object", f"the object is {call['object']!r}, the model {named}"
    try:
        model = model_of(ObjectKey(call["object"], call.get("key")))
    except UsageError as error:
        return "no-model", error.problem
    latest_ns = seen.call_ns if seen.return_ns is None else max(seen.call_ns, seen.return_ns)
    try:
        wanted = Call(call["function"], call.get("arguments", {}))
        transitions(model, model.initial(), wanted, Window(seen.call_ns, latest_ns))
    except UnknownCall as error:
        return "unknown-call", str(error)
    return None
