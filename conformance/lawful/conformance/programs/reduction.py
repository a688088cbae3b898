"""The smallest program that still fails in the same way: steps are left out, then arguments made plainer.

A program is tried on a store of its own each time. It may fail with another step last, but only by the same function
and against the same clause: else a search for one mistake would end with another.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from lawful.conformance.programs.opened import Builds
from lawful.conformance.programs.plain import SHORT_MS, plainer_arguments, plainer_keys
from lawful.conformance.programs.playing import Failure, play
from lawful.conformance.programs.program import Program, Step, Wait
from lawful.models.values import Json, identical

_PAUSE_MS = 2 * SHORT_MS


class Reduction:
    """Reduces one failure, until nothing is left to try or the time is over."""

    def __init__(self, backend: str | Builds, failure: Failure, limit_s: float) -> None:
        self._backend = backend
        self._best = failure
        self._deadline_s = time.monotonic() + limit_s

    def smallest(self) -> Failure:
        """What it came to."""
        self._settle()
        while self._left_out() or self._made_plainer():
            pass
        return self._best

    def _settle(self) -> None:
        """Where it failed because time went by, have it wait, so that it fails each time."""
        if play(self._best.program, self._backend) is not None:
            return
        program: list[Step | Wait] = []
        for step in self._best.program:
            program += [step] if isinstance(step, Wait) else [Wait(_PAUSE_MS), step]
        self._best = play(program, self._backend) or self._best

    def _left_out(self) -> bool:
        """Leave out as many steps as possible, many at once first; whether any could be."""
        before = len(self._best.program)
        size = max(before // 2, 1)
        while size:
            end = len(self._best.program) - 1  # the last step is the one that fails
            while end > 0:
                start = max(end - size, 0)
                program = self._best.program
                self._accepted((*program[:start], *program[end:]))
                end = min(start, len(self._best.program) - 1)
            size //= 2
        return len(self._best.program) < before

    def _made_plainer(self) -> bool:
        """Put the plainest values that do into arguments; whether any could be made plainer."""
        changed = False
        position = 0
        while position < len(self._best.program):
            for program in _with_plainer(self._best.program, position):
                changed = self._accepted(program) or changed
            position += 1
        return changed

    def _accepted(self, program: Program) -> bool:
        """Whether `program` fails in the same way; it is then the best one."""
        if time.monotonic() > self._deadline_s or _same(program, self._best.program):
            return False
        failure = play(program, self._backend)
        if failure is None or failure.kind != self._best.kind or len(failure.program) > len(self._best.program):
            return False
        self._best = failure
        return True


def _with_plainer(program: Program, position: int) -> Iterator[Program]:
    """The program with a plainer value at one step; wherever it stands, or else there alone."""
    step = program[position]
    if isinstance(step, Wait):
        return
    for key in plainer_keys(step):
        yield tuple(_with_key(one, step, key) for one in program)
    for name, value in plainer_arguments(step):
        yield tuple(_with_value(one, name, step.arguments[name], value) for one in program)
        yield (*program[:position], replace(step, arguments={**step.arguments, name: value}), *program[position + 1 :])


def _with_key(one: Step | Wait, like: Step, key: str) -> Step | Wait:
    if isinstance(one, Wait) or (one.table.name, one.key) != (like.table.name, like.key):
        return one
    return replace(one, key=key)


def _with_value(one: Step | Wait, name: str, old: Json, new: Json) -> Step | Wait:
    if isinstance(one, Wait) or name not in one.arguments or not identical(one.arguments[name], old):
        return one
    return replace(one, arguments={**one.arguments, name: new})


def _same(one: Program, other: Program) -> bool:
    return [_without_comment(step) for step in one] == [_without_comment(step) for step in other]


def _without_comment(step: Step | Wait) -> Step | Wait:
    return step if isinstance(step, Wait) else replace(step, comment="")
