"""Histories of Jepsen and Knossos in EDN: maps in sequence, or one vector or list of maps.

Each map is an event with `:process`, `:type`, `:f` and `:value`, and perhaps `:error`, `:time` (nanoseconds), `:key`,
and `:object`, which is not Jepsen's but written by `lawful convert`. Jepsen before 0.3 wrote plain maps, later versions
write records (`#jepsen.history.Op{…}`). Other members are ignored, as `:index`, because Jepsen lets tests add their
own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lawful.conformance.errors import UsageError
from lawful.conformance.history.json_text import encode
from lawful.conformance.history.lines import read_text
from lawful.conformance.history.readers.edn import EdnMap, EdnSet, EdnValue, Keyword, NotEdn, Symbol, Tagged, parse
from lawful.conformance.history.readers.events import EVENT_TYPES, Event, Reading, WrongEvent, history_of
from lawful.models.history import History
from lawful.models.values import Json


def read_edn_history(path: Path, reading: Reading) -> History:
    """The history in the EDN file at `path`. Raises `UsageError`."""
    text = read_text(path)
    try:
        return history_of(_events(text), reading.of_knossos())
    except NotEdn as error:
        line = line_at(text, error.offset)
        raise UsageError(f"{path}, line {line}: not EDN: {error.problem}") from error
    except WrongEvent as error:
        raise UsageError(f"{path}, line {error.line}: {error.problem}", hint=error.hint) from error


def line_at(text: str, offset: int) -> int:
    """The number of the line, from 1, on which `offset` lies."""
    return text.count("\n", 0, offset) + 1


def _events(text: str) -> Iterator[Event]:
    line, counted_to = 1, 0
    for form in _event_forms(text):
        line += text.count("\n", counted_to, form.offset)
        counted_to = form.offset
        yield event_of(form, line)


def _event_forms(text: str) -> Iterator[EdnMap]:
    for form in parse(text):
        for member in form if isinstance(form, tuple) else (form,):
            event = member.form if isinstance(member, Tagged) else member
            if not isinstance(event, EdnMap):
                raise WrongEvent(1, f"an event is a map, not {_shown(event)}", "such as {:process 0, :type :invoke, …}")
            yield event


def event_of(form: EdnMap, line: int) -> Event:
    """The event that a map stands for. Raises `WrongEvent`."""
    event_type = _name(form, "type", line)
    if event_type not in EVENT_TYPES:
        raise WrongEvent(line, f"unknown :type {event_type!r:.40}", f"one of {', '.join(EVENT_TYPES)}")
    if Keyword("process") not in form:
        raise WrongEvent(line, "an event has no :process")
    process = form[Keyword("process")]
    number = _integer(process)
    key, named = form.get(Keyword("key")), form.get(Keyword("object"))
    error = json_of(form.get(Keyword("error")), line)
    return Event(
        line=line,
        process=_text(process, line) if number is None else number,
        type=event_type,
        function=_name(form, "f", line),
        value=json_of(form.get(Keyword("value")), line),
        error=error if error is None or isinstance(error, str) else encode(error).decode(),
        key=None if key is None else _text(key, line),
        time_ns=_integer(form.get(Keyword("time"))),
        object=None if named is None else _text(named, line),
    )


def _integer(value: EdnValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _name(form: EdnMap, member: str, line: int) -> str:
    """The name that a member of the event holds: a keyword, symbol or string."""
    value = form.get(Keyword(member))
    if isinstance(value, Keyword | Symbol):
        return value.name
    if isinstance(value, str):
        return value
    raise WrongEvent(line, f":{member} is {_shown(value)}", "it has to be a keyword, such as :read")


def _text(value: EdnValue, line: int) -> str:
    """A value as text that no other value has, to name a process or a key by."""
    plain = json_of(value, line)
    return plain if isinstance(plain, str) else encode(plain).decode()


def _shown(value: EdnValue) -> str:
    """The beginning of a value, for errors."""
    if isinstance(value, Keyword | Symbol):
        return value.name
    if isinstance(value, EdnMap):
        return "a map"
    return value if isinstance(value, str) else "nil" if value is None else f"{value!r:.40}"


def json_of(value: EdnValue, line: int) -> Json:
    """The JSON value nearest to an EDN value: names of keywords and symbols as strings, sets and lists as arrays,
    what a tag stands in front of. Raises `WrongEvent` where two names of a map become one."""
    if isinstance(value, Keyword | Symbol):
        return value.name
    if isinstance(value, Tagged):
        return json_of(value.form, line)
    if isinstance(value, EdnSet):
        return [json_of(member, line) for member in value.members]
    if isinstance(value, tuple):
        return [json_of(member, line) for member in value]
    if isinstance(value, EdnMap):
        members = {_text(key, line): json_of(member, line) for key, member in value.items()}
        if len(members) != len(value):
            raise WrongEvent(line, "two keys of a map have the same name")
        return members
    return value
