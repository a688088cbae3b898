"""One object as several: operations that touch different rows of its state have nothing to do with each other.

Linearizability is local (Herlihy and Wing 1990, theorem 1), and a row that only some operations touch is an object of
its own. Which rows an operation touches is not declared but seen (`footprint`): first in one run of the model, to
guess the parts, and then at every step of the searches of the parts, to prove them. A part is searched with a model
that has the rows of the part and no others; where a step reaches beyond, the parts that it reaches are joined and
searched again, and where it looks at the whole state, the object is not split at all.

Why a lawful verdict is right: a step that touches only rows of its part answers there what it answers in any state with
the same rows. So linearizations of the parts, each step of them run inside its fence, make one of the whole, in the
order of earliest instants.

Why a violation is right takes more. A search of a part that ends early has not seen every step: an operation with an
unknown outcome, which it had no need to place, might reach into the part that has no linearization, and explain it.
So before a violation is reported, every state that the operations of each part could lead to, in any order and number,
is stepped through (`keeps_inside`). Where all of that happens inside the fences, no run of the whole has a step that
leaves its part, and a linearization of the whole would be one of each part. Where it would take too long to find out,
the object is not split.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from lawful.checkers.linearizability.footprint import (
    Fenced,
    NotWatched,
    Trespass,
    can_be_watched,
    fenced,
    has_rows,
    unfenced,
    watched_step,
)
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Placed, Verdict
from lawful.models.history import ObjectKey, Operation, Outcome
from lawful.models.model import Call, Model, UnknownCall, state_after
from lawful.models.values import canonical
from lawful.models.wording import counted

Decide: TypeAlias = Callable[[Sequence[Operation], Model[Any], Budget], ObjectVerdict]
"""A linearizability checker that steps the model only."""


_MOST_STEPS = 50_000
"""Steps of the model that may be taken to see that a part keeps inside its fence."""


@dataclass(frozen=True, slots=True)
class Part:
    """Operations, and rows that no other operations touch."""

    rows: frozenset[Hashable]
    operations: tuple[Operation, ...]


def check_object(
    operations: Sequence[Operation], model: Model[Any], budget: Budget, decide: Decide
) -> ObjectVerdict | None:
    """The verdict on an object by those on its parts; None where it cannot be split."""
    meter = Meter(budget)
    try:
        parts = split(operations, model, meter)
    except BudgetExhausted:
        return None
    if len(parts) < 2:
        return None
    decided = _decided(parts, model, meter, decide)
    if decided is None or len(decided) < 2:
        return None
    return replace(_joined(operations, decided), seconds=meter.seconds)


def split(operations: Sequence[Operation], model: Model[Any], meter: Meter) -> list[Part]:
    """The parts as one run of the model suggests them; one part where it cannot be split."""
    touched = list(_touched(operations, model, meter))
    if len(touched) < len(operations):
        return [Part(frozenset(), tuple(operations))]
    groups = _Groups()
    for rows in touched:
        groups.join(rows)
    members: dict[Hashable, list[Operation]] = {}
    for operation, rows in zip(operations, touched, strict=True):
        # What touches nothing can be explained anywhere; a row of its own that does not exist holds it.
        name = groups.name(next(iter(rows))) if rows else _Nowhere
        members.setdefault(name, []).append(operation)
    return [Part(groups.rows(name), tuple(part)) for name, part in members.items()]


def declared_rows(parts: Mapping[ObjectKey, Sequence[Operation]], models: Mapping[ObjectKey, Model[Any]]) -> set[str]:
    """The keys of one object that name rows of its state.

    `parts` are the operations on each key. Where the history declares rows to be independent, no operation of one may
    touch another. Keys that name no rows, such as those of several queues, say nothing about rows.
    """
    keys = {key.key for key in parts if key.key is not None}
    meter = Meter(Budget(None, None))
    found: set[str] = set()
    for key, operations in parts.items():
        if has_rows(models[key].initial()):
            touched = _touched(operations, models[key], meter)
            found |= {row for rows in touched for row in rows if isinstance(row, str) and row in keys}
    return found


class _Nowhere:
    """Stands for no row."""


class _Groups:
    """Rows that belong together: a union-find structure (Tarjan 1975)."""

    def __init__(self) -> None:
        self._parents: dict[Hashable, Hashable] = {}
        self._rows: dict[Hashable, set[Hashable]] = {}

    def name(self, row: Hashable) -> Hashable:
        """The row that stands for the group of `row`."""
        self._parents.setdefault(row, row)
        while self._parents[row] != row:
            self._parents[row] = self._parents[self._parents[row]]
            row = self._parents[row]
        return row

    def join(self, rows: frozenset[Hashable]) -> None:
        names = list(dict.fromkeys(self.name(row) for row in rows))
        if not names:
            return
        first = max(names, key=lambda name: len(self._rows.get(name, ())))
        group = self._rows.setdefault(first, {first})
        for name in names:
            if name != first:
                self._parents[name] = first
                group |= self._rows.pop(name, {name})

    def rows(self, name: Hashable) -> frozenset[Hashable]:
        return frozenset(self._rows.get(name, ()))


def _touched(operations: Sequence[Operation], model: Model[Any], meter: Meter) -> Iterator[frozenset[Hashable]]:
    """The rows that each operation touches in a run in the order of calls; ends early at one that touches them all."""
    model = unfenced(model)
    state = model.initial()
    if not can_be_watched(state):
        return
    for operation in operations:
        meter.step()
        try:
            steps, footprint = watched_step(model, state, Call(operation.function, operation.arguments))
        except (NotWatched, UnknownCall):
            # The search comes to it again, and raises where it must.
            return
        known = operation.outcome is Outcome.OK
        after = (state_after(step, operation.result) if known else step.state for step in steps)
        state = next((one for one in after if one is not None), steps[0].state)
        if footprint.everything or not can_be_watched(state):
            return
        yield frozenset(footprint.rows)


def _decided(
    parts: list[Part], model: Model[Any], meter: Meter, decide: Decide
) -> list[tuple[Part, ObjectVerdict]] | None:
    """The verdict on each part, parts joined where it must be; None where nothing remains split."""
    waiting = sorted(parts, key=lambda part: -len(part.operations))
    decided: list[tuple[Part, ObjectVerdict]] = []
    while True:
        part = waiting[-1] if waiting else parts[0]
        try:
            while waiting:
                part = waiting.pop()
                decided.append((part, decide(part.operations, fenced(model, part.rows), meter.remaining())))
            if any(verdict.verdict is Verdict.VIOLATION for _, verdict in decided):
                for part, _ in decided:
                    if not keeps_inside(part.operations, fenced(model, part.rows), meter):
                        return None
            return decided
        except BudgetExhausted:
            return None
        except Trespass as trespass:
            if trespass.declared:
                raise
            if trespass.rows is None:
                return None
            reached = [one for one, _ in decided if one.rows & trespass.rows]
            reached += [one for one in waiting if one.rows & trespass.rows]
            joined = [part, *(one for one in reached if one is not part)]
            decided = [pair for pair in decided if not any(pair[0] is one for one in joined)]
            waiting = [one for one in waiting if not any(one is other for other in joined)]
            waiting.append(_union(joined, trespass.rows))


def keeps_inside(operations: Sequence[Operation], model: Fenced, meter: Meter) -> bool:
    """Whether no step leaves the fence that some order of some of the operations could come to, each of them taken any
    number of times. False where there are too many states to tell. Raises `Trespass` where a step does leave it.
    """
    kinds = {
        (one.function, canonical(one.arguments), one.outcome, canonical(one.result)): one
        for one in operations
        if one.outcome is not Outcome.FAIL
    }
    found = {model.initial()}
    waiting = list(found)
    left = _MOST_STEPS
    while waiting:
        state = waiting.pop()
        left -= len(kinds)
        if left < 0:
            return False
        for operation in kinds.values():
            meter.step()
            for step in model.step(state, Call(operation.function, operation.arguments)):
                known = operation.outcome is Outcome.OK
                after = state_after(step, operation.result) if known else step.state
                if after is not None and after not in found:
                    found.add(after)
                    waiting.append(after)
    return True


def _union(parts: Sequence[Part], rows: frozenset[Hashable]) -> Part:
    operations = heapq.merge(*(part.operations for part in parts), key=lambda one: (one.call_ns, one.index))
    return Part(rows.union(*(part.rows for part in parts)), tuple(operations))


def _joined(operations: Sequence[Operation], decided: Sequence[tuple[Part, ObjectVerdict]]) -> ObjectVerdict:
    """The verdict on the whole. A violation counts only where no part is undecided."""
    verdicts = [verdict for _, verdict in decided]
    found = {verdict.verdict for verdict in verdicts}
    outcomes = [operation.outcome for operation in operations]
    split_text = f"split into {counted(len(decided), 'part')} by the rows that steps of the model were seen to touch"
    whole = replace(
        verdicts[0],
        key=operations[0].object_key,
        operations=outcomes.count(Outcome.OK),
        unknown=outcomes.count(Outcome.UNKNOWN),
        because=split_text,
    )
    if Verdict.INCONCLUSIVE in found:
        part = next(one for one in verdicts if one.verdict is Verdict.INCONCLUSIVE)
        progress = f"{part.progress}, in one of {counted(len(decided), 'part')}"
        return _taking(whole, part, progress=progress)
    if Verdict.VIOLATION in found:
        returns = {operation.index: operation.return_ns or 0 for operation in operations}
        violations = [one for one in verdicts if one.verdict is Verdict.VIOLATION]
        return _taking(whole, min(violations, key=lambda one: returns.get(one.blocked_at or 0, 0)))
    if Verdict.LAWFUL not in found:
        return _taking(whole, verdicts[0])
    placed = [verdict.linearization or () for verdict in verdicts]
    return replace(whole, verdict=Verdict.LAWFUL, linearization=_interleaved(operations, placed), progress=None)


def _taking(whole: ObjectVerdict, part: ObjectVerdict, progress: str | None = None) -> ObjectVerdict:
    """`whole` with the verdict of `part` and the evidence for it."""
    return replace(
        whole,
        verdict=part.verdict,
        method=part.method,
        linearization=None,
        blocked_at=part.blocked_at,
        refusals=part.refusals,
        progress=progress,
    )


def _interleaved(operations: Sequence[Operation], parts: Sequence[Sequence[Placed]]) -> tuple[Placed, ...]:
    """One order of all, by the earliest instants at which the operations of each part can take effect in its order.

    An operation that returned before another was called took effect before: its instant is no later than its return.
    """
    calls = {operation.index: operation.call_ns for operation in operations}

    def timed(part: Sequence[Placed]) -> Iterator[tuple[int, Placed]]:
        instant_ns = 0
        for placed in part:
            instant_ns = max(instant_ns, calls[placed.index])
            yield instant_ns, placed

    return tuple(placed for _, placed in heapq.merge(*map(timed, parts), key=lambda pair: pair[0]))
