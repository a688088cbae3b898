"""The plainest values of arguments, by what their declaration says: what a smallest program has."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.conformance.programs.program import Step
from lawful.models.values import Json, identical
from lawful.specs.field import Argument, Drawn

NAMES = ("a", "b", "c:d", "")
"""Ids and keys: few, so that they meet; some awkward."""
CLIENTS = ("v", "w")
LONG_MS = 3_600_000
"""A duration that outlasts the program."""
SHORT_MS = 30
"""A duration that a program can wait for, and that does not end by itself before the next step."""
SHORT_OF_A_MOVED_CLOCK_MS = 60_000


def plainer_keys(step: Step) -> Iterator[str]:
    """Plainer keys than that of the step, the plainest first."""
    if step.key is not None:
        for key in NAMES:
            if key == step.key:
                return
            yield key


def plainer_arguments(step: Step) -> Iterator[tuple[str, Json]]:
    """Each argument with values that are plainer than its own; what an earlier answer gave stays."""
    for argument in step.declared.arguments:
        if argument.name in step.sources:
            continue
        for value in plain_values(argument):
            if identical(value, step.arguments[argument.name]):
                break
            yield argument.name, value


def plain_values(argument: Argument) -> tuple[Json, ...]:
    """The plainest values, the plainest first."""
    if argument.values:
        return (*((None,) if argument.nullable else ()), *argument.values)
    if argument.nullable:
        return (None, *_by_type(argument))
    return _by_type(argument)


def _by_type(argument: Argument) -> tuple[Json, ...]:
    match argument.drawn, argument.type:
        case ((Drawn.IDENTITY | Drawn.SEEN), "string"):
            return NAMES
        case Drawn.SELF, "string":
            return CLIENTS
        case Drawn.DURATION, _:
            return (LONG_MS,)
    match argument.type:
        case "string":
            return ("", "a")
        case "integer":
            return (0, 1, 2)
        case "boolean":
            return (False, True)
        case "array":
            return ([], ["a"])
        case "object":
            return ({},)
    return (None, {})
