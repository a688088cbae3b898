"""The search through all states: its counts, its counterexamples, and what it says of models that are none."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lawful.checkers.exploration.behaviour import NoSuchMove, follow, guided, violated_by
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.result import DEADLOCK
from lawful.checkers.exploration.wrong_model import WrongModel
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import AnyModel, AnyStep, Choice, LocalProperty, LocalStep, OfPair
from lawful.models.raft.properties import PROPERTIES
from lawful.models.raft.raft import Bounds, Raft

from .plain_exploration import Counts, plain_counts
from .ring import COUNTS_UP, FEW_TIMES, NEVER_COUNTS, NOTHING_AT_ALL, ONE_TOKEN, Holder, Ring, RingOfEquals, Token


class TwoInFlight(RingOfEquals):
    """Several tokens are on their way, and equal ones among them."""

    in_flight = 2
    most = 1


@pytest.mark.parametrize(
    "model",
    [
        Ring(),
        RingOfEquals(),
        TwoInFlight(),
        Raft(Bounds(servers=2)),
        Raft(Bounds(servers=2, messages=2, log=0)),
        Raft(Bounds(servers=1, terms=3, log=2)),
        Raft(Bounds(servers=2, messages=0)),
    ],
    ids=["ring", "equals", "two-in-flight", "raft", "raft-two-in-flight", "raft-alone", "raft-silent"],
)
def test_the_counts_are_those_of_the_definition(model: AnyModel) -> None:
    found = explore(model, (), may_end=True)
    assert Counts(found.distinct, found.generated, found.depth) == plain_counts(model)
    assert found.verdict is Verdict.LAWFUL


@pytest.mark.parametrize("model", [RingOfEquals(), TwoInFlight(), Raft(Bounds(servers=2)), Raft(Bounds(messages=0))])
def test_states_up_to_renaming_stand_for_all_states(model: AnyModel) -> None:
    """The orbits of the states that symmetry leaves over are the states that the whole search reaches."""
    whole, folded = explore(model, (), may_end=True), explore(model, (), may_end=True, symmetric=True)
    assert folded.represented == whole.distinct > folded.distinct
    assert folded.depth == whole.depth
    assert (folded.local_states, folded.messages) == (whole.local_states, whole.messages)


@pytest.mark.parametrize(
    ("properties", "steps"), [((COUNTS_UP, FEW_TIMES), 4), ((COUNTS_UP, ONE_TOKEN), 2), ((NEVER_COUNTS,), 1)]
)
@pytest.mark.parametrize("symmetric", [False, True])
def test_a_violation_comes_with_a_shortest_behaviour(
    properties: tuple[LocalProperty, ...], steps: int, symmetric: bool
) -> None:
    model = RingOfEquals()
    found = explore(model, properties, symmetric=symmetric, may_end=True)
    assert found.violation is not None
    assert found.verdict is Verdict.VIOLATION
    assert found.violation.property == properties[-1].id
    assert len(found.violation.behaviour) == steps
    assert violated_by(properties, follow(model, found.violation.behaviour)) == (properties[-1], steps)


def test_a_state_in_which_nothing_can_happen_is_a_deadlock() -> None:
    """A token that is lost never comes back; the steps of the network are steps."""
    found = explore(Ring(), [ONE_TOKEN])
    assert found.violation is not None
    assert found.violation.property == DEADLOCK
    assert [move.step.action for move in found.violation.behaviour] == ["hand on", "lose message"]
    assert explore(Ring(), [ONE_TOKEN], may_end=True).verdict is Verdict.LAWFUL


def test_actions_that_never_occur_and_properties_that_say_nothing_are_named() -> None:
    class Idle(Ring):
        actions = (*Ring.actions, "melt down")

    found = explore(Idle(), [ONE_TOKEN, NOTHING_AT_ALL], may_end=True)
    assert found.not_taken == ["melt down", "repeat message"]
    assert found.vacuous == ["nothing-at-all"]
    assert found.applied["one-token"] > 0


def test_a_search_stops_when_its_budget_is_used_up() -> None:
    found = explore(Raft(Bounds()), PROPERTIES, Budget(1e-9, None))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.progress is not None
    assert "the time budget of 1e-09 s is used up; states reached: 1, at depth 1" in found.progress


def test_a_search_goes_on_from_the_end_of_a_behaviour() -> None:
    start = guided(Ring(), [Choice(0, "hand on", 2), Choice(2, "take", 0)])
    found = explore(Ring(), [FEW_TIMES], after=start, may_end=True)
    assert found.violation is not None
    assert found.violation.behaviour[:2] == tuple(start)
    assert len(found.violation.behaviour) == 6


def test_a_search_does_not_begin_beyond_the_bounds() -> None:
    class Narrow(Ring):
        in_flight = 0

    with pytest.raises(ValueError, match="outside of the bounds"):
        explore(Narrow(), [], after=guided(Ring(), [Choice(0, "hand on", 2)]))


def test_a_choice_that_is_not_possible_is_named() -> None:
    with pytest.raises(NoSuchMove, match=r"choice 1, 'take' of server 0 with peer 1.*server 0 can 'hand on'"):
        guided(Ring(), [Choice(0, "take", 1)])


class ReadsAnother(RingOfEquals):
    """Looks at what another server did last, through a list that all share."""

    def __init__(self) -> None:
        self.last = [0, 0, 0]

    def steps(self, server: int, state: Any) -> Iterable[AnyStep]:
        self.last[server] = state.times
        if not state.times and self.last[(server + 1) % 3] == 0:
            yield LocalStep("make", Holder(has_token=True, times=1))
        yield from Ring.steps(self, server, state)


class DrawsLots(RingOfEquals):
    """Answers differently each time."""

    def __init__(self) -> None:
        self.lots = itertools.count()

    def receive(self, server: int, state: Any, message: Any) -> Iterator[AnyStep]:
        yield LocalStep("take", Holder(has_token=True, times=state.times + next(self.lots) % 2))


class WithList(Ring):
    """Has a list in its state."""

    def receive(self, server: int, state: Any, message: Any) -> Iterator[AnyStep]:
        yield LocalStep("take", [state])


class SendsList(Ring):
    def steps(self, server: int, state: Any) -> Iterable[AnyStep]:
        yield LocalStep("hand on", state, ([1],))


class StartsWithList(Ring):
    def initial(self, server: int) -> Any:
        return []


class SendsAbroad(Ring):
    def steps(self, server: int, state: Any) -> Iterable[AnyStep]:
        yield LocalStep("hand on", state, (Token(server, 3),))


class Undeclared(Ring):
    actions = ("take",)


class KeepsNothing(Ring):
    def steps(self, server: int, state: Any) -> Iterable[AnyStep]:
        yield LocalStep("hand on", state, keeps=True)


@dataclass(unsafe_hash=True)
class Changeable:
    """A state that somebody changes."""

    times: int = 0
    has_token: bool = True


class ChangesState(Ring):
    def initial(self, server: int) -> Any:
        return Changeable()

    def steps(self, server: int, state: Any) -> Iterable[AnyStep]:
        yield LocalStep("hand on", Changeable(state.times + 1))
        if server == 2 and state.times == 2:
            state.has_token = False


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            ReadsAnother(),
            r"'make' of server \d depends on more than the server's own state .* on the state of another server",
        ),
        (DrawsLots(), "asked twice for the same state, server \\d answers differently: 'take'"),
        (WithList(), r"'take' of server \d leads to a state that cannot be hashed \(unhashable type: 'list'\)"),
        (SendsList(), "'hand on' of server 0 sends a message that cannot be hashed"),
        (StartsWithList(), "server 0 starts in a state that cannot be hashed"),
        (SendsAbroad(), "'hand on' of server 0 sends to server 3, and there are 3"),
        (Undeclared(), "'hand on' of server 0 is not among the model's actions"),
        (KeepsNothing(), "'hand on' of server 0 keeps a message, but it received none"),
        (ChangesState(), "a state or a message was changed after it was made|depend on more than"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Ring) else "",
)
def test_a_model_that_is_not_made_of_local_steps_is_refused(model: AnyModel, message: str) -> None:
    with pytest.raises(WrongModel, match=message):
        explore(model, [], may_end=True)


class FavoursTheFirst(RingOfEquals):
    def steps(self, server: int, state: Any) -> Iterable[AnyStep]:
        return (step for step in super().steps(server, state) if step.action != "make" or server == 0)


class RenamesWrongly(RingOfEquals):
    def renamed_state(self, state: Any, new: Sequence[int]) -> Any:
        return replace(state, times=min(2, state.times + (new[0] != 0)))


class RenamesForGood(RingOfEquals):
    def renamed_state(self, state: Any, new: Sequence[int]) -> Any:
        return Holder(has_token=False)


class RenamesNoMessage(RingOfEquals):
    def renamed_message(self, message: Any, new: Sequence[int]) -> Any:
        return message


class AllToTheFirst(RenamesNoMessage):
    def steps(self, server: int, state: Any) -> Iterable[AnyStep]:
        yield LocalStep("hand on", state, (Token(0, 0),))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Ring(), "servers do not start alike"),
        (FavoursTheFirst(), "server 0 and server 1 differ in 'make'"),
        (RenamesWrongly(), "renaming servers twice is not renaming them once"),
        (RenamesForGood(), "renaming servers back does not undo renaming them"),
        (RenamesNoMessage(), "differ in 'hand on'"),
        (AllToTheFirst(), "does not rename where a message goes"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Ring) else "",
)
def test_symmetry_is_refused_where_it_is_not_sound(model: AnyModel, message: str) -> None:
    with pytest.raises(WrongModel, match=message):
        explore(model, [], symmetric=True, may_end=True)


def test_a_property_that_knows_a_server_by_name_is_not_symmetric() -> None:
    model = Raft(Bounds(servers=2))
    votes = OfPair("not-for-two", lambda a, b: a.voted_for != 1 or a.term < 3, lambda a, b: True)
    assert explore(model, [votes], symmetric=True).verdict is Verdict.LAWFUL
    named = OfPair("named", lambda a, b: a.voted_for != 1 or a.granted == {1}, lambda a, b: True)
    with pytest.raises(WrongModel, match="named depends on how servers are called"):
        explore(model, [named], symmetric=True)
