"""Each broken twin is rejected by the clause that it was made for, and by no other, after a program of a few calls.

The programs were found by `lawful mutants`, and are recorded: to run them takes milliseconds, to find them minutes.
`python -m tests.twins` records what is missing.
"""

from __future__ import annotations

import pytest
from tests.twins.recorded import RECORDED, on_a_right_store, rejected_by, without_last_call

from lawful.conformance.twins.catalogue import twins
from lawful.specs.task_store import CLAUSES


def test_every_clause_has_a_twin_and_every_twin_a_program() -> None:
    assert {twin.clause for twin in twins().values()} == set(CLAUSES)
    assert RECORDED.keys() == twins().keys(), "python -m tests.twins records them anew"


@pytest.mark.parametrize("name", list(RECORDED))
def test_the_program_is_rejected_by_its_clause_alone(name: str) -> None:
    assert rejected_by(RECORDED[name]) == (twins()[name].clause,)


@pytest.mark.parametrize("name", list(RECORDED))
def test_nothing_rejects_a_store_without_the_mistake(name: str) -> None:
    assert rejected_by(on_a_right_store(twins()[name], RECORDED[name])) == ()


@pytest.mark.parametrize("name", list(RECORDED))
def test_nothing_rejects_the_program_without_its_last_call(name: str) -> None:
    assert rejected_by(without_last_call(RECORDED[name])) == ()
