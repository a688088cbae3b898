"""The text log of a Jepsen run: one event to a line, among other lines.

    INFO  jepsen.util - 4	:invoke	:cas	[2 4]
    INFO  jepsen.util - 4	:info	:cas	:timed-out

The columns are process, type, function and value; Jepsen's `history.txt` holds the same without the prefix. For an
`info` and a `fail` the value is either the one that was invoked with, or what went wrong.

A line is an event where it has a process and one of the four types; such a line must then be readable to its end.
Skipping it as noise would take an operation out of the history, and with it the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lawful.conformance.errors import UsageError
from lawful.conformance.history.lines import NotText, read_lines, text_of
from lawful.conformance.history.readers.edn import EdnValue, Keyword, NotEdn, parse
from lawful.conformance.history.readers.events import Event, Reading, WrongEvent, history_of
from lawful.conformance.history.readers.knossos import json_of
from lawful.models.history import History

EVENT = re.compile(
    r"(?:^|.*\bjepsen\.util\b\s*-?\s*)(?P<process>\d+|:[a-z]+)\s+:(?P<type>invoke|ok|fail|info)\b(?P<rest>.*)"
)
_REST = re.compile(r"\s+:(?P<function>[^\s:]+)(?P<value>.*)")
_LONGEST_PROCESS = 18


def read_jepsen_log(path: Path, reading: Reading) -> History:
    """The history in the log at `path`. Raises `UsageError`."""
    try:
        return history_of(_events(path), reading)
    except WrongEvent as error:
        raise UsageError(f"{path}, line {error.line}: {error.problem}", hint=error.hint) from error


def _events(path: Path) -> Iterator[Event]:
    for line in read_lines(path):
        try:
            text = text_of(line.data).rstrip()
        except NotText as error:
            raise WrongEvent(line.number, str(error)) from error
        found = EVENT.fullmatch(text)
        if found is not None:
            yield _event(found, line.number)


def _event(found: re.Match[str], line: int) -> Event:
    rest = _REST.fullmatch(found["rest"])
    if rest is None:
        raise WrongEvent(line, "an event without a function", "the columns are process, :type, :function and value")
    try:
        forms = list(parse(rest["value"]))
    except NotEdn as error:
        raise WrongEvent(line, f"the value of the event is not EDN: {error.problem}") from error
    event_type, process = found["type"], found["process"]
    went_wrong = _error(forms) if event_type in ("info", "fail") else None
    return Event(
        line=line,
        process=_process(process, line),
        type=event_type,
        function=rest["function"],
        value=json_of(forms[0], line) if forms and went_wrong is None else None,
        error=went_wrong,
    )


def _process(text: str, line: int) -> int | str:
    if text.startswith(":"):
        return text.removeprefix(":")
    if len(text) > _LONGEST_PROCESS:  # Python refuses to read numbers of thousands of digits
        raise WrongEvent(line, "the number of the process is too large")
    return int(text)


def _error(forms: list[EdnValue]) -> str | None:
    """What went wrong: a last column that is a keyword, as in `:timed-out`; values are never keywords."""
    last = forms[-1] if forms else None
    return last.name if isinstance(last, Keyword) else None
