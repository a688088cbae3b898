"""Whether a monitor says of random small histories what the reference checker says.

The histories are those of the agreement of all checkers (`tests.agreement`), of the data types that have a monitor.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from tests.agreement.data_types import MONITORED, DataType
from tests.agreement.fault import seeded
from tests.agreement.sampling import Sampler

from lawful.checkers.linearizability import reference
from lawful.checkers.linearizability.monitors.monitor import Monitor
from lawful.checkers.verdict import ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, Window, transitions
from lawful.models.values import identical

DATA_TYPES = MONITORED


@dataclass
class Tally:
    """How often the monitor gave each verdict."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def share(self, verdict: Verdict) -> float:
        return self.verdicts[verdict] / self.verdicts.total()


def assert_linearization(operations: Sequence[Operation], model: AnyModel[Any], verdict: ObjectVerdict) -> None:
    """The linearization of a lawful verdict is one: in real-time order, complete, and allowed by the model."""
    assert verdict.linearization is not None
    by_index = {operation.index: operation for operation in operations}
    order = [by_index[placed.index] for placed in verdict.linearization]
    assert len({operation.index for operation in order}) == len(order)
    assert {o.index for o in operations if o.outcome is Outcome.OK} <= {o.index for o in order}
    assert all(operation.outcome is not Outcome.FAIL for operation in order)
    latest_ns, state = 0, model.initial()
    for operation in order:
        latest_ns = max(latest_ns, operation.call_ns)
        (transition,) = transitions(model, state, Call(operation.function, operation.arguments), Window(0, 0))
        reply: Any = transition.reply
        if operation.outcome is Outcome.OK:
            assert operation.return_ns is not None and latest_ns <= operation.return_ns
            assert identical(reply, operation.result)
        state = transition.state


def assert_evidence(operations: Sequence[Operation], verdict: ObjectVerdict) -> None:
    """A violation names a completed operation and says why."""
    assert verdict.refusals
    assert operations[verdict.blocked_at or 0].outcome is Outcome.OK
    assert all(refusal.because for refusal in verdict.refusals)


def compare(monitor: Monitor, sampler: Sampler, seeds: range, *, stop: bool = False) -> Tally:
    """Ask the monitor and the reference about one random history per seed. `stop`: at the first disagreement."""
    tally = Tally()
    for seed in seeds:
        operations = sampler.sample(Random(seed))
        try:
            verdict = monitor.check_object(operations, sampler.model)
        except Exception as defect:  # A monitor with a fault may crash as well.
            tally.disagreements.append(f"seed {seed}: {defect!r}")
            if stop:
                break
            continue
        tally.verdicts[verdict.verdict] += 1
        if verdict.verdict is Verdict.INCONCLUSIVE:
            continue
        expected = reference.check_object(operations, sampler.model)
        if verdict.verdict is not expected.verdict:
            tally.disagreements.append(f"seed {seed}: {verdict.verdict}, but {expected.verdict}")
            if stop:
                break
        elif verdict.verdict is Verdict.LAWFUL:
            assert_linearization(operations, sampler.model, verdict)
        elif verdict.verdict is Verdict.VIOLATION:
            assert_evidence(operations, verdict)
    return tally


def mutated(data_type: DataType, module: str, old: str, new: str) -> Monitor:
    """The monitor of a data type as it would be were `old` replaced by `new` in the source of a module of monitors."""
    with seeded(f"linearizability.monitors.{module}", old, new):
        return data_type.exact_monitor


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a `data_type` runs once for each."""
    if "data_type" in metafunc.fixturenames:
        metafunc.parametrize("data_type", DATA_TYPES.values(), ids=list(DATA_TYPES))


@pytest.fixture(scope="session")
def agreement() -> Any:
    """This module: pytest's importlib mode lets no test import its neighbour."""
    return sys.modules[__name__]
