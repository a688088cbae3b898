"""A few runs that are stopped at random moments; `make stops` stops 200."""

from __future__ import annotations

import pytest
from tests.stops.__main__ import stopped


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(6))
def test_nothing_is_left_of_a_run_that_is_stopped(number: int) -> None:
    found = stopped(1, number)
    assert found.is_clean, found
