"""The second opinion on a verdict: who else came to the same end, and what could not be asked.

A lawful verdict is as good as its linearization, which is replayed. A violation is first reduced to its core, which
violates by itself; the core goes to the reference search and to a solver, or where one of them cannot decide it, what
was recorded up to the violation does. An answer that contradicts the verdict is a
defect of this program, in the search or in its second opinion, and is never a verdict: `Disagreement`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from lawful.checkers.certificate.exploration import TooLarge
from lawful.checkers.certificate.replay import WrongWitness, replay
from lawful.checkers.linearizability import reference
from lawful.checkers.linearizability.core import Core, minimal_core
from lawful.checkers.linearizability.prefix import failing_prefix
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel
from lawful.models.resumed import resumed

REPLAY = "replay"
REFERENCE = reference.METHOD
SOLVER = "z3"
_REFERENCE_ON_CORE_S = 2.0
"""It is fast with what is known, and slow with what is not: then what was recorded is asked about sooner."""
_LONGEST_S = 60.0
"""For a question to the solver, where the budget has no limit."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What became of the second opinions on one object."""

    key: ObjectKey
    by: tuple[str, ...]
    """The means that came to the same verdict: `replay`, `reference search`, `z3`."""
    core: tuple[int, ...] = ()
    """VIOLATION: the operations of the core, by index; their outcomes contradict each other."""
    unsat_core: tuple[int, ...] = ()
    """VIOLATION: those of them that the solver needed."""
    open: tuple[str, ...] = ()
    """What could not be asked, or gave no answer: `z3: …`."""
    seconds: tuple[float, ...] = field(default=(), compare=False)
    """How long each of `by` took."""


class Disagreement(Exception):
    """Two means came to different verdicts on one object; the message has both."""


def certify(
    part: ObjectVerdict, operations: Sequence[Operation], model: AnyModel[Any], budget: Budget
) -> Certificate | None:
    """Ask again about `part`, the verdict on `operations`; None where it claims nothing.

    `budget`: for each of the means. Raises `Disagreement`.
    """
    if part.verdict is Verdict.LAWFUL:
        return _replayed(part, operations, model)
    if part.verdict is not Verdict.VIOLATION:
        return None
    core = minimal_core(operations, model, budget=budget, part=part)
    if core is None or not core.constrained:
        # A verdict that the general search cannot repeat within the budget has to be believed or not as it is.
        return _without_core(part, operations, model, budget)
    recorded = failing_prefix(operations, part.blocked_at)
    by: list[str] = []
    seconds: list[float] = []
    open_: list[str] = []
    named: tuple[int, ...] = ()
    for of_core, means in ((_core_by_reference, _by_reference), (_core_by_solver, _by_solver)):
        started_s = time.monotonic()
        opinion = of_core(part, core, model, budget)
        if opinion.open is not None:
            # A core leaves much open, and where that is hard to search, what was recorded may be easy.
            reason = opinion.open
            opinion = means(part, recorded, model, _halved(budget))
            open_ += _still_open(opinion, reason)
        if opinion.open is None:
            by.append(opinion.means)
            seconds.append(time.monotonic() - started_s)
            named = named or opinion.named
    indexes = tuple(operation.index for operation in core.constrained)
    return Certificate(part.key, tuple(by), indexes, named, tuple(open_), tuple(seconds))


def _halved(budget: Budget, most_s: float = math.inf) -> Budget:
    """Half of the time: two questions are asked of each of the means."""
    return budget if budget.seconds is None else replace(budget, seconds=min(budget.seconds / 2, most_s))


def _core_by_reference(part: ObjectVerdict, core: Core, model: AnyModel[Any], budget: Budget) -> _Opinion:
    return _by_reference(part, core.history, model, _halved(budget, _REFERENCE_ON_CORE_S))


