"""Every way to implement an operation comes out as it is known to: the right ones safe, the wrong ones losing."""

from __future__ import annotations

import pytest

from lawful.checkers.schedules.explorer import explore
from lawful.checkers.schedules.scenario import scenario_of
from lawful.checkers.verdict import Verdict
from lawful.models.protocols.catalogue import PROTOCOLS
from lawful.models.protocols.promises import PROMISES
from lawful.models.protocols.protocol import Protocol, Variant
from lawful.specs.task_store import CLAUSES

WAYS = [(protocol, variant) for protocol in PROTOCOLS.values() for variant in protocol.variants]


def name(way: tuple[Protocol, Variant]) -> str:
    return f"{way[0].name} {way[1].name}"


@pytest.mark.parametrize("way", WAYS, ids=name)
def test_a_way_comes_out_as_it_is_known_to(way: tuple[Protocol, Variant]) -> None:
    protocol, variant = way
    found = explore(scenario_of(protocol, variant))
    assert found.verdict is (Verdict.LAWFUL if variant.loses is None else Verdict.VIOLATION)
    if found.loss is None:
        assert found.schedules is not None
        assert found.positions > len(protocol.roles)
    else:
        assert found.loss.verdict is not None, "no way waits for ever"
        clause = found.loss.verdict.refusals[0].clause
        assert clause is None or clause in CLAUSES


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "way",
    [way for way in WAYS if way[1].loses is None and way[0].name not in ("scoped-key-revoke", "jobs-requeue")],
    ids=name,
)
def test_a_safe_way_is_safe_for_three_clients(way: tuple[Protocol, Variant]) -> None:
    """Pauses as known, one crash. The two left out have millions of positions."""
    found = explore(scenario_of(*way, clients=3))
    assert found.verdict is Verdict.LAWFUL, found.progress


def test_every_protocol_has_right_and_wrong_ways_and_promises_something() -> None:
    assert PROMISES.keys() == PROTOCOLS.keys()
    for protocol in PROTOCOLS.values():
        outcomes = {variant.loses is None for variant in protocol.variants}
        assert outcomes == {True, False}, protocol.name
        names = [variant.name for variant in protocol.variants]
        assert len(names) == len(set(names)), protocol.name
        assert set(protocol.promise.clauses) <= set(CLAUSES), protocol.name
