"""Values come back exactly as they were written: every awkward value, through every argument that a table stores.

The places are read off the declarations, and so are the calls that lead there. One store for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from unicodedata import normalize

import pytest

from lawful.conformance.adapter import Answer, Client
from lawful.conformance.programs.opened import opened
from lawful.conformance.programs.round_trips import RoundTrips, names_rows, stored
from lawful.conformance.programs.side_by_side import SideBySide
from lawful.models.history import Outcome
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

STORES = {"sqlite,synchronous=off": 1, "redis,appendfsync=no": 1, "raft,nodes=1": 4}
"""By store: of how many values one is tried. A write to the log of a Raft group takes 50 ms."""
NOTHING_STORED = {"rate_limits", "login_backoff"}
"""Tables that count, and keep no value that a client gives."""


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=[pytest.mark.slow] * ("raft" in name)) for name in STORES]
)
def store(request: pytest.FixtureRequest) -> Iterator[tuple[Client, int]]:
    with opened(request.param) as client:
        yield client, STORES[request.param]


def travelled(client: Client, table: str, every: int = 1) -> RoundTrips:
    """All trips; each answer is one that the model allows."""
    declared = TABLES[table]
    trips = RoundTrips(declared, frozenset(one.name for one in declared.functions), every)
    pair = SideBySide(client)
    while (intent := trips.next()) is not None:
        heard = pair.call(intent.table, intent.key, intent.function, intent.arguments)
        assert heard.wrong is None, f"{intent.function}({dict(intent.arguments)}) {heard.wrong}"
        trips.saw(intent, Outcome.OK, heard.result)
    return trips


@pytest.mark.parametrize("table", TABLES)
def test_awkward_values_come_back_as_they_were_written(store: tuple[Client, int], table: str) -> None:
    trips = travelled(store[0], table, store[1])
    assert bool(trips.places) is (table not in NOTHING_STORED)
    assert trips.written == trips.places
    # A key may be what a row is found by, and not be shown: as a digest is.
    may_hide = {argument.name for _, argument in stored(TABLES[table]) if names_rows(TABLES[table], argument)}
    may_hide -= {place.argument for place in trips.seen}
    assert {place for place in trips.written - trips.seen if place.argument not in may_hide} == set()


class Careless:
    """A store that changes what it answers."""

    def __init__(self, client: Client, change: Callable[[Json], Json]) -> None:
        self._client = client
        self._change = change

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        return Answer(through(self._change, self._client.invoke(table, key, function, arguments).result))

    def close(self) -> None:
        self._client.close()


def through(change: Callable[[Json], Json], value: Json) -> Json:
    """A value, each part of which was changed."""
    if isinstance(value, dict):
        value = {name: through(change, part) for name, part in value.items()}
    elif isinstance(value, list):
        value = [through(change, part) for part in value]
    return change(value)


CARELESS: dict[str, Callable[[Json], Json]] = {
    "numbers-are-doubles": lambda value: int(float(value)) if type(value) is int else value,
    "whole-doubles-are-integers": lambda value: int(value) if type(value) is float and value.is_integer() else value,
    "empty-objects-are-arrays": lambda value: [] if value == {} else value,
    "empty-texts-are-null": lambda value: None if value == "" else value,
    "texts-are-trimmed": lambda value: value.strip() if isinstance(value, str) else value,
    "texts-end-at-a-null-character": lambda value: value.split("\0")[0] if isinstance(value, str) else value,
    "texts-are-composed": lambda value: normalize("NFC", value) if isinstance(value, str) else value,
    "true-is-one": lambda value: int(value) if isinstance(value, bool) else value,
    "line-ends-are-unified": lambda value: value.replace("\r\n", "\n") if isinstance(value, str) else value,
}


@pytest.mark.parametrize("mistake", CARELESS)
def test_a_store_that_changes_values_is_caught(mistake: str) -> None:
    with opened("sqlite,synchronous=off") as client, pytest.raises(AssertionError, match="answered"):
        travelled(Careless(client, CARELESS[mistake]), "jobs")
