"""The second opinion on a verdict: who else came to the same end, and what could not be asked.

A lawful verdict is as good as its linearization, which is replayed. A violation is first reduced to its core, which
violates by itself; the core goes to the reference search and to a solver. An answer that contradicts the verdict is a
defect of this program, in the search or in its second opinion, and is never a verdict: `Disagreement`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lawful.checkers.certificate.exploration import TooLarge
from lawful.checkers.certificate.replay import WrongWitness, replay
from lawful.checkers.linearizability import reference
from lawful.checkers.linearizability.core import Core, minimal_core
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import ObjectKey, Operation
from lawful.models.model import AnyModel

REPLAY = "replay"
REFERENCE = reference.METHOD
SOLVER = "z3"
_LONGEST_S = 60.0
"""For the solver, where the budget has no limit."""


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
    core = minimal_core(operations, model, budget=budget, blocked_at=part.blocked_at)
    if core is None:
        # A verdict that the general search cannot repeat within the budget has to be believed or not as it is.
        return _without_core(part, operations, model, budget)
    by, open_ = [], []
    again = reference.check_object(core.operations, model, budget)
    if again.verdict is Verdict.VIOLATION:
        by.append(REFERENCE)
    elif again.verdict is Verdict.INCONCLUSIVE:
        open_.append(f"{REFERENCE}: {again.progress}")
    else:
        raise _disagreement(part, core, REFERENCE, [placed.index for placed in again.linearization or ()])
    named, reason = _solved(part, core, model, budget)
    if reason is None:
        by.append(SOLVER)
    else:
        open_.append(f"{SOLVER}: {reason}")
    indexes = tuple(operation.index for operation in core.constrained)
    return Certificate(part.key, tuple(by), indexes, named, tuple(open_))


def _replayed(part: ObjectVerdict, operations: Sequence[Operation], model: AnyModel[Any]) -> Certificate:
    if part.linearization is None:
        return Certificate(part.key, (), open=(f"{REPLAY}: {part.method} gave no linearization",))
    try:
        replay(operations, model, part.linearization)
    except WrongWitness as error:
        problem = f"{part.key} is lawful by {part.method}; {REPLAY} refuses the linearization: {error}"
        raise Disagreement(problem) from error
    return Certificate(part.key, (REPLAY,))


def _without_core(
    part: ObjectVerdict, operations: Sequence[Operation], model: AnyModel[Any], budget: Budget
) -> Certificate:
    again = reference.check_object(operations, model, budget)
    if again.verdict is Verdict.VIOLATION:
        return Certificate(part.key, (REFERENCE,), open=(f"{SOLVER}: no core was found within the budget",))
    if again.verdict is Verdict.INCONCLUSIVE:
        return Certificate(part.key, (), open=("no core was found within the budget", f"{REFERENCE}: {again.progress}"))
    found = " ".join(f"#{placed.index}" for placed in again.linearization or ())
    raise Disagreement(f"{part.key} is in violation by {part.method}; {REFERENCE} explains it by the order {found}")


def _solved(
    part: ObjectVerdict, core: Core, model: AnyModel[Any], budget: Budget
) -> tuple[tuple[int, ...], str | None]:
    """The operations that the solver named, or why it did not."""
    try:
        from lawful.checkers.certificate.solver import solve
    except ImportError:
        return (), "not installed; python -m pip install 'lawful[prove]'"
    try:
        answer = solve(core.operations, model, _LONGEST_S if budget.seconds is None else budget.seconds)
    except TooLarge as error:
        return (), f"cannot be certified: too large, {error}"
    if answer.contradicts is None:
        return (), answer.reason
    if not answer.contradicts:
        raise _disagreement(part, core, SOLVER, answer.order)
    return answer.named, None


def _disagreement(part: ObjectVerdict, core: Core, other: str, order: Sequence[int]) -> Disagreement:
    operations = " ".join(f"#{operation.index}" for operation in core.constrained)
    found = " ".join(f"#{index}" for index in order) or "of none"
    return Disagreement(
        f"{part.key} is in violation by {part.method}, with the core {operations}; "
        f"{other} explains this core by the order {found}"
    )
