"""The records of a history file: which members each kind has, and of which type.

Version 1. A file is a header, then records in the order in which they were written, then a footer:

========== ====================================================================================
header     Where the history comes from (`lawful.models.history.Header`), and the format's version.
invoke     A client is about to call; written before the call is made.
return     What became of the call with the same index.
operation  Both in one, for converters and files written by hand.
fault      One action of the fault injector.
footer     Counts of what came before. A file without one is truncated: its recorder died.
========== ====================================================================================

Members whose value is null may be left out. Unknown members are refused: a misspelt `result` that nobody reads
would make a wrong answer pass.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType
from typing import Any

FORMAT_VERSION = 1

HEADER_EXAMPLE = '{"record":"header","format":1}'
INT64 = 2**63
"""Times are signed integers of 64 bits: below this, and not below its negative."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a record."""

    types: tuple[type, ...]
    """The Python types that its JSON value may have; empty: any value."""
    meaning: str
    required: bool = False
    choices: tuple[str, ...] = ()
    """The strings that are allowed; empty: any."""


_TEXT = (str,)
_OPTIONAL_TEXT = (str, NoneType)
_INTEGER = (int,)
_OPTIONAL_INTEGER = (int, NoneType)
_OBJECT = (dict,)
OUTCOMES = ("ok", "fail", "unknown")

_INDEX = Member(_INTEGER, "Number of the operation, from 0 in order of invocation.", required=True)
_CALLED = {
    "process": Member(_INTEGER, "The logical client; it has one operation at a time.", required=True),
    "object": Member(_TEXT, "The table or object, such as `jobs`.", required=True),
    "key": Member(_OPTIONAL_TEXT, "The independent part of the object, such as the scope of a lease."),
    "function": Member(_TEXT, "What was called, such as `claim`.", required=True),
    "arguments": Member(_OBJECT, "The arguments by name."),
}
_CAME_BACK = {
    "outcome": Member(
        _TEXT,
        "`ok`: it took effect and answered `result`. `fail`: it did not take effect and never will. "
        "`unknown`: it may have, or may later, or never.",
        required=True,
        choices=OUTCOMES,
    ),
    "result": Member((), "The answer; only with `ok`."),
    "error": Member(_OPTIONAL_TEXT, "What went wrong; only with `fail` and `unknown`."),
    "server": Member(_OPTIONAL_TEXT, "The server that answered."),
}

MEMBERS: dict[str, dict[str, Member]] = {
    "header": {
        "format": Member(_INTEGER, "Version of the format.", required=True),
        "backend": Member(_OPTIONAL_TEXT, "The store that was put to the test."),
        "workload": Member(_OPTIONAL_TEXT, "What the clients did."),
        "model": Member(_OPTIONAL_TEXT, "Name of the model that the recording is meant for."),
        "initial": Member((), "Initial value of each object, for models that take one."),
        "seed": Member(_OPTIONAL_INTEGER, "Seed of the run."),
        "clock": Member(
            _TEXT,
            "`monotonic`: times are nanoseconds of one clock that all processes share. "
            "`logical`: only the order of times is meaningful.",
            choices=("monotonic", "logical"),
        ),
        "clock_error_ns": Member(_INTEGER, "By how much clocks of servers may differ while a lease runs."),
        "started": Member(_OPTIONAL_TEXT, "Wall-clock time of the start, ISO 8601."),
        "versions": Member(_OBJECT, "Versions of the software, by name."),
        "options": Member(_OBJECT, "The options of the run."),
        "levels": Member(
            _OBJECT,
            "For clauses of which the store claims no more than the weaker form: how much may be lost, by id, as "
            "`1 s`, `20 writes` or `any`.",
        ),
    },
    "invoke": {
        "index": _INDEX,
        **_CALLED,
        "time_ns": Member(_INTEGER, "When the call was about to be made.", required=True),
    },
    "return": {
        "index": _INDEX,
        **_CAME_BACK,
        "time_ns": Member(_INTEGER, "When the client knew the outcome.", required=True),
    },
    "operation": {
        "index": Member(
            _OPTIONAL_INTEGER,
            "Number of the operation, from 0 in order of invocation; left out of all operations of a file, it is "
            "given by the times of call.",
        ),
        **_CALLED,
        **_CAME_BACK,
        "call_ns": Member(_INTEGER, "When the call was about to be made.", required=True),
        "return_ns": Member(_OPTIONAL_INTEGER, "When the client knew the outcome; null only with `unknown`."),
    },
    "fault": {
        "fault": Member(_TEXT, "What was done, such as `kill`.", required=True),
        "target": Member(_TEXT, "The server or client that it was done to.", required=True),
        "call_ns": Member(_INTEGER, "When it was about to be done.", required=True),
        "return_ns": Member(_OPTIONAL_INTEGER, "When it was done."),
        "error": Member(_OPTIONAL_TEXT, "Why it failed; null where it took effect."),
        "details": Member(
            _OBJECT,
            "Anything else that is known; `role` is `server` or `client`. What a level allows to be lost may be lost "
            "at the `kill` of a server.",
        ),
    },
    "footer": {
        "operations": Member(_INTEGER, "How many operations the file holds, complete or not.", required=True),
        "faults": Member(_INTEGER, "How many faults the file holds.", required=True),
    },
}

