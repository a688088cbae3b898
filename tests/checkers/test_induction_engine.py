"""The induction prover on a system made for it: a token that is passed on, by which one node at a time may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
import z3  # type: ignore[import-untyped]

from lawful.checkers.induction.cores import prove_with_smallest_cores
from lawful.checkers.induction.finding import Finding
from lawful.checkers.induction.graph import proof_graph, unused
from lawful.checkers.induction.prover import prove
from lawful.checkers.induction.sanity import sanity_of
from lawful.checkers.proof.finding import Goal
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.expression import (
    Callables,
    Expression,
    Sort,
    Symbol,
    any_of,
    every,
    having,
    implies,
    lacking,
    some,
)
from lawful.models.first_order.system import Action, Axiom, Lemma, Scope, Step, System, action, lemma

NODE = Sort("node")
first = Symbol("first", (), NODE)


@dataclass(frozen=True, slots=True)
class Ring:
    """Who has the token, and who writes."""

    has: Callables
    writes: Callables


RING = Ring(Symbol("has", (NODE,)), Symbol("writes", (NODE,)))


@action("A node hands on the token, and writes no more.", giver=NODE, taker=NODE)
def hand_on(ring: Ring, giver: Expression, taker: Expression) -> Step[Ring]:
    has = having(lacking(ring.has, giver), taker)
    return Step({"it has the token": ring.has(giver)}, Ring(has, lacking(ring.writes, giver)))


@action("A node begins to write.", node=NODE)
def write(ring: Ring, node: Expression) -> Step[Ring]:
    return Step({"it has the token": ring.has(node)}, replace(ring, writes=having(ring.writes, node)))


@action("A node keeps the token and gives it away as well.", giver=NODE, taker=NODE)
def copy(ring: Ring, giver: Expression, taker: Expression) -> Step[Ring]:
    return Step({"it has the token": ring.has(giver)}, replace(ring, has=having(ring.has, taker)))


def at_most_one(relation: Callables) -> Expression:
    return every((NODE, NODE), lambda one, other: implies(relation(one) & relation(other), one.is_(other)))


@lemma("One node writes.")
def one_writer(ring: Ring) -> Expression:
    return at_most_one(ring.writes)


@lemma("One node has the token.")
def one_token(ring: Ring) -> Expression:
    return at_most_one(ring.has)


@lemma("Who writes has the token.")
def writers_have_it(ring: Ring) -> Expression:
    return every((NODE,), lambda node: implies(ring.writes(node), ring.has(node)))


@lemma("There are at most three nodes.")
def few_nodes(ring: Ring) -> Expression:
    return every(
        (NODE,) * 4,
        lambda a, b, c, d: any_of(a.is_(b), a.is_(c), a.is_(d), b.is_(c), b.is_(d), c.is_(d)),
    )


def _has_or_not(ring: Ring) -> Expression:
    return every((NODE,), lambda node: ring.has(node) | ~ring.has(node))


def at_first(ring: Ring) -> Expression:
    return every((NODE,), lambda node: ring.has(node).is_(node.is_(first())) & ~ring.writes(node))


def nodes(count: int) -> Scope:
    return Scope({NODE: tuple(f"n{number}" for number in range(1, count + 1))}, {})


def ring_of(*lemmas: Lemma[Ring], actions: tuple[Action[Ring], ...] = (hand_on, write)) -> System[Ring]:
    goals = (lemmas[0].name,)
    return System("ring", (NODE,), (first,), (), RING, at_first, actions, lemmas, goals, (nodes(2), nodes(3)))


SOUND = ring_of(one_writer, one_token, writers_have_it)


def unmet(system: System[Ring], cores: Mapping[tuple[str, str], tuple[str, ...]] = {}) -> list[Finding]:
    return [one for one in prove(system, cores, seconds=5) if one.verdict is not Verdict.LAWFUL]


def test_a_sound_system_is_proved_without_being_told_cores() -> None:
    findings = {(one.action, one.lemma): one for one in prove(SOUND, {}, seconds=5)}
    assert len(findings) == 9
    assert {one.verdict for one in findings.values()} == {Verdict.LAWFUL}
    assert set(findings["write", "one_writer"].hypotheses) == {"one_token", "writers_have_it"}
    assert findings[None, "one_token"].hypotheses == ()


def test_a_claim_that_is_true_but_does_not_follow_from_the_lemmas_is_shown_a_step() -> None:
    (found,) = unmet(ring_of(one_writer))
    example = found.counterexample
    assert (found.goal, found.action, found.lemma, found.verdict) == (
        Goal.STEP,
        "write",
        "one_writer",
        Verdict.VIOLATION,
    )
    assert example is not None
    assert example.replayed
    assert len(example.before.holding(RING.writes)) == 1  # type: ignore[arg-type]
    assert len(example.after.holding(RING.writes)) == 2  # type: ignore[arg-type]


def test_a_wrong_action_breaks_the_lemma_that_it_does_not_keep() -> None:
    found = unmet(ring_of(one_writer, one_token, writers_have_it, actions=(hand_on, write, copy)))
    assert [(one.action, one.lemma, one.verdict) for one in found] == [("copy", "one_token", Verdict.VIOLATION)]
    assert found[0].counterexample is not None
    assert found[0].counterexample.values.keys() == {"giver", "taker"}


def test_a_first_state_that_breaks_a_lemma_is_shown() -> None:
    somebody: Lemma[Ring] = Lemma("somebody", "Somebody writes.", lambda ring: some((NODE,), ring.writes))
    found = unmet(ring_of(somebody))
    assert (found[0].goal, found[0].action) == (Goal.INITIAL, None)
    assert found[0].counterexample is not None
    assert found[0].counterexample.replayed


def test_what_holds_of_small_instances_only_is_unknown_and_not_proved() -> None:
    found = unmet(ring_of(few_nodes))
    assert [(one.goal, one.verdict) for one in found] == [(Goal.INITIAL, Verdict.INCONCLUSIVE)]
    assert found[0].reason == "no counterexample of 3 nodes, and no proof within 5 s"


def test_a_wrong_core_is_put_right_and_an_unknown_lemma_in_it_is_no_lemma() -> None:
    wrong = {("write", "one_writer"): ("one_writer", "nothing_of_the_kind"), ("write", "one_token"): ()}
    assert unmet(SOUND, wrong) == []
    assert unmet(ring_of(one_writer), {("write", "one_writer"): ("nothing_of_the_kind",)}) != []


def test_the_smallest_core_has_nothing_to_spare() -> None:
    padded = {("write", "one_writer"): ("one_token", "one_writer", "writers_have_it")}
    found = {(one.action, one.lemma): one.hypotheses for one in prove_with_smallest_cores(SOUND, padded, 5)}
    assert len(found["write", "one_writer"]) == 2


def test_a_solver_that_gives_up_leaves_obligations_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    assert {one.verdict for one in prove(SOUND, {})} == {Verdict.INCONCLUSIVE}


def test_a_proof_about_nothing_is_told() -> None:
    @action("A node does what none can.", node=NODE)
    def never(ring: Ring, node: Expression) -> Step[Ring]:
        return Step({"it writes without the token": ring.writes(node) & ~ring.has(node)}, ring)

    again = Lemma("again", "Whoever writes has the token, once more.", writers_have_it.holds)
    system = ring_of(one_writer, one_token, writers_have_it, again, actions=(hand_on, write, never))
    told = [(one.action, one.lemma) for one in sanity_of(system, 5) if one.verdict is not Verdict.LAWFUL]
    assert told == [("never", None), (None, "writers_have_it"), (None, "again")]


def test_axioms_that_contradict_each_other_leave_no_first_state() -> None:
    impossible = Axiom("A node is not itself.", some((NODE,), lambda node: node.is_not(node)))
    system = replace(SOUND, axioms=(impossible,))
    assert {one.verdict for one in prove(system, {}, 5)} == {Verdict.LAWFUL}
    assert next(iter(sanity_of(system, 5))).verdict is Verdict.VIOLATION


def test_the_graph_leads_from_what_is_needed_to_what_is_kept() -> None:
    spare: Lemma[Ring] = Lemma("spare", "It has it or not.", _has_or_not)
    system = ring_of(one_writer, one_token, writers_have_it, spare)
    graph = proof_graph(system, prove(system, {}, 5))
    assert set(graph.predecessors("one_writer")) == {"one_token", "writers_have_it"}
    assert graph.edges["one_token", "one_writer"]["actions"] == ["write"]
    assert unused(system, graph) == ["spare"]


@lemma("Who writes is the only one that has the token.")
def writers_alone(ring: Ring) -> Expression:
    return every((NODE, NODE), lambda one, other: implies(ring.writes(one) & ring.has(other), one.is_(other)))


@lemma("Some node writes.")
def somebody_writes(ring: Ring) -> Expression:
    return some((NODE,), ring.writes)


def test_a_theorem_follows_from_lemmas_and_steps_may_use_it() -> None:
    system = replace(ring_of(one_writer, one_token, writers_have_it), theorems=(writers_alone,))
    cores = {
        ("follows", "writers_alone"): ("one_token", "writers_have_it"),
        ("write", "one_writer"): ("one_writer", "writers_alone"),
    }
    findings = {(one.action, one.lemma, one.goal): one for one in prove(system, cores)}
    assert {one.verdict for one in findings.values()} == {Verdict.LAWFUL}
    assert findings[None, "writers_alone", Goal.FOLLOWS].hypotheses == ("one_token", "writers_have_it")
    assert findings["write", "one_writer", Goal.STEP].hypotheses == ("one_writer", "writers_alone")


def test_what_does_not_follow_is_broken_in_a_state_that_the_lemmas_allow() -> None:
    system = replace(SOUND, theorems=(somebody_writes,))
    (broken,) = unmet(system)
    assert (broken.goal, broken.lemma, broken.verdict) == (Goal.FOLLOWS, "somebody_writes", Verdict.VIOLATION)
    assert broken.counterexample is not None
    assert broken.counterexample.replayed
    assert broken.counterexample.before.holding(Symbol("writes", (NODE,))) == []


def test_a_theorem_is_no_reason_for_itself_nor_for_one_before_it() -> None:
    system = replace(SOUND, theorems=(somebody_writes, writers_alone))
    cores = {
        ("follows", "somebody_writes"): ("somebody_writes", "writers_alone"),
        ("follows", "writers_alone"): ("one_token", "writers_have_it"),
    }
    assert [one.lemma for one in unmet(system, cores)] == ["somebody_writes"]


def test_an_axiom_that_has_a_name_serves_where_a_core_names_it() -> None:
    alone = Axiom("There is one node.", every((NODE,), lambda node: node.is_(first())), "alone")
    system = replace(ring_of(one_writer), axioms=(alone,), scopes=(nodes(1),))
    cores = {(action, "one_writer"): ("alone",) for action in ("hand_on", "write")}
    assert {one.verdict for one in prove(system, cores)} == {Verdict.LAWFUL}
    assert {one.hypotheses for one in prove(system, cores) if one.action} == {("alone",)}
