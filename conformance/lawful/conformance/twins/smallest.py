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
from lawful.models.model import UnknownCall
from lawful.models.values import Json, canonical
from lawful.specs.task_store import TABLES

_LONGEST_S = 4.0

Part = Act | Restart


def smallest(make: MakesStore, program: Program, clause: str, longest_s: float = _LONGEST_S) -> Program:
    """A part of `program` after which `clause` rejects the store, as small as was found within `longest_s` seconds."""
    deadline_s = time.perf_counter() + longest_s

    def rejects(parts: Sequence[Part]) -> bool:
        return clause in broken_clauses(_program(parts).run(make()))[1]

    return _program(_minimised(_parts(program), rejects, deadline_s))


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


def _parts(program: Program) -> list[Part]:
    return [*program.acts, *program.restarts]


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
        try:
            return clause in broken_clauses(candidate.run(make()))[1]
        except UnknownCall:  # null, say, in the place of a value that may not be
            return False

    for rounder in (_one_after_the_other(program), _in_round_times(program, 10), _in_round_times(program, 1)):
        if rejects(rounder):
            program = rounder
            break
    alone = replace(program, acts=tuple(replace(act, client=0) for act in program.acts))
    if rejects(alone):
        program = alone
    for number, act in enumerate(program.acts):
        for delays_ns in (USUAL_DELAYS_NS, act.delays_ns[:1], act.delays_ns[:2], act.delays_ns[:3]):
            candidate = _with_act(program, number, replace(act, delays_ns=delays_ns))
            if candidate == program or rejects(candidate):
                program = candidate
                break
    for key in NAMES:
        if rejects(candidate := _with_key(program, key)):
            program = candidate
            break
    for name, old, new in _plainer_values(program):
        candidate = _with_value(program, name, old, new)
        if candidate != program and rejects(candidate):
            program = candidate
    # What told two rows apart may be gone, and with it the need for some of the calls.
    return smallest(make, program, clause, longest_s)


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
    restarts = tuple(
        replace(one, at_ns=round(max(one.at_ns - first_ns, 0) / unit_ns) * unit_ns) for one in program.restarts
    )
    return Program(acts, restarts)


def _one_after_the_other(program: Program) -> Program:
    """Calls and restarts in the same order, ten milliseconds apart, none of which takes longer than any other."""
    in_order = sorted(_parts(program), key=lambda part: part.call_ns if isinstance(part, Act) else part.at_ns)
    moments_ns = range(0, 10 * NS_PER_MS * len(in_order), 10 * NS_PER_MS)
    return _program(
        [
            replace(part, call_ns=moment_ns, delays_ns=USUAL_DELAYS_NS)
            if isinstance(part, Act)
            else replace(part, at_ns=moment_ns)
            for part, moment_ns in zip(in_order, moments_ns, strict=True)
        ]
    )


def _with_act(program: Program, number: int, act: Act) -> Program:
    return replace(program, acts=(*program.acts[:number], act, *program.acts[number + 1 :]))


def _with_key(program: Program, key: str) -> Program:
    """Every call in the same independent part."""
    acts = (
        act if act.intent.key is None else replace(act, intent=act.intent._replace(key=key)) for act in program.acts
    )
    return replace(program, acts=tuple(acts))


def _plainer_values(program: Program) -> Iterator[tuple[str, str, Json]]:
    """Arguments by name and value, each with what may stand in its place."""
    for act in program.acts:
        function = TABLES[act.intent.table].function(act.intent.function)
        assert function is not None
        for argument in function.arguments:
            old = canonical(act.intent.arguments[argument.name])
            for new in plain_values(argument):
                if canonical(new) == old:
                    break
                yield argument.name, old, new


def _with_value(program: Program, name: str, old: str, new: Json) -> Program:
    """The program with one value of an argument replaced in every call: ids that are equal stay so."""

    def replaced(act: Act) -> Act:
        if name not in act.intent.arguments or canonical(act.intent.arguments[name]) != old:
            return act
        return replace(act, intent=act.intent._replace(arguments={**act.intent.arguments, name: new}))

    return replace(program, acts=tuple(map(replaced, program.acts)))
