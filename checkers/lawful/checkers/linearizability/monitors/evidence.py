"""Proofs of what a monitor found: a linearization replayed on the model, and a contradiction refused by the reference.

The operations of a contradiction stand on their own: it takes no others to see that they cannot be put in an order. So
the reference checker must refuse them too, which it does for up to a dozen of them, and its refusals are reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, overload

import numpy as np

from lawful.checkers.columns import NEVER_NS, OK, Columns, Integers
from lawful.checkers.linearizability import reference
from lawful.checkers.verdict import Budget, Placed, Refused, Verdict
from lawful.models.model import AnyModel, Transition, state_after

_MOST_PROVED = 12
_PROOF_BUDGET = Budget(seconds=2.0)


class Replayed(Sequence[Placed]):
    """A linearization whose order and answers were checked, and which the model explains when somebody looks at it.

    To run the model takes twenty times as long as to find the order, and most linearizations are looked at by nobody.
    Whoever does gets what `replayed` gives, or its `AssertionError`.
    """

    def __init__(
        self, columns: Columns, order: Integers, model: AnyModel[Any], initial_of: Callable[[int], Any] | None
    ) -> None:
        self._length = len(order)
        self._explain: Callable[[], tuple[Placed, ...]] | None = partial(replayed, columns, order, model, initial_of)
        self._placed: tuple[Placed, ...] = ()

    def _all(self) -> tuple[Placed, ...]:
        if self._explain is not None:
            self._placed, self._explain = self._explain(), None
        return self._placed

    @overload
    def __getitem__(self, at: int) -> Placed: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Placed, ...]: ...

    def __getitem__(self, at: int | slice) -> Placed | tuple[Placed, ...]:
        return self._all()[at]

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __reduce__(self) -> tuple[type[tuple[Placed, ...]], tuple[tuple[Placed, ...]]]:
        """Another process gets what the model said, not the columns."""
        return tuple, (self._all(),)


def replayed(
    columns: Columns, order: Integers, model: AnyModel[Any], initial_of: Callable[[int], Any] | None = None
) -> tuple[Placed, ...]:
    """The rows in this order as evidence, each allowed by the model.

    `initial_of` gives the initial state of each independent part, by the number of the first argument. The object is
    then run part by part, as linearizability is local (Herlihy and Wing 1990, theorem 1).
    """
    assert not hasattr(model, "timed_step"), "no monitor is made for a model with a clock"
    placed: list[Placed] = []
    parts = np.zeros(len(order), np.int32) if initial_of is None else columns.first[order]
    states = {part: model.initial() if initial_of is None else initial_of(part) for part in set(parts.tolist())}
    indices, known = columns.index[order].tolist(), (columns.outcome[order] == OK).tolist()
    for row, index, completed, part in zip(order.tolist(), indices, known, parts.tolist(), strict=True):
        transitions: Sequence[Transition[Any]] = model.step(states[part], columns.call(row))
        for transition in transitions:
            after = state_after(transition, columns.answer(row)) if completed else transition.state
            if after is not None:
                break
        else:
            raise AssertionError(f"the model does not allow operation {index} where it is placed")
        states[part] = after
        placed.append(Placed(index, transition.because, transition.clause))
    return tuple(placed)


def assert_order(columns: Columns, order: Integers) -> None:
    """No row is placed twice, no completed one is missing, and none follows one that was called after its return.

    Raises `AssertionError` otherwise.
    """
    placed = np.zeros(len(columns), np.bool_)
    placed[order] = True
    assert np.count_nonzero(placed) == len(order), "no operation takes effect twice"
    assert placed[columns.outcome == OK].all(), "every completed operation takes effect"
    last_ns = np.where(columns.outcome == OK, columns.return_ns, NEVER_NS)[order]
    late = np.maximum.accumulate(columns.call_ns[order]) > last_ns if len(order) else placed[:0]
    assert not late.any(), f"operation {columns.index[order[late]][:1]} is placed after its return"


def refusals_of(
    columns: Columns, rows: Sequence[int], sentence: str, model: AnyModel[Any], *, proved: bool
) -> tuple[int, tuple[Refused, ...]]:
    """Where the contradiction shows, by position in the history, and why nothing can go on there.

    `proved`: by the reference checker, which sees nothing but these rows.
    """
    rows = sorted(set(rows))
    core = [columns.operation(row) for row in rows]
    if proved and len(core) <= _MOST_PROVED:
        proof = reference.check_object(core, model, _PROOF_BUDGET)
        if proof.verdict is not Verdict.INCONCLUSIVE:
            assert proof.verdict is Verdict.VIOLATION, (
                f"operations {[o.index for o in core]} do not contradict: {sentence}"
            )
            assert proof.blocked_at is not None
            refusals = (
                replace(refusal, because=f"{sentence}; after the operations that show it, {refusal.because}")
                for refusal in proof.refusals
            )
            return proof.blocked_at, tuple(refusals)
    completed = [row for row in rows if columns.outcome[row] == OK]
    blocked = max(completed, key=lambda row: (int(columns.return_ns[row]), row))
    return int(columns.index[blocked]), (
        Refused(
            linearization=(),
            state=repr(model.initial()),
            answered=columns.answer(blocked),
            allowed=(),
            because=sentence,
            clause=None,
        ),
    )
