"""The picture of a behaviour: well-formed, self-contained, with everything escaped, and lost messages marked."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from lawful.checkers.exploration.behaviour import follow, guided
from lawful.conformance.report.behaviour_columns import Wording, behaviour_lines
from lawful.conformance.report.behaviour_svg import behaviour_svg
from lawful.conformance.report.raft_wording import wording_of
from lawful.models.local_steps import LOSE, REPEAT, Choice
from lawful.models.raft import election, raft
from lawful.models.raft.mistake import stood
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.replication import PROPOSE

MODEL = Raft(Bounds(servers=2, messages=2))
ASKED = (*stood(0), Choice(0, election.ASK_FOR_VOTE, 1))
LOST = (*ASKED, Choice(1, LOSE, 0))
ANSWERED = (*ASKED, Choice(1, raft.ADOPT_TERM, 0), Choice(1, election.ANSWER_VOTE_REQUEST, 0))
REPEATED = (*ASKED, Choice(1, REPEAT, 0), Choice(1, LOSE, 0), Choice(1, LOSE, 0))
TO_ITSELF = (*stood(0), Choice(0, election.ASK_FOR_VOTE, 0), Choice(0, election.ANSWER_VOTE_REQUEST, 0))


def drawn(choices: tuple[Choice, ...], title: str = "title", loop: int | None = None) -> str:
    behaviour = guided(MODEL, choices)
    return behaviour_svg(title, behaviour, follow(MODEL, behaviour), loop=loop)


@pytest.mark.parametrize(
    ("choices", "arrived", "lost", "on_their_way"),
    [(ASKED, 0, 0, 1), (LOST, 0, 1, 0), (ANSWERED, 1, 0, 1), (REPEATED, 0, 2, 0), (TO_ITSELF, 1, 0, 1)],
)
def test_each_message_is_an_arrow(choices: tuple[Choice, ...], arrived: int, lost: int, on_their_way: int) -> None:
    picture = drawn(choices)
    ElementTree.fromstring(picture)
    assert picture.count('class="message lost"') == picture.count("✕") == lost
    assert picture.count('class="message waiting"') == on_their_way
    assert picture.count('class="message"/></g>') == arrived
    assert len(re.findall('class="number"', picture)) == len(choices)


def test_what_changed_is_shown_and_nothing_else() -> None:
    texts = [element.text for element in ElementTree.fromstring(drawn(ASKED)).iter("{http://www.w3.org/2000/svg}text")]
    assert "time out: term 1 → 2, role follower →" in texts
    assert "ask for vote" in texts


def test_what_clients_are_answered_is_shown() -> None:
    mistake = MISTAKES["answered-before-commit"]
    behaviour = guided(mistake.model(), (*mistake.scene, Choice(0, PROPOSE)))
    moments = follow(mistake.model(), behaviour)
    assert "answers client 1: true" in behaviour_svg("title", behaviour, moments, wording_of(mistake.model()))
    assert "answers client" not in behaviour_svg("title", behaviour, moments)


def test_all_is_escaped() -> None:
    behaviour = guided(MODEL, ASKED)
    evil = '</text><script>alert("1")</script>'
    wording = Wording(lambda server: evil, lambda message: evil, lambda a, b: evil, lambda a, b: [evil])
    picture = behaviour_svg(evil, behaviour, follow(MODEL, behaviour), wording)
    assert "<script" not in picture
    ElementTree.fromstring(picture)


def test_nothing_is_fetched() -> None:
    assert re.findall(r"https?://[^\"]+", drawn(ANSWERED)) == ["http://www.w3.org/2000/svg"]


def test_a_loop_is_marked() -> None:
    assert "again and again" not in drawn(LOST)
    assert drawn(LOST, loop=1).count('class="loop"') == 2
    assert "from here on, nothing" in drawn(LOST, loop=3)


def test_the_diagram_in_text_marks_a_loop_as_well() -> None:
    behaviour = guided(MODEL, LOST)
    moments = follow(MODEL, behaviour)
    marked = list(behaviour_lines(behaviour, moments, wording_of(MODEL), loop=1))
    assert [line.strip() for line in marked if "here on" in line] == ["↻ from here on, again and again:"]
    assert marked.index("  ↻ from here on, again and again:") == 3
    assert list(behaviour_lines(behaviour, moments, wording_of(MODEL), loop=3))[-1] == "  ■ from here on, nothing"


def test_a_behaviour_without_steps_is_a_picture_too() -> None:
    ElementTree.fromstring(drawn(()))
