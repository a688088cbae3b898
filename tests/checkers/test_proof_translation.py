"""What the prover proves things about is what the sequential model does: the two agree on random steps."""

from __future__ import annotations

import pytest

from lawful.specs.task_store import TABLES
from lawful.specs.task_store.twins import DECLARED_TWINS

from .looked_up_steps import Lookup, random_steps

OPEN_TO_THE_TRANSLATION = {
    "tasks": "of node tasks only the statuses are known",
    "aliases": "of histories only the length is known",
    "cdc_overflow": "of events only number and sum are known",
    "canary_runs": "how many runs are newer is open",
    "sessions": "how many sessions were used later is open",
    "leader_lease": "the store chooses the token",
    "scoped_keys": "which row stands for all others is open",
}
"""Why steps are admitted that the model does not take; what is proved is proved of them as well."""


MISTAKEN = (
    "terminal-status-overwritten",
    "claim-takes-what-others-hold",
    "lease-without-owner-check",
    "overflow-without-bound",
)
"""Models that do what the declaration does not say."""


def agreement(name: str, seed: int, count: int, clock_error_ns: int = 0) -> None:
    lookup = Lookup(TABLES[name], clock_error_ns)
    for taken in random_steps(TABLES[name], seed, count, clock_error_ns):
        for one in taken:
            assert lookup.admits(one), one
        if name not in OPEN_TO_THE_TRANSLATION and not clock_error_ns:
            assert not lookup.admits_another(taken), taken


@pytest.mark.parametrize("name", TABLES)
def test_the_translation_takes_the_steps_of_the_model(name: str) -> None:
    agreement(name, seed=1, count=8)


@pytest.mark.parametrize("mistake", MISTAKEN)
def test_a_step_of_a_mistaken_model_is_not_in_the_translation(mistake: str) -> None:
    (table,) = [twin.table for twin in DECLARED_TWINS if twin.name == mistake]
    lookup = Lookup(TABLES[table.name])
    steps = (one for taken in random_steps(table, seed=3, count=60) for one in taken)
    assert not all(lookup.admits(one) for one in steps)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", TABLES)
def test_the_translation_takes_many_steps_of_the_model(name: str) -> None:
    agreement(name, seed=2, count=120)
    agreement(name, seed=3, count=30, clock_error_ns=7_000_000)