_TYPE_NAMES: dict[type, str] = {int: "an integer", str: "a string", dict: "an object", NoneType: "null"}


def type_names(types: tuple[type, ...]) -> str:
    """The types in words: `an integer or null`."""
    return " or ".join(_TYPE_NAMES[one] for one in types)


class WrongRecord(Exception):
    """A record that does not have its kind's form, or cannot be where it is.

    `hint` says how it would be right, `rule` is the one of `lint_rules` that it breaks.
    """

    def __init__(self, problem: str, hint: str | None = None, rule: str = "wrong-record") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.rule = rule


def check_form(record: object) -> str:
    """The kind of `record`. Raises `WrongRecord` where it does not have the form of that kind.

    A recording of 10^5 operations has a handful of shapes (names and types of the members); each is examined once.
    Only what the shape does not show is looked at in every record.
    """
    if type(record) is not dict:
        raise WrongRecord("a record is a JSON object", 'each line is one record, such as {"record":"footer", …}')
    kind = record.get("record")
    if type(kind) is not str or kind not in MEMBERS:
        raise _unknown_kind(record)
    wrong = _wrong_shape(kind, tuple(record), tuple(map(type, record.values())))
    if wrong is not None:
        raise WrongRecord(*wrong)
    _check_values(kind, record)
    return kind


def check_place(kind: str, *, after_header: bool, after_footer: bool) -> None:
    """Raises `WrongRecord` where a record of this kind has no place: a history has one header and one footer."""
    if after_footer:
        raise WrongRecord("a record follows the footer", "the footer is the last line; are these two recordings?")
    if after_header is (kind == "header"):
        problem = "a second header" if after_header else "the first record is not a header"
        raise WrongRecord(problem, f"a history has one header, its first line: {HEADER_EXAMPLE}")


def _unknown_kind(record: dict[str, Any]) -> WrongRecord:
    known = f"one of {', '.join(MEMBERS)}"
    if "record" not in record:
        return WrongRecord("the member 'record' is missing", f"it says what the line is: {known}")
    kind = record["record"]
    near = difflib.get_close_matches(kind, MEMBERS, n=1) if isinstance(kind, str) else []
    return WrongRecord(f"unknown record {kind!r:.80}", f"did you mean {near[0]!r}?" if near else known)


