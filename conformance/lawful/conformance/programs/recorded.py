"""From what one client did and saw to the smallest program that shows the same mistake again.

It needs neither Hypothesis nor luck: the recorded calls are carried out once more on a store of their own, and reduced.
"""

from __future__ import annotations

from collections.abc import Iterable

from lawful.conformance.programs.opened import Builds
from lawful.conformance.programs.playing import Failure, play
from lawful.conformance.programs.program import Step
from lawful.conformance.programs.reduction import Reduction
from lawful.models.history import Operation
from lawful.specs.task_store import TABLES


def smallest_recorded(operations: Iterable[Operation], backend: str | Builds, limit_s: float) -> Failure | None:
    """The smallest program found in `limit_s` seconds; None where the calls alone do not show the mistake again.

    So it is where the mistake depends on how much time went by. Raises `BackendError` where no store starts.
    """
    program = [
        Step(operation.index, TABLES[operation.object], operation.key, operation.function, operation.arguments)
        for operation in operations
        if operation.object in TABLES
    ]
    failure = play(program, backend)
    return None if failure is None else Reduction(backend, failure, limit_s).smallest()
