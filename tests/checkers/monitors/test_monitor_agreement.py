"""Every monitor says what the reference checker says of random small histories, run by Python and compiled."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.checkers.linearizability.monitors import compiled
from lawful.checkers.verdict import Verdict


def assert_agreement(agreement: Any, data_type: Any, seeds: range) -> None:
    """The monitor decides enough of the histories, of either verdict, and all of these rightly."""
    tally = agreement.compare(data_type.exact_monitor, data_type.sampler, seeds)
    assert tally.disagreements == []
    assert tally.share(Verdict.LAWFUL) > 0.15
    assert tally.share(Verdict.VIOLATION) > 0.03
    assert tally.share(Verdict.INCONCLUSIVE) <= data_type.undecided


def test_a_monitor_agrees_with_the_reference(agreement: Any, data_type: Any) -> None:
    assert_agreement(agreement, data_type, range(1_000))


@pytest.mark.slow
def test_a_monitor_agrees_with_the_reference_on_many(agreement: Any, data_type: Any) -> None:
    assert_agreement(agreement, data_type, range(10_000, 30_000))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["counter", "priority queue", "set", "semaphore", "stack", "stack of unknowns"])
def test_a_compiled_monitor_agrees_with_the_reference(
    agreement: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(compiled, "_WORTH_COMPILING", 0)
    assert_agreement(agreement, agreement.DATA_TYPES[name], range(1_500))
