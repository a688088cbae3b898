"""The smallest program that still shows a twin's mistake: calls are left out as long as the same clause rejects it.

The times of the calls that stay are kept, so clients overlap as they did. What is left is minimal in that no single
call and no restart can go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from lawful.conformance.programs.plain import NAMES, plain_values
from lawful.conformance.twins.hunt import MakesStore, broken_clauses
from lawful.conformance.twins.program import Program
from lawful.conformance.twins.simulation import USUAL_DELAYS_NS, Act, Restart
from lawful.models.history import NS_PER_MS
from lawful.models.model import UnknownCall
from lawful.models.values import Json, canonical
from lawful.specs.task_store import TABLES

MOST_RUNS = 400
"""How often a smaller program is tried. No limit of time: the same twin and seed give the same program anywhere."""

Part = Act | Restart


def smallest(make: MakesStore, program: Program, clause: str) -> Program:
    """A part of `program` after which `clause` rejects the store, as small as was found."""
    trial = _Trial(make, clause)
    return _program(_minimised(_parts(program), lambda parts: trial.rejects(_program(parts))))


class _Trial:
    """Runs programs, as long as there are runs left."""

    def __init__(self, make: MakesStore, clause: str) -> None:
        self._make = make
        self._clause = clause
        self._left = MOST_RUNS

    def rejects(self, program: Program) -> bool:
        """Whether the clause rejects the store after `program`; False where no run is left."""
        if self._left <= 0:
            return False
        self._left -= 1
        try:
            return self._clause in broken_clauses(program.run(self._make()))[1]
        except UnknownCall:  # null, say, in the place of a value that may not be
            return False


def _minimised(parts: list[Part], rejects: Callable[[Sequence[Part]], bool]) -> list[Part]:
    """Leave out halves, then quarters, and so on down to single parts, until none can go."""
    size = max(len(parts) // 2, 1)
    while parts:
        start, shrunk = 0, False
        while start < len(parts):
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


def made_plain(make: MakesStore, program: Program, clause: str) -> Program:
    """`program` with plainer values and rounder times, as long as `clause` still rejects the store."""
    trial = _Trial(make, clause)
    rounder = (_one_after_the_other(program), _in_round_times(program, 10), _in_round_times(program, 1))
    program = _first(rounder, program, trial)
    program = _first([_by_one_client(program)], program, trial)
    for number, act in enumerate(program.acts):
        shorter = (USUAL_DELAYS_NS, act.delays_ns[:1], act.delays_ns[:2], act.delays_ns[:3])
        candidates = [_with_act(program, number, replace(act, delays_ns=delays_ns)) for delays_ns in shorter]
        program = _first(candidates, program, trial)
    program = _first([_with_key(program, key) for key in NAMES], program, trial)
    for name, old, new in _plainer_values(program):
        program = _first([_with_value(program, name, old, new)], program, trial)
    # What told two rows apart may be gone, and with it the need for some of the calls.
    return smallest(make, program, clause)


def _first(candidates: Sequence[Program], program: Program, trial: _Trial) -> Program:
    """The first candidate that is rejected as well, else the program as it is."""
    return next((one for one in candidates if one == program or trial.rejects(one)), program)


def _by_one_client(program: Program) -> Program:
    return replace(program, acts=tuple(replace(act, client=0) for act in program.acts))


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
