"""The core of a violation as something to keep: a history of its own, or a test that needs no other file.

A core that is kept outlives the recording of which it is a part: it shows that a checker still finds what it found,
and that a model still forbids what it forbade. Its operations are numbered anew; the header says which they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from lawful.checkers.linearizability.core import Core
from lawful.conformance.report.columns import columns
from lawful.models.history import Header, History, Operation, Outcome
from lawful.models.values import Json
from lawful.models.wording import counted, value_text

_LONGEST_LINE = 120


class Origin(NamedTuple):
    """Where a core comes from."""

    file: str
    header: Header
    model: str
    """The name of the model that it contradicts."""


def core_history(core: Core, origin: Origin) -> History:
    """The core as a history that can be checked by itself."""
    note: dict[str, Json] = {
        "file": origin.file,
        "object": str(core.part.key),
        "operations": [operation.index for operation in core.history],
    }
    if core.row is not None:
        note["row"] = core.row
    header = replace(origin.header, model=origin.model, options={**origin.header.options, "shrunk_from": note})
    return History(_numbered(core.history), header=header)


def _numbered(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations numbered from 0; those that may have taken effect each have a process of their own.

    A process is not heard of after an operation of unknown outcome, and these were weakened only later.
    """
    ordered = sorted(operations, key=lambda operation: (operation.call_ns, operation.index))
    unused = max((operation.process for operation in ordered), default=0) + 1
    numbered = []
    for index, operation in enumerate(ordered):
        process = operation.process if operation.outcome is Outcome.OK else unused + index
        numbered.append(replace(operation, index=index, process=process))
    return tuple(numbered)


def regression_test(history: History) -> str:
    """The text of a pytest file that holds the operations of `history`, a core, and asserts that they contradict."""
    header = history.header
    note = header.options["shrunk_from"]
    assert isinstance(note, Mapping)
    model = f"MODELS[{literal(header.model)}]({literal(header.initial)}, {header.clock_error_ns})"
    constrained = [operation for operation in history if operation.outcome is Outcome.OK]
    optional = len(history) - len(constrained)
    return "\n".join(
        [
            '"""A contradiction that was recorded once, and must be found for ever."""',
            "",
            f"# From {value_text(note['file'])}, object {value_text(note['object'])}; numbered anew.",
            "#",
            *(f"# {line}".rstrip() for line in columns(constrained).splitlines()),
            *([f"# (whether or not {counted(optional, 'other operation')} took effect)"] if optional else []),
            "",
            "from lawful.checkers.linearizability.check import check_object",
            "from lawful.checkers.verdict import Verdict",
            "from lawful.models.catalogue import MODELS",
            "from lawful.models.history import Operation, Outcome",
            "",
            f"MODEL = {model}",
            "",
            "OPERATIONS = (",
            *(line for operation in history for line in _operation_lines(operation)),
            ")",
            "",
            "",
            "def test_no_order_of_effects_explains_these_answers() -> None:",
            "    assert check_object(OPERATIONS, MODEL).verdict is Verdict.VIOLATION",
            "",
        ]
    )


def _operation_lines(operation: Operation) -> list[str]:
    members = [
        ("index", literal(operation.index)),
        ("process", literal(operation.process)),
        ("object", literal(operation.object)),
        ("function", literal(operation.function)),
        ("arguments", _wrapped("arguments", operation.arguments)),
        ("outcome", f"Outcome.{operation.outcome.name}"),
        ("call_ns", literal(operation.call_ns)),
        ("return_ns", literal(operation.return_ns)),
    ]
    for name in ("key", "result", "error", "server"):
        if getattr(operation, name) is not None:
            members.append((name, _wrapped(name, getattr(operation, name))))
    return ["    Operation(", *(f"        {name}={text}," for name, text in members), "    ),"]


def _wrapped(name: str, value: Json, indent: int = 8) -> str:
    """The literal of a member or an item called `name`, on as many lines as it takes to keep each short."""
    whole = literal(value)
    if indent + len(f"{name}: {whole},") <= _LONGEST_LINE or not value or not isinstance(value, Mapping | list | tuple):
        return whole
    inner = " " * (indent + 4)
    if isinstance(value, Mapping):
        items = [f"{literal(key)}: {_wrapped(literal(key), member, indent + 4)}" for key, member in value.items()]
        opening, closing = "{", "}"
    else:
        items = [_wrapped("", member, indent + 4) for member in value]
        opening, closing = "[", "]"
    return "\n".join([opening, *(f"{inner}{item}," for item in items), " " * indent + closing])


def literal(value: Json) -> str:
    r"""A JSON value as Python writes it; nothing in a text can end its literal or hide.

    >>> literal({"a": [1, None, True, 'say "no"\u202e']})
    '{"a": [1, None, True, \'say "no"\\u202e\']}'
    """
    if isinstance(value, str):
        text = repr(value)
        return text if '"' in value else f'"{text[1:-1]}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(name)}: {literal(member)}" for name, member in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)
