"""A checker with a mistake in it does not agree: each of these is told by the agreement of all.

The mistakes are those that checkers have had: a comparison the wrong way round, an unknown outcome forgotten, an answer
not compared, a dominance that is none. The faults of monitors are in `tests/checkers/monitors/test_monitor_faults.py`.
"""

from __future__ import annotations

import pytest

pytest.importorskip("numpy", reason="monitors need numpy")
pytest.importorskip("z3", reason="the solver is one of those who are asked")

from tests.agreement.agreement import compare
from tests.agreement.fault import Fault, seeded
from tests.agreement.seeded_faults import FAULTS

from lawful.checkers.linearizability import search

MOST_HISTORIES = 4_000
"""Most faults show within a hundred."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_a_seeded_fault_shows(fault: Fault) -> None:
    with seeded(fault.module, fault.old, fault.new):
        found = compare(fault.model, range(MOST_HISTORIES), [fault.asked], stop=True)
    assert found.disagreements, "nobody noticed"


def test_nothing_is_left_of_a_fault() -> None:
    with seeded("linearizability.search", "METHOD =", "OTHER_METHOD ="):
        spoiled = compare("register", range(1), ["search"])
    assert "NameError" in spoiled.disagreements[0]
    assert compare("register", range(30), ["search", "front door"]).disagreements == []
    assert search.METHOD


def test_a_fault_whose_anchor_is_gone_says_so() -> None:
    with pytest.raises(AssertionError, match="set the anchor anew"), seeded("meter", "nobody wrote this", ""):
        pass