@lru_cache(maxsize=1024)
def _wrong_shape(kind: str, names: tuple[str, ...], types: tuple[type, ...]) -> tuple[str, str | None] | None:
    """Problem and hint where members are unknown, missing or of the wrong type."""
    members = MEMBERS[kind]
    for name, of_type in zip(names, types, strict=True):
        if name == "record":
            continue
        member = members.get(name)
        if member is None:
            near = difflib.get_close_matches(name, members, n=1)
            known = f"known: {', '.join(members)}"
            return (f"a record {kind!r} has no member {name!r:.80}", f"did you mean {near[0]!r}?" if near else known)
        # Exact types, because JSON's true is an instance of Python's int.
        if member.types and of_type not in member.types:
            return (f"{name!r} is {_json_type(of_type)}", f"it has to be {type_names(member.types)}")
    missing = [name for name, member in members.items() if member.required and name not in names]
    if missing:
        return (f"the record {kind!r} lacks {', '.join(map(repr, missing))}", members[missing[0]].meaning)
    return None


def _json_type(of_type: type) -> str:
    others: dict[type, str] = {bool: "a boolean", float: "a number with a fraction", list: "an array"}
    return _TYPE_NAMES.get(of_type) or others.get(of_type, f"a {of_type.__name__}")


_TIMES = {
    "header": (),
    "invoke": ("time_ns",),
    "return": ("time_ns",),
    "operation": ("call_ns", "return_ns"),
    "fault": ("call_ns", "return_ns"),
    "footer": (),
}


def _check_values(kind: str, record: dict[str, Any]) -> None:
    for name in _TIMES[kind]:
        time = record.get(name)
        if time is not None and not -INT64 <= time < INT64:
            raise WrongRecord(f"{name!r} does not fit into 64 bits")
    if kind == "return":
        _check_outcome(record)
    elif kind == "operation":
        _check_outcome(record)
        if record.get("return_ns") is None and record["outcome"] != "unknown":
            raise WrongRecord(
                f"'return_ns' is missing beside the outcome {record['outcome']!r}",
                "the client knew the outcome at some time; only an unknown operation may never have come back",
            )
    elif kind == "fault":
        if record.get("return_ns") is not None and record["return_ns"] < record["call_ns"]:
            raise WrongRecord("the fault ends before it begins", "take both times from one monotonic clock")
    elif kind == "header":
        _check_header(record)


def _check_outcome(record: dict[str, Any]) -> None:
    outcome = record["outcome"]
    if outcome not in OUTCOMES:
        raise WrongRecord(f"unknown outcome {outcome!r:.80}", f"one of {', '.join(OUTCOMES)}")
    if outcome == "ok":
        if record.get("error") is not None:
            raise WrongRecord(
                "'error' beside the outcome 'ok'", "an operation that took effect has a result", "error-with-ok"
            )
    elif record.get("result") is not None:
        raise WrongRecord(
            f"'result' beside the outcome {outcome!r}",
            "a client that saw an answer knows that its operation took effect: the outcome is 'ok', also where the "
            "answer is a refusal",
            "result-without-ok",
        )


def _check_header(record: dict[str, Any]) -> None:
    if record["format"] != FORMAT_VERSION:
        raise WrongRecord(
            f"format version {record['format']} is unknown", f"this version of lawful reads version {FORMAT_VERSION}"
        )
    clocks = MEMBERS["header"]["clock"].choices
    if record.get("clock", clocks[0]) not in clocks:
        raise WrongRecord(f"unknown clock {record['clock']!r:.80}", f"one of {', '.join(clocks)}")
    if not 0 <= record.get("clock_error_ns", 0) < INT64:
        raise WrongRecord("'clock_error_ns' is negative or does not fit into 64 bits")
    if not all(type(version) is str for version in record.get("versions", {}).values()):
        raise WrongRecord("a version is not a string", "'versions' maps names to strings")
    if not all(type(bound) is str for bound in record.get("levels", {}).values()):
        raise WrongRecord("a level is not a string", "'levels' maps ids of clauses to bounds, such as '1 s'")
