"""Liveness by fair cycles: agreement with the definition, lassos, deadlocks, and what lies beyond the bounds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from lawful.checkers.exploration.behaviour import Move
from lawful.checkers.exploration.liveness.confirmation import Lasso, carried_out, fairly_met
from lawful.checkers.exploration.liveness.judge import judge
from lawful.checkers.exploration.liveness.result import Judged
from lawful.checkers.exploration.wrong_model import WrongModel
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.liveness import (
    AlwaysEventually,
    EventuallyAlways,
    Fairness,
    LeadsTo,
    LivenessProperty,
    Strength,
    renumbering,
)
from lawful.models.local_steps import LOSE, LocalStep

from .plain_liveness import PlainGraph
from .ring import Ring

UNLIMITED = Budget(None, None)


def fair(action: str, strength: Strength) -> Fairness:
    """Of all steps with this name, by server."""
    return Fairness(
        action, "", strength, lambda server, state, step, message: action if step.action == action else None
    )


class Drawn:
    """Steps drawn at random: one or two servers with three states each, that may send each other a letter."""

    actions: tuple[str, ...] = ("a", "b", "c", "take")
    in_flight = 1

    def __init__(self, draw: random.Random) -> None:
        self.servers = draw.randint(1, 2)
        self.outside = draw.choice([None, None, 2])
        states = range(3)
        self.table = {
            (server, state): [
                LocalStep(draw.choice("abc"), draw.choice(states), self._letters(draw, server))
                for _ in range(draw.randint(0, 3))
            ]
            for server, state in product(range(self.servers), states)
        }
        self.taken: dict[tuple[int, int], LocalStep[Any, Any]] = {
            key: LocalStep("take", draw.choice(states)) for key in self.table
        }

    def _letters(self, draw: random.Random, server: int) -> tuple[Any, ...]:
        return ((server, self.servers - 1 - server),) if self.servers == 2 and draw.random() < 0.3 else ()

    def initial(self, server: int) -> int:
        return 0

    def steps(self, server: int, state: int) -> list[LocalStep[Any, Any]]:
        return self.table[server, state]

    def receive(self, server: int, state: int, message: Any) -> list[LocalStep[Any, Any]]:
        return [self.taken[server, state]]

    def source(self, message: Any) -> int:
        return int(message[0])

    def destination(self, message: Any) -> int:
        return int(message[1])

    def is_within(self, state: int) -> bool:
        return state != self.outside

    def renamed_state(self, state: int, new: Sequence[int]) -> int:
        return state

    def renamed_message(self, message: Any, new: Sequence[int]) -> Any:
        return tuple(new[one] for one in message)


def drawn_fairness(draw: random.Random) -> tuple[Fairness, ...]:
    found = []
    for action in draw.sample(Drawn.actions, draw.randint(0, 3)):
        strength = draw.choices(tuple(Strength), (4, 4, 1))[0]
        place = draw.choice([None, None, 0, 1])
        one = fair(action, strength)
        found.append(one if place is None else replace(one, where=_elsewhere(place)))
    return tuple(found)


def _elsewhere(place: int) -> Callable[[Any, int], bool]:
    return lambda states, server: bool(states[server] != place)


def drawn_property(draw: random.Random, fairness: tuple[Fairness, ...]) -> LivenessProperty:
    at, other = draw.randrange(3), draw.randrange(3)
    kind = draw.randrange(3)
    if kind == 0:
        return AlwaysEventually("p", fairness, lambda states: at in states)
    if kind == 1:
        return EventuallyAlways("p", fairness, lambda states: at in states)
    return LeadsTo("p", fairness, lambda states: other in states, lambda states: at in states)


def test_the_search_agrees_with_the_definition() -> None:
    verdicts: Counter[tuple[type, bool]] = Counter()
    for seed in range(700):
        draw = random.Random(seed)
        model, fairness = Drawn(draw), drawn_fairness(draw)
        property_ = drawn_property(draw, fairness)
        try:
            expected = PlainGraph(model, fairness, most=9).violates(property_)
        except OverflowError:
            continue
        (found,) = judge(model, [property_], UNLIMITED).judged
        assert (found.verdict is Verdict.VIOLATION) == expected, seed
        verdicts[type(property_), expected] += 1
    assert len(verdicts) == 6
    assert min(verdicts.values()) >= 20


TAKE, HAND_ON = fair("take", Strength.STRONG), fair("hand on", Strength.WEAK)


class Endless(Ring):
    """Nobody counts, so that the token goes round for ever."""

    actions = ("hand on", "take")

    def receive(self, server: int, state: Any, message: Any) -> Iterator[LocalStep[Any, Any]]:
        yield LocalStep("take", replace(state, has_token=True))


def of_ring(model: Any, property_: LivenessProperty) -> Judged:
    (found,) = judge(model, [property_], UNLIMITED).judged
    return found


def has(server: int) -> Any:
    return lambda states: states[server].has_token


def test_a_token_that_must_be_taken_is_held_again_and_again_by_somebody() -> None:
    somebody = AlwaysEventually("p", (TAKE, HAND_ON), lambda states: any(state.has_token for state in states))
    found = of_ring(Endless(), somebody)
    # The token may be lost for good: then nothing is asked for any more.
    assert found.lasso is not None
    assert [move.step.action for move in found.lasso.prefix] == ["hand on", LOSE]
    assert found.lasso.loop == ()
    never_lost = fair(LOSE, Strength.FINITE)
    assert of_ring(Endless(), replace(somebody, fairness=(TAKE, HAND_ON, never_lost))).verdict is Verdict.VIOLATION


def test_a_loop_is_fair_and_goes_round() -> None:
    """Two of the three servers hand the token to each other: nothing says that the third one gets it."""
    found = of_ring(Endless(), AlwaysEventually("p", (TAKE, HAND_ON), has(2)))
    assert found.lasso is not None
    quick = of_ring(Endless(), LeadsTo("p", (TAKE, HAND_ON), has(1), has(2)))
    assert quick.lasso is not None
    assert any(has(1)(moment.states) for moment in carried_out(Endless(), quick.lasso))
    moments = carried_out(Endless(), quick.lasso)
    assert [one.fairness.name for one in fairly_met(Endless(), (TAKE, HAND_ON), quick.lasso, moments)] == [
        "take",
        "hand on",
    ]


class Turning(Ring):
    """A server that has the token and has it not, in turns, and may count only while it has it."""

    in_flight = 0
    servers = 1
    actions = ("turn", "count")

    def steps(self, server: int, state: Any) -> Iterator[LocalStep[Any, Any]]:
        yield LocalStep("turn", replace(state, has_token=not state.has_token))
        if state.has_token:
            yield LocalStep("count", replace(state, times=1 - state.times))


@pytest.mark.parametrize(
    ("strength", "verdict"), [(Strength.WEAK, Verdict.VIOLATION), (Strength.STRONG, Verdict.LAWFUL)]
)
def test_what_is_possible_in_turns_must_be_taken_by_strong_fairness_only(strength: Strength, verdict: Verdict) -> None:
    fairness = (fair("turn", Strength.WEAK), fair("count", strength))
    counted = AlwaysEventually("p", fairness, lambda states: states[0].times == 1)
    found = of_ring(Turning(), counted)
    assert found.verdict is verdict
    if found.lasso is not None:
        assert [move.step.action for move in found.lasso.loop] == ["turn", "turn"]
        assert [(one.taken, one.waived) for one in found.met] == [(1, 0), (0, 1)]


def test_a_lasso_that_is_not_fair_is_refused() -> None:
    model = Endless()
    found = of_ring(model, AlwaysEventually("p", (), has(2)))
    assert found.lasso is not None
    stopped = Lasso((), ())
    with pytest.raises(WrongModel, match="the loop is not fair: hand on"):
        fairly_met(model, (HAND_ON,), stopped, carried_out(model, stopped))
    with pytest.raises(WrongModel, match="does not lead back"):
        handed = next(iter(model.steps(0, model.initial(0))))
        carried_out(model, Lasso((), (Move(0, handed),)))


class Stuck(Endless):
    """Who takes the token does nothing any more."""

    def steps(self, server: int, state: Any) -> Iterator[LocalStep[Any, Any]]:
        return (step for step in super().steps(server, state) if server == 0)


def test_where_nothing_can_happen_the_behaviour_ends_and_is_judged() -> None:
    strong = (TAKE, HAND_ON, fair(LOSE, Strength.FINITE))
    found = of_ring(Stuck(), AlwaysEventually("p", strong, has(0)))
    assert found.verdict is Verdict.VIOLATION
    assert found.lasso is not None
    assert found.lasso.loop == ()
    gone = EventuallyAlways("p", strong, lambda states: not states[0].has_token)
    assert of_ring(Stuck(), gone).verdict is Verdict.LAWFUL
    assert of_ring(Stuck(), replace(gone, fairness=())).verdict is Verdict.VIOLATION, "nobody has to do anything"


def test_what_the_bounds_cut_off_is_neither_violated_nor_held() -> None:
    """The servers of a ring count, and after two rounds the bounds forbid to take the token, which has to be taken."""
    strong = (TAKE, HAND_ON, replace(fair(LOSE, Strength.FINITE), name="kept"))
    unlost = AlwaysEventually("p", strong, lambda states: states[0].times > 99)
    found = of_ring(Unlosing(), unlost)
    assert found.verdict is Verdict.NOTHING_CHECKED
    assert (found.speaks_of, found.stays) == (0, 0)
    assert found.cut_off > 0
    assert found.waits_for == ("take",)


class Unlosing(Ring):
    """The token is on its way only as a state of who gets it, so that nothing is lost."""

    in_flight = 0
    servers = 1
    actions = ("take",)

    def steps(self, server: int, state: Any) -> Iterator[LocalStep[Any, Any]]:
        yield LocalStep("take", replace(state, times=state.times + 1))


@dataclass(frozen=True)
class Count:
    """A server that counts."""

    number: int
    is_even: bool = True


class CountsUp(Unlosing):
    """Counts up by one for ever."""

    def initial(self, server: int) -> Any:
        return Count(1)

    def steps(self, server: int, state: Any) -> Iterator[LocalStep[Any, Any]]:
        yield LocalStep("take", Count(state.number + 1, not state.is_even))

    def is_within(self, state: Any) -> bool:
        return bool(state.number <= 2)


class ByNumber:
    """How it counts."""

    def at(self, value: Any) -> int:
        return int(value.number)

    def mentioned(self, value: Any) -> frozenset[int]:
        return frozenset({value.number})

    def renumbered(self, value: Any, new: Any) -> Any:
        return replace(value, number=new(value.number))


def test_a_loop_in_which_numbers_rise_for_ever_is_found() -> None:
    strong = (TAKE,)
    odd = AlwaysEventually("odd", strong, lambda states: not states[0].is_even)
    settled = EventuallyAlways("settled", strong, lambda states: not states[0].is_even)
    found = judge(CountsUp(), [odd, settled], UNLIMITED, counting=ByNumber())
    assert found.states == 2
    assert [one.verdict for one in found.judged] == [Verdict.LAWFUL, Verdict.VIOLATION]
    lasso = found.judged[1].lasso
    assert lasso is not None
    assert [move.step.after.number for move in (*lasso.prefix, *lasso.loop)] == [2, 3]
    without = judge(CountsUp(), [odd, settled], UNLIMITED)
    assert [one.verdict for one in without.judged] == [Verdict.NOTHING_CHECKED] * 2


class ByParity(CountsUp):
    """The number itself makes a difference."""

    def steps(self, server: int, state: Any) -> Iterator[LocalStep[Any, Any]]:
        yield LocalStep("take", Count(state.number + 1, state.number % 2 == 0))


def test_numbers_that_make_a_difference_are_noticed() -> None:
    with pytest.raises(WrongModel, match="the numbers themselves make a difference"):
        judge(ByParity(), [], UNLIMITED, counting=ByNumber())


def test_past_numbers_keep_their_order_only() -> None:
    new = renumbering([7, 9], [2, 4, 7, 9])
    assert [new(number) for number in (0, 2, 4, 7, 8, 9)] == [0, 1, 2, 3, 4, 5]


def test_a_budget_that_is_used_up_is_no_verdict() -> None:
    found = judge(Endless(), [AlwaysEventually("p", (), has(2))], Budget(1e-9, None))
    assert (found.verdict, found.judged) == (Verdict.INCONCLUSIVE, ())
    assert found.progress is not None
    assert "properties judged: 0 of 1" in found.progress
