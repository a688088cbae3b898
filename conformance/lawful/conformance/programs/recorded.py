"""From what one client did and saw to the smallest program that shows the same mistake again.

It needs neither Hypothesis nor luck: the recorded calls are carried out once more on a store of their own, and reduced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lawful.conformance.programs.opened import Builds
from lawful.conformance.programs.playing import Failure, play
from lawful.conformance.programs.program import Step
from lawful.conformance.programs.reduction import Reduction
from lawful.models.history import Operation
from lawful.models.model import KnowsRows
from lawful.models.task_store.declared import model_of
from lawful.specs.task_store import TABLES


def smallest_recorded(operations: Sequence[Operation], backend: str | Builds, limit_s: float) -> Failure | None:
    """The smallest program found in `limit_s` seconds; None where the calls alone do not show the mistake again.

    So it is where the mistake depends on how much time went by. Raises `BackendError` where no store starts.
    """
    failure = play([_step(one) for one in operations if one.object in TABLES], backend)
    if failure is None:
        return None
    about_its_row = play([_step(one) for one in _about_the_row_of_the_last(operations, failure)], backend)
    if about_its_row is not None and about_its_row.kind == failure.kind:
        failure = about_its_row
    return Reduction(backend, failure, limit_s).smallest()


def _step(operation: Operation) -> Step:
    return Step(operation.index, TABLES[operation.object], operation.key, operation.function, operation.arguments)


def _about_the_row_of_the_last(operations: Sequence[Operation], failure: Failure) -> Iterator[Operation]:
    """The operations that name the row of the wrong answer: mostly it takes no other, and there are few of them."""
    last = failure.program[-1]
    assert isinstance(last, Step)
    wrong = next(one for one in operations if one.index == last.number)
    model = model_of(last.table)
    assert isinstance(model, KnowsRows)
    rows = model.rows(wrong)
    for one in operations:
        if one.object == wrong.object and one.key == wrong.key and one.index <= wrong.index and model.rows(one) & rows:
            yield one
