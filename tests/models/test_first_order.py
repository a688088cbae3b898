"""The language of first-order transition systems, evaluated in finite structures."""

from __future__ import annotations

import pytest

from lawful.models.first_order.expression import (
    FALSE,
    TRUE,
    Sort,
    Symbol,
    Variable,
    changed,
    either,
    every,
    having,
    implies,
    lacking,
    some,
)
from lawful.models.first_order.structure import Structure

NODE, COLOUR = Sort("node"), Sort("colour")
edge = Symbol("edge", (NODE, NODE))
colour = Symbol("colour", (NODE,), COLOUR)
PATH = Structure(
    {NODE: ("a", "b", "c"), COLOUR: ("red", "blue")},
    {
        "edge": {(one, other): other == one + 1 for one in range(3) for other in range(3)},
        "colour": {(0,): 0, (1,): 1, (2,): 0},
    },
)
ONE, OTHER = Variable("one", NODE), Variable("other", NODE)


def test_quantifiers_range_over_the_elements() -> None:
    proper = every((NODE, NODE), lambda one, other: implies(edge(one, other), colour(one).is_not(colour(other))))
    assert PATH.holds(proper)
    assert not PATH.holds(every((NODE,), lambda one: some((NODE,), lambda other: edge(one, other))))
    assert PATH.holds(some((NODE,), lambda one: every((NODE,), lambda other: ~edge(one, other))))
    assert PATH.holds(TRUE)
    assert not PATH.holds(FALSE)


def test_a_variable_is_never_captured_whatever_it_is_called() -> None:
    reached = having(edge, ONE, OTHER)
    # Both quantifiers have variables called as the parameters are.
    everywhere = every((NODE, NODE), lambda one, other: ~reached(one, other) | edge(one, other))
    assert not PATH.holds(everywhere, {ONE: 2, OTHER: 0})
    assert PATH.holds(everywhere, {ONE: 0, OTHER: 1})


def test_what_a_step_changes_is_changed_there_alone() -> None:
    painted = changed(colour, ONE, to=colour(OTHER))
    after = PATH.updated({colour: painted, edge: lacking(edge, ONE)}, {ONE: 0, OTHER: 1})
    assert after.tables["colour"] == {(0,): 1, (1,): 1, (2,): 0}
    assert after.holding(edge) == [("b", "c")]
    assert PATH.holding(edge) == [("a", "b"), ("b", "c")]


def test_either_is_the_one_or_the_other() -> None:
    chosen = either(edge(ONE, OTHER), colour(ONE), colour(OTHER))
    assert PATH.value(chosen, {ONE: 1, OTHER: 2}) == 1
    assert PATH.value(chosen, {ONE: 2, OTHER: 0}) == 0


def test_wrong_sorts_are_named() -> None:
    with pytest.raises(TypeError, match=r"edge takes \(node, node\), not \(node, colour\)"):
        edge(ONE, colour(ONE))
    with pytest.raises(TypeError, match="one is a node, colour\\(one\\) a colour"):
        ONE.is_(colour(ONE))
