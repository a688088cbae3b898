"""Bounded search and k-induction: shortest behaviours of broken Raft, and a claim that takes two states to prove."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import z3  # type: ignore[import-untyped]

from lawful.checkers.induction.bounded import follows_from_steps, search
from lawful.checkers.induction.prover import prove
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.expression import FALSE, Callables, Expression, Symbol
from lawful.models.first_order.system import Scope, Step, System, action, lemma
from lawful.models.raft_proof.base import RAFT, scope
from lawful.models.raft_proof.lemmas_of_elections import election_safety
from lawful.models.raft_proof.mutants import MUTANTS

SMALL = scope(3, 2, 2, 2)
BY_NAME = {mutant.name: mutant for mutant in MUTANTS}


@dataclass(frozen=True, slots=True)
class Pipe:
    """A mark that moves on by one place at each step; none comes in."""

    behind: Callables
    ahead: Callables


@action("The mark moves on.")
def move(pipe: Pipe) -> Step[Pipe]:
    return Step({}, Pipe(lambda: FALSE, pipe.behind))


@action("A mark comes in.")
def enter(pipe: Pipe) -> Step[Pipe]:
    return Step({}, replace(pipe, behind=lambda: ~FALSE))


@lemma("No mark is ahead.")
def none_ahead(pipe: Pipe) -> Expression:
    return ~pipe.ahead()


NOTHING = Scope({}, {})
PIPE: System[Pipe] = System(
    "pipe",
    (),
    (),
    (),
    Pipe(Symbol("behind", ()), Symbol("ahead", ())),
    lambda pipe: ~pipe.behind() & ~pipe.ahead(),
    (move,),
    (none_ahead,),
    ("none_ahead",),
    (NOTHING,),
)


def test_two_states_prove_what_one_does_not() -> None:
    assert [one.verdict for one in prove(PIPE, {}) if one.action] == [Verdict.VIOLATION]
    one, two = (follows_from_steps(PIPE, NOTHING, none_ahead, steps, 10) for steps in (1, 2))
    assert one.behaviour is not None
    assert one.behaviour.replayed
    assert two.behaviour is None
    assert search(PIPE, NOTHING, none_ahead, 2, 10).behaviour is None


def test_a_claim_that_fails_after_two_steps_is_found_there() -> None:
    leaky = replace(PIPE, actions=(move, enter))
    assert search(leaky, NOTHING, none_ahead, 1, 10).behaviour is None
    found = search(leaky, NOTHING, none_ahead, 5, 10)
    assert found.steps == 2
    assert found.behaviour is not None
    assert [one.action for one in found.behaviour.steps] == ["enter", "move"]
    assert found.behaviour.replayed
    assert follows_from_steps(leaky, NOTHING, none_ahead, 2, 10).behaviour is not None


def test_a_first_state_may_be_the_one_that_breaks_the_claim() -> None:
    found = search(replace(PIPE, initial=lambda pipe: pipe.ahead()), NOTHING, none_ahead, 3, 10)
    assert (found.steps, found.known) == (0, True)


def test_a_solver_that_gives_up_is_not_taken_for_safety(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    assert search(PIPE, NOTHING, none_ahead, 3, 10).known is False
    assert follows_from_steps(PIPE, NOTHING, none_ahead, 2, 10).known is False


@pytest.mark.parametrize(("name", "steps"), [("one-vote-wins", 4), ("two-votes", 6)])
def test_the_shortest_way_to_two_leaders_is_found(name: str, steps: int) -> None:
    found = search(BY_NAME[name].of(RAFT), SMALL, election_safety, 6, 60)
    assert found.steps == steps
    assert found.behaviour is not None
    assert found.behaviour.replayed
    assert [one.action for one in found.behaviour.steps].count("win_election") == 2


def test_raft_has_no_two_leaders_within_a_few_steps() -> None:
    found = search(RAFT, SMALL, election_safety, 5, 60)
    assert (found.steps, found.behaviour, found.known) == (5, None, True)


@pytest.mark.slow
def test_a_forgotten_vote_takes_eight_steps() -> None:
    found = search(BY_NAME["vote-forgotten"].of(RAFT), SMALL, election_safety, 8, 60)
    assert found.steps == 8
    assert found.behaviour is not None
    assert "restart" in [one.action for one in found.behaviour.steps]