def _core_by_solver(part: ObjectVerdict, core: Core, model: AnyModel[Any], budget: Budget) -> _Opinion:
    """From each of the states before, where there are any: these the reference search has found."""
    named: set[int] = set()
    for state, used in core.pasts:
        since = [operation for operation in core.operations if operation.index not in used]
        opinion = _by_solver(part, since, resumed(model, state), _halved(budget))
        if opinion.open is not None:
            return opinion
        named |= set(opinion.named)
    if core.pasts:
        return _Opinion(SOLVER, tuple(sorted(named)))
    return _by_solver(part, core.operations, model, _halved(budget))


class _Opinion(NamedTuple):
    """That a part of the history contradicts itself, by one of the means."""

    means: str
    named: tuple[int, ...] = ()
    open: str | None = None
    """Why there was no answer."""


def _still_open(of_recorded: _Opinion, of_core: str) -> list[str]:
    """What there was no answer to, said once where the reason is the same."""
    if of_recorded.open == of_core:
        return [f"{of_recorded.means}: {of_core}"]
    told = [f"{of_recorded.means} on the core: {of_core}"]
    if of_recorded.open is not None:
        told.append(f"{of_recorded.means} on what was recorded: {of_recorded.open}")
    return told


def _by_reference(
    part: ObjectVerdict, operations: Sequence[Operation], model: AnyModel[Any], budget: Budget
) -> _Opinion:
    again = reference.check_object(operations, model, budget)
    if again.verdict is Verdict.VIOLATION:
        return _Opinion(REFERENCE)
    if again.verdict is Verdict.INCONCLUSIVE:
        return _Opinion(REFERENCE, open=again.progress)
    raise _disagreement(part, operations, REFERENCE, [placed.index for placed in again.linearization or ()])


def _by_solver(part: ObjectVerdict, operations: Sequence[Operation], model: AnyModel[Any], budget: Budget) -> _Opinion:
    try:
        from lawful.checkers.certificate.solver import solve
    except ImportError:
        return _Opinion(SOLVER, open="not installed; python -m pip install 'lawful[prove]'")
    try:
        answer = solve(operations, model, _LONGEST_S if budget.seconds is None else budget.seconds)
    except TooLarge as error:
        return _Opinion(SOLVER, open=f"too large, {error}")
    if answer.contradicts is None:
        return _Opinion(SOLVER, open=answer.reason)
    if not answer.contradicts:
        raise _disagreement(part, operations, SOLVER, answer.order)
    return _Opinion(SOLVER, answer.named)


def _replayed(part: ObjectVerdict, operations: Sequence[Operation], model: AnyModel[Any]) -> Certificate:
    if part.linearization is None:
        return Certificate(part.key, (), open=(f"{REPLAY}: {part.method} gave no linearization",))
    started_s = time.monotonic()
    try:
        replay(operations, model, part.linearization)
    except WrongWitness as error:
        problem = f"{part.key} is lawful by {part.method}; {REPLAY} refuses the linearization: {error}"
        raise Disagreement(problem) from error
    return Certificate(part.key, (REPLAY,), seconds=(time.monotonic() - started_s,))


def _without_core(
    part: ObjectVerdict, operations: Sequence[Operation], model: AnyModel[Any], budget: Budget
) -> Certificate:
    again = reference.check_object(operations, model, budget)
    if again.verdict is Verdict.VIOLATION:
        no_core = f"{SOLVER}: no core was found within the budget"
        return Certificate(part.key, (REFERENCE,), open=(no_core,), seconds=(again.seconds,))
    if again.verdict is Verdict.INCONCLUSIVE:
        return Certificate(part.key, (), open=("no core was found within the budget", f"{REFERENCE}: {again.progress}"))
    found = " ".join(f"#{placed.index}" for placed in again.linearization or ())
    raise Disagreement(f"{part.key} is in violation by {part.method}; {REFERENCE} explains it by the order {found}")


def _disagreement(
    part: ObjectVerdict, operations: Sequence[Operation], other: str, order: Sequence[int]
) -> Disagreement:
    constrained = " ".join(f"#{operation.index}" for operation in operations if operation.outcome is Outcome.OK)
    found = " ".join(f"#{index}" for index in order) or "of none"
    return Disagreement(
        f"{part.key} is in violation by {part.method}, for what {constrained} answered; "
        f"{other} explains these by the order {found}"
    )
