"""A program as text that can be pasted and run: a line of Python for each operation, with its answer as a comment.

What the store chose, such as a token, is not written as a number but taken from the answer that showed it: the program
then means the same on a store that chooses otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lawful.models.values import Json
from lawful.specs.table import Function, Table


@dataclass(frozen=True, slots=True)
class Source:
    """A value that stands in the answer of an earlier step."""

    step: int
    """The number of the step."""
    path: tuple[str | int, ...] = ()
    plus: int = 0
    """Added to the integer that stands there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, and what came of it."""

    number: int
    """What later steps call it by; steps that were left out leave gaps."""
    table: Table
    key: str | None
    function: str
    arguments: Mapping[str, Json]
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Of the arguments that come from an earlier answer; without that step, they are as `arguments` has them."""
    comment: str = ""

    @property
    def declared(self) -> Function:
        function = self.table.function(self.function)
        assert function is not None
        return function


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause."""

    ms: int


Program = Sequence[Step | Wait]


def program_text(backend: str, program: Program) -> str:
    """The program as Python, for the store that `--backend` names so."""
    lines = ["from lawful.conformance.programs import checked", "", f"with checked({python_text(backend)}) as store:"]
    lines += [f"    {line}" for line in _lines(program)]
    return "\n".join(lines)


def _lines(program: Program) -> Iterator[str]:
    used = {source.step for step in program if isinstance(step, Step) for source in step.sources.values()}
    names: dict[int, str] = {}
    for position, step in enumerate(program):
        if isinstance(step, Wait):
            yield f"store.wait({step.ms})"
            continue
        call = _call(step, names)
        if step.number in used:
            names[step.number] = f"{step.function}_{position + 1}"
            call = f"{names[step.number]} = {call}"
        yield f"{call}  # {step.comment}" if step.comment else call


def _call(step: Step, names: Mapping[int, str]) -> str:
    values = [] if step.table.key is None else [f"{step.table.key}={python_text(step.key)}"]
    for name, value in step.arguments.items():
        source = step.sources.get(name)
        answered = source is not None and source.step in names
        values.append(f"{name}={_taken(source, names) if source is not None and answered else python_text(value)}")
    return f"store.{step.table.name}.{step.function}({', '.join(values)})"


def _taken(source: Source, names: Mapping[int, str]) -> str:
    place = names[source.step] + "".join(f"[{python_text(part)}]" for part in source.path)
    return place if not source.plus else f"{place} {'+' if source.plus > 0 else '-'} {abs(source.plus)}"


def python_text(value: Json) -> str:
    """A JSON value as Python has it.

    >>> print(python_text({"a": (None, True, 1.0, "ß")}))
    {"a": [None, True, 1.0, "ß"]}
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{python_text(name)}: {python_text(one)}" for name, one in value.items()) + "}"
    if isinstance(value, str):
        text = repr(value)
        return text if '"' in value else '"' + text[1:-1].replace("\\'", "'") + '"'
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(python_text, value)) + "]"
    return repr(value)
