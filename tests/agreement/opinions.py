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
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any, TypeAlias
from unittest.mock import patch

from lawful.checkers.linearizability import reference
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, KnowsEffects, TimedModel
from lawful.models.own_window import OwnWindows, with_own_windows

BUDGET = Budget(seconds=20.0)
_SEARCH = "lawful.checkers.linearizability"
_COMPILED = f"{_SEARCH}.monitors.compiled"
_MOST_ENTRIES = 1_000
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


def native_search(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """The search that is compiled, from the first step on, run by Python; with little room at first."""
    with _patched(f"{_SEARCH}.native.search", FIRST_TRAILS=8), _patched(_COMPILED, _WORTH_COMPILING=1 << 50):
        return compiled_search(operations, model, expected)


def compiled_search(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """The same, compiled where numba is installed."""
    native = import_module(f"{_SEARCH}.native.search")
    # Working out all entries of a queue takes long, and thousands of them are no other case than a few.
    begin = partial(native.layered_search, most_entries=_MOST_ENTRIES)
    with _patched(f"{_SEARCH}.native.handover", PATIENCE=1), _patched(native.__name__, layered_search=begin):
        return search(operations, model, expected)


def online(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """The checker of growing histories: it tells a violation at the event that makes it inevitable, and not before."""
    watch = import_module(f"{_SEARCH}.online.history_watch").HistoryWatch(lambda key: model, BUDGET)
    answered: set[int] = set()
    for is_return, operation in _events(operations):
        if not is_return:
            watch.called(_unanswered(operation))
        elif watch.returned(operation) is not None and watch.verdict().verdict is Verdict.VIOLATION:
            called = [one for one in operations if operation.return_ns is None or one.call_ns <= operation.return_ns]
            _inevitable(called, answered, operation, model)
        answered |= {operation.index} if is_return else set()
    (found,) = watch.verdict().objects
    verdict: Verdict = found.verdict
    # One-sided for models with time: windows that follow from a placing are followed forwards only.
    return expected.verdict if isinstance(model, TimedModel) and verdict is Verdict.LAWFUL else verdict


def _events(operations: Sequence[Operation]) -> list[tuple[bool, Operation]]:
    """Calls and returns in order of time; at one time the calls come first. False: a call."""
    calls = [(one.call_ns, False, one.index, one) for one in operations]
    returns = [(one.return_ns, True, one.index, one) for one in operations if one.return_ns is not None]
    return [(is_return, one) for _, is_return, _, one in sorted([*calls, *returns], key=lambda event: event[:3])]


def _unanswered(operation: Operation) -> Operation:
    return replace(operation, outcome=Outcome.UNKNOWN, return_ns=None, result=None)


def _inevitable(called: Sequence[Operation], answered: set[int], blamed: Operation, model: AnyModel[Any]) -> None:
    """With the answer of `blamed` there is a violation, and without it there is none."""
    before = [one if one.index in answered else _unanswered(one) for one in called]
    after = [blamed if one.index == blamed.index else one for one in before]
    assert reference.check_object(after, model, BUDGET).verdict is Verdict.VIOLATION, "told too early"
    if not isinstance(model, TimedModel):  # With time, one that knows narrower windows may tell before.
        assert reference.check_object(before, model, BUDGET).verdict is not Verdict.VIOLATION, "told too late"


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
    if found.row is None:
        _nothing_is_lost(operations, model, found.history)
    for forgotten in found.constrained if is_exact else ():
        rest = [one.weakened() if one is forgotten else one for one in found.history]
        left = reference.check_object(rest, model, BUDGET).verdict
        assert left is not Verdict.VIOLATION, f"#{forgotten.index} can be forgotten"
    return Verdict.VIOLATION


def prefix(operations: Sequence[Operation], model: AnyModel[Any], expected: ObjectVerdict) -> Verdict:
    """What was known by some return: that is a violation by itself, and nothing is left out of it."""
    if expected.verdict is not Verdict.VIOLATION:
        return expected.verdict
    failing = import_module(f"{_SEARCH}.prefix").failing_prefix(operations, expected.blocked_at)
    end_ns = max(one.return_ns for one in failing if one.outcome is Outcome.OK and one.return_ns is not None)
    known = [one for one in operations if one.outcome is not Outcome.FAIL and one.call_ns <= end_ns]
    assert [one.index for one in failing] == [one.index for one in known], "it is not all that was called by its end"
    return reference.check_object(failing, model, BUDGET).verdict


OPINIONS: dict[str, Opinion] = {
    "search": search,
    "impatient search": impatient_search,
    "native search": native_search,
    "compiled search": compiled_search,
    "online": online,
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


def _nothing_is_lost(operations: Sequence[Operation], model: AnyModel[Any], kept: Sequence[Operation]) -> None:
    """Whatever may have had an effect by the last return of the core is in it: a core forgets, it does not delete."""
    end_ns = max(one.return_ns for one in kept if one.outcome is Outcome.OK and one.return_ns is not None)
    for one in operations:
        if one.outcome is Outcome.FAIL or one.call_ns > end_ns:
            continue
        looked = isinstance(model, KnowsEffects) and one.outcome is Outcome.OK and model.had_no_effect(one)
        assert looked or any(one.index == other.index for other in kept), f"#{one.index} was deleted"


@contextmanager
def _patched(module: str, **values: Any) -> Iterator[None]:
    """The module with other constants; raises `AttributeError` where it has none of that name any more."""
    with ExitStack() as stack:
        for name, value in values.items():
            stack.enter_context(patch.object(import_module(module), name, value))
        yield
