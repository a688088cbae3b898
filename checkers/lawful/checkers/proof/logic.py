"""Conditions for Z3, with what is known from the start folded away: a condition is a Python bool or a Z3 term."""

from __future__ import annotations

from functools import reduce
from typing import Any, TypeAlias

import z3  # type: ignore[import-untyped]

Condition: TypeAlias = Any
"""A bool, or a Z3 term that is true or false."""
Term: TypeAlias = Any
"""A Z3 term."""


def conjunction(*parts: Condition) -> Condition:
    """Whether all hold.

    >>> conjunction(True, True), conjunction(True, False, z3.Bool("p"))
    (True, False)
    """
    if any(part is False for part in parts):
        return False
    left = [part for part in parts if part is not True]
    if len(left) <= 1:
        return left[0] if left else True
    return z3.And(left)


def disjunction(*parts: Condition) -> Condition:
    """Whether some hold."""
    if any(part is True for part in parts):
        return True
    left = [part for part in parts if part is not False]
    if len(left) <= 1:
        return left[0] if left else False
    return z3.Or(left)


def negation(part: Condition) -> Condition:
    """The opposite."""
    return not part if isinstance(part, bool) else z3.Not(part)


def implication(premise: Condition, conclusion: Condition) -> Condition:
    """Whether the conclusion holds where the premise does."""
    return disjunction(negation(premise), conclusion)


def choice(condition: Condition, then: Term, otherwise: Term) -> Term:
    """One of two terms, or of two conditions."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then is otherwise:
        return then
    return z3.If(condition, then, otherwise)


def least(left: Term, right: Term) -> Term:
    return z3.If(left <= right, left, right)


def greatest(left: Term, right: Term) -> Term:
    return z3.If(left >= right, left, right)


def count_of(conditions: list[Condition]) -> Term:
    """How many hold."""
    return reduce(lambda total, one: total + choice(one, z3.IntVal(1), z3.IntVal(0)), conditions, z3.IntVal(0))
