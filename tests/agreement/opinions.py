"""Everybody who is asked about a history: each gives a verdict, and its evidence is checked on the way.

The reference checker is the oracle. Whoever may say "inconclusive" is not held to it. Modules are imported when they
are asked for, so that a seeded fault (see `fault`) reaches them.

For models with time the front door searches with each operation's own interval as its window, which is wider than what
the definition leaves. So there the claim is one-sided: what is lawful by the reference is lawful by the front door.
What the front door says must be exactly what the reference says of the same widened histories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, TypeAlias
from unittest.mock import patch

from lawful.checkers.linearizability import reference
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, TimedModel
from lawful.models.own_window import OwnWindows, with_own_windows

BUDGET = Budget(seconds=20.0)
_SEARCH = "lawful.checkers.linearizability"
_MOST_SOLVED = 7
"""Operations: beyond, what may happen without regard to the answers is often more than the solver can be given."""

Opinion: TypeAlias = Callable[[Sequence[Operation], AnyModel[Any], ObjectVerdict], Verdict]
"""From a history, its model and what the reference says to a verdict. Raises `AssertionError` for wrong evidence."""


def search(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """The general search: also its linearization, and the return at which a violation became inevitable."""
    found: ObjectVerdict = import_module(f"{_SEARCH}.search").check_object(operations, model, BUDGET)
    if found.verdict is Verdict.LAWFUL:
        _replay(operations, model, found)
    if found.verdict is expected.verdict is Verdict.VIOLATION:
        assert found.blocked_at == expected.blocked_at, f"blocked at {found.blocked_at}, not {expected.blocked_at}"
        assert found.refusals
    return found.verdict


def impatient_search(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """The general search, which tries its short cuts after every step instead of after thousands."""
    with _patched(f"{_SEARCH}.depth_first", _PATIENCE=1, _NEAREST=1), _patched(f"{_SEARCH}.frontier", _SHORTEST=1):
        return search(operations, model, expected)


def front_door(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """What `lawful check` asks, with monitors from the first operation on."""
    with _patched(f"{_SEARCH}.check", MONITORED_FROM=1):
        found: ObjectVerdict = import_module(f"{_SEARCH}.check").check_object(operations, model, BUDGET)
    if not isinstance(model, TimedModel):
        if found.verdict is Verdict.LAWFUL:
            _replay(operations, model, found)
        return found.verdict
    widened = reference.check_object(with_own_windows(operations), OwnWindows(model), BUDGET)
    assert found.verdict is widened.verdict, f"{found.verdict} in own windows, but {widened.verdict} by the reference"
    # One-sided: what the wider windows explain need not be explained by the narrower ones.
    return expected.verdict if found.verdict is Verdict.LAWFUL else found.verdict


def solver(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """Z3, on what is small enough."""
    if expected.verdict is Verdict.NOTHING_CHECKED:
        return expected.verdict
    if len(operations) > _MOST_SOLVED:
        return Verdict.INCONCLUSIVE
    too_large = import_module("lawful.checkers.certificate.exploration").TooLarge
    try:
        answer = import_module("lawful.checkers.certificate.solver").solve(operations, model, 10.0)
    except too_large:
        return Verdict.INCONCLUSIVE
    if answer.contradicts is None:
        return Verdict.INCONCLUSIVE
    return Verdict.VIOLATION if answer.contradicts else Verdict.LAWFUL


def core(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """The minimal core: it contradicts itself by the reference, and without any of its outcomes it does not.

    Models with time are reduced by the front door, so there a core need not be found, nor be minimal by the reference.
    """
    found = import_module(f"{_SEARCH}.core").minimal_core(operations, model, budget=BUDGET)
    is_exact = not isinstance(model, TimedModel)
    if found is None:
        return Verdict.LAWFUL if is_exact and expected.verdict is Verdict.VIOLATION else expected.verdict
    again = reference.check_object(found.history, model, BUDGET).verdict
    assert again is Verdict.VIOLATION, "the core does not contradict itself"
    assert found.is_minimal
    for forgotten in found.constrained if is_exact else ():
        rest = [one.weakened() if one is forgotten else one for one in found.history]
        left = reference.check_object(rest, model, BUDGET).verdict
        assert left is not Verdict.VIOLATION, f"#{forgotten.index} can be forgotten"
    return Verdict.VIOLATION


def prefix(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """What was called until the return that is blamed: that is a violation by itself."""
    if expected.verdict is not Verdict.VIOLATION:
        return expected.verdict
    failing = import_module(f"{_SEARCH}.prefix").failing_prefix(operations, expected.blocked_at)
    assert not any(one.outcome is Outcome.FAIL for one in failing)
    end_ns = next(one.return_ns for one in failing if one.index == expected.blocked_at)
    assert all(one.call_ns <= end_ns for one in failing), "the prefix goes beyond the return that is blamed"
    return reference.check_object(failing, model, BUDGET).verdict


OPINIONS: dict[str, Opinion] = {
    "search": search,
    "impatient search": impatient_search,
    "front door": front_door,
    "z3": solver,
    "core": core,
    "prefix": prefix,
}


def _replay(operations: Sequence[Operation], model: AnyModel[Any], found: ObjectVerdict) -> None:
    assert found.linearization is not None, "a lawful verdict without a linearization"
    replay = import_module("lawful.checkers.certificate.replay")
    try:
        replay.replay(operations, model, found.linearization)
    except replay.WrongWitness as error:
        raise AssertionError(f"the linearization is none: {error}") from error


@contextmanager
def _patched(module: str, **values: int) -> Iterator[None]:
    """The module with other constants; raises `AttributeError` where it has none of that name any more."""
    with ExitStack() as stack:
        for name, value in values.items():
            stack.enter_context(patch.object(import_module(module), name, value))
        yield
