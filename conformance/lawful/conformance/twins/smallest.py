"""The smallest program that still shows a twin's mistake: calls are left out as long as the same clause rejects it.

The times of the calls that stay are kept, so clients overlap as they did. What is left is minimal in that no single
call and no restart can go.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from lawful.conformance.programs.plain import NAMES, plain_values
from lawful.conformance.twins.hunt import MakesStore, broken_clauses
from lawful.conformance.twins.program import Program
from lawful.conformance.twins.simulation import NS_PER_MS, USUAL_DELAYS_NS, Act, Restart
from lawful.models.values import Json, canonical
from lawful.specs.task_store import TABLES

_LONGEST_S = 4.0

Part = Act | Restart


def smallest(make: MakesStore, program: Program, clause: str, longest_s: float = _LONGEST_S) -> Program:
    """A part of `program` after which `clause` rejects the store, as small as was found within `longest_s` seconds."""
    deadline_s = time.perf_counter() + longest_s

    def rejects(parts: Sequence[Part]) -> bool:
        return clause in broken_clauses(_program(parts).run(make()))[1]

    return _program(_minimised([*program.acts, *program.restarts], rejects, deadline_s))


def _minimised(parts: list[Part], rejects: Callable[[Sequence[Part]], bool], deadline_s: float) -> list[Part]:
    """Leave out halves, then quarters, and so on down to single parts, until none can go."""
    size = max(len(parts) // 2, 1)
    while parts:
        start, shrunk = 0, False
        while start < len(parts):
            if time.perf_counter() > deadline_s:
                return parts
            without = parts[:start] + parts[start + size :]
            if without and rejects(without):
                parts, shrunk = without, True
            else:
                start += size
        if size == 1 and not shrunk:
            return parts
        size = max(size // 2, 1)
    return parts


def _program(parts: Sequence[Part]) -> Program:
    return Program(
        tuple(part for part in parts if isinstance(part, Act)),
        tuple(part for part in parts if isinstance(part, Restart)),
    )


def made_plain(make: MakesStore, program: Program, clause: str, longest_s: float = _LONGEST_S) -> Program:
    """`program` with plainer values and rounder times, as long as `clause` still rejects the store."""
    deadline_s = time.perf_counter() + longest_s

    def rejects(candidate: Program) -> bool:
        if time.perf_counter() > deadline_s:
            return False
        return clause in broken_clauses(candidate.run(make()))[1]

    for rounder in (_in_round_times(program, 1), _in_round_times(program, 10), _with_usual_steps(program)):
        if rejects(rounder):
            program = rounder
    for key in NAMES:
        if rejects(candidate := _with_key(program, key)):
            program = candidate
            break
    for old, new in _plainer_values(program):
        if old in _values(program) and rejects(candidate := _with_value(program, old, new)):
            program = candidate
    return program


def _in_round_times(program: Program, ms: int) -> Program:
    """Calls at whole multiples of `ms`, with steps that take whole milliseconds."""
    first_ns = min(act.call_ns for act in program.acts)
    unit_ns = ms * NS_PER_MS
    acts = tuple(
        replace(
            act,
            call_ns=round((act.call_ns - first_ns) / unit_ns) * unit_ns,
            delays_ns=tuple(max(round(delay / NS_PER_MS), 1) * NS_PER_MS for delay in act.delays_ns),
        )
        for act in program.acts
    )
    restarts = tuple(replace(one, at_ns=max(one.at_ns - first_ns, 0)) for one in program.restarts)
    return Program(acts, restarts)


def _with_usual_steps(program: Program) -> Program:
    """Calls one after the other, none of which takes longer than any other."""
    acts = tuple(
        replace(act, call_ns=10 * NS_PER_MS * number, delays_ns=USUAL_DELAYS_NS)
        for number, act in enumerate(program.acts)
    )
    return program if program.restarts else Program(acts)


def _with_key(program: Program, key: str) -> Program:
    """Every call in the same independent part."""
    acts = (
        act if act.intent.key is None else replace(act, intent=act.intent._replace(key=key)) for act in program.acts
    )
    return replace(program, acts=tuple(acts))


def _plainer_values(program: Program) -> Iterator[tuple[str, Json]]:
    """Values of arguments, each with what may stand in its place; ids that are equal stay so."""
    for act in program.acts:
        function = TABLES[act.intent.table].function(act.intent.function)
        assert function is not None
        for argument in function.arguments:
            old = canonical(act.intent.arguments[argument.name])
            for new in plain_values(argument):
                if canonical(new) == old:
                    break
                yield old, new


def _values(program: Program) -> set[str]:
    return {canonical(value) for act in program.acts for value in act.intent.arguments.values()}


def _with_value(program: Program, old: str, new: Json) -> Program:
    """The program with one value replaced wherever it is an argument."""

    def replaced(act: Act) -> Act:
        arguments = {name: new if canonical(value) == old else value for name, value in act.intent.arguments.items()}
        return replace(act, intent=act.intent._replace(arguments=arguments))

    return replace(program, acts=tuple(map(replaced, program.acts)))
