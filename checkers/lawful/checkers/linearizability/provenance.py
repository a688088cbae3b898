"""Values that come from nowhere: answers that no order of the operations can explain, found in one pass.

An answer may only show what the initial state holds, or what another operation may have supplied that was called no
later than the answer came. Where a model knows its sources (see `lawful.models.sources`), that is looked up for every
answer: O(n) in the size of the history, however many operations overlap.

A violation is one of the answer alone, or of the answer and the first operation that may have supplied what it shows.
Before it is reported, the reference checker has to refuse these one or two operations on their own. If it does not,
what the model says about its sources is wrong, and `AssertionError` is raised.

Histories without a stray value are left to the other checkers: `check_object` gives None.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from lawful.checkers.linearizability import reference
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Refused, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel
from lawful.models.sources import KnowsSources, Shown
from lawful.models.wording import nobody_wrote_text, written_later_text

METHOD = "provenance"
BECAUSE = "every value in an answer was looked up among those that were written before; no order had to be tried"

_PROOF_BUDGET = Budget(seconds=5.0)
_KEPT = 2
"""Suppliers that are remembered: an operation does not supply itself, so one of two is another."""

_Suppliers: TypeAlias = dict[Hashable, list[Operation]]


class Stray(NamedTuple):
    """An answer that shows what was not there."""

    operation: Operation
    shown: Shown
    writer: Operation | None
    """The first that may have supplied it, which was called after the answer came; None: nobody may."""

    @property
    def sentence(self) -> str:
        """Why the answer is refused."""
        if self.writer is None:
            return nobody_wrote_text(self.shown.text)
        return written_later_text(self.shown.text, self.writer)


def check_object(operations: Sequence[Operation], model: AnyModel[Any]) -> ObjectVerdict | None:
    """The violation of a stray value, with its proof; None where there is none, or the model does not know."""
    if not isinstance(model, KnowsSources):
        return None
    meter = Meter(Budget(None, None))
    stray = first_stray(operations, model)
    if stray is None:
        return None
    core = (stray.operation,) if stray.writer is None else (stray.operation, stray.writer)
    return ObjectVerdict(
        key=stray.operation.object_key,
        verdict=Verdict.VIOLATION,
        method=METHOD,
        operations=sum(operation.outcome is Outcome.OK for operation in operations),
        unknown=sum(operation.outcome is Outcome.UNKNOWN for operation in operations),
        blocked_at=stray.operation.index,
        refusals=_proved(stray, core, model),
        because=BECAUSE,
        core=tuple(sorted(operation.index for operation in core)),
        seconds=meter.seconds,
    )


def first_stray(operations: Sequence[Operation], model: KnowsSources) -> Stray | None:
    """The stray value that was answered first. Completed operations without a return are left to others."""
    happened = [operation for operation in operations if operation.outcome is not Outcome.FAIL]
    suppliers = _suppliers(happened, model)
    initial = frozenset(model.supplied_at_first())
    first: Stray | None = None
    first_ns = 0
    for operation in happened:
        if operation.outcome is not Outcome.OK or operation.return_ns is None:
            continue
        if first is None or operation.return_ns < first_ns:
            stray = _stray(operation, operation.return_ns, model, suppliers, initial)
            if stray is not None:
                first, first_ns = stray, operation.return_ns
    return first


def _suppliers(operations: Sequence[Operation], model: KnowsSources) -> _Suppliers:
    """The first two operations, in order of call, that may supply each value."""
    suppliers: _Suppliers = {}
    for operation in sorted(operations, key=lambda one: one.call_ns):
        for source in model.supplied(operation):
            known = suppliers.setdefault(source, [])
            if len(known) < _KEPT and operation not in known:
                known.append(operation)
    return suppliers


def _stray(
    operation: Operation, return_ns: int, model: KnowsSources, suppliers: _Suppliers, initial: frozenset[Hashable]
) -> Stray | None:
    for shown in model.shown(operation):
        if not initial.isdisjoint(shown.sources):
            continue
        others = [one for source in shown.sources for one in suppliers.get(source, ()) if one.index != operation.index]
        writer = min(others, key=lambda one: (one.call_ns, one.index), default=None)
        # Closed intervals: what is called at the very instant of the return is concurrent with it.
        if writer is None or writer.call_ns > return_ns:
            return Stray(operation, shown, writer)
    return None


def _proved(stray: Stray, core: Sequence[Operation], model: AnyModel[Any]) -> tuple[Refused, ...]:
    """The refusals of the reference checker, which sees nothing but `core`."""
    proof = reference.check_object(sorted(core, key=lambda one: one.index), model, _PROOF_BUDGET)
    assert proof.verdict is Verdict.VIOLATION, (
        f"{model.name} allows the answer of operation {stray.operation.index}, although {stray.sentence}: "
        "what the model says about its sources is wrong"
    )
    return tuple(
        replace(refusal, because=stray.sentence, clause=stray.shown.clause or refusal.clause)
        for refusal in proof.refusals
        if refusal.linearization == ()
    )
