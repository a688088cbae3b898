"""The machines find mistakes of Raft, make them small, and what they find is replayed; what is drawn can be reached."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings

from lawful.checkers.exploration.behaviour import Moment, Move, follow, guided
from lawful.checkers.verdict import Verdict
from lawful.conformance.behaviour_file import read, write
from lawful.conformance.cli.explore_raft_text import replayed_lines
from lawful.conformance.raft_machine import Violated, machine_for, smallest_violation
from lawful.conformance.raft_strategies import behaviours, clusters, messages, servers
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.state import AppendRequest, Message, Role, Server

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "raft.md"
MODEL = Raft(Bounds())
LED = guided(MODEL, MISTAKES["vote-cleared-by-append"].scene)
"""Server 0 leads term 2."""
FEW = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
SMALLEST = {
    "propose-over-uncommitted": (25, 11),
    "quorum-of-half": (25, 13),
    "previous-term-not-compared": (8, 38),
    "commit-before-matching": (10, 34),
    "leader-of-a-later-term": (15, 22),
    "answered-before-commit": (5, 21),
}
"""By mistake, how many steps to take, and how long what is found is at most. The shortest: 11, 10, 35, 30, 18, 21."""
QUICK = ("propose-over-uncommitted", "quorum-of-half")


def found(name: str, steps: int, folder: Path) -> int:
    """The length of the behaviour that was found, which is replayed from a file as well."""
    mistake = MISTAKES[name]
    model = mistake.model()
    violation = smallest_violation(model, after=guided(model, mistake.scene), examples=1000, steps=steps)
    assert violation is not None
    assert violation.property == mistake.rejected_by.id
    path = folder / "found.json"
    write(path, model, name, violation.property, violation.behaviour)
    verdict, lines = replayed_lines(read(path))
    assert verdict is Verdict.VIOLATION
    assert any(violation.property in line for line in lines)
    return len(violation.behaviour)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "name", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in SMALLEST]
)
def test_a_mistake_is_found_made_small_and_replayed(name: str, tmp_path: Path) -> None:
    steps, most = SMALLEST[name]
    assert found(name, steps, tmp_path) <= most


def test_nothing_is_found_where_there_is_no_mistake() -> None:
    assert smallest_violation(MODEL, examples=10, steps=20) is None


def test_a_machine_fails_as_a_test_and_shows_the_behaviour() -> None:
    case: Any = seed(0)(machine_for(MISTAKES["propose-over-uncommitted"].model())).TestCase
    case.settings = settings(FEW, max_examples=1000, stateful_step_count=25, phases=[Phase.generate])
    with pytest.raises(Violated, match=r"RAFT-2 is violated\n +server 0 +│ server 1"):
        case("runTest").runTest()


@FEW
@given(behaviours(MODEL, steps=12))
def test_a_behaviour_is_one_of_the_model(behaviour: tuple[Move, ...]) -> None:
    moments = follow(MODEL, behaviour)
    assert all(MODEL.is_within(state) for moment in moments for state in moment.states)
    assert all(len(moment.in_flight) <= MODEL.in_flight for moment in moments)


@FEW
@given(clusters(MODEL, steps=6, after=LED))
def test_a_cluster_goes_on_from_what_comes_first(moment: Moment) -> None:
    assert max(state.term for state in moment.states) == 2


@FEW
@given(servers(MODEL, steps=12), messages(MODEL, steps=12))
def test_servers_and_messages_keep_the_bounds(server: Server, message: Message) -> None:
    assert 1 <= server.term <= 2
    assert {message.source, message.destination} <= set(range(3))


def test_what_is_looked_for_is_found_at_its_smallest() -> None:
    chosen = settings(FEW, max_examples=500)
    standing = find(servers(MODEL, steps=6), lambda one: one.role is Role.CANDIDATE, settings=chosen)
    assert (standing.term, standing.log, standing.granted) == (2, (), frozenset())
    leader = find(servers(MODEL, steps=3, after=LED), lambda one: one.role is Role.LEADER, settings=chosen)
    assert leader == follow(MODEL, LED)[-1].states[0]
    sent = find(messages(MODEL, steps=3, after=LED), lambda one: isinstance(one, AppendRequest), settings=chosen)
    assert isinstance(sent, AppendRequest)
    assert (sent.source, sent.entries) == (0, ())


def test_the_example_in_the_document_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?raft_machine.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    made: dict[str, Any] = {}
    exec(example, made)
    case = made["TestRaft"]
    case.settings = settings(FEW, max_examples=3, stateful_step_count=10)
    case("runTest").runTest()
    settings(FEW, max_examples=3)(made["test_who_leads_has_voted"])()
