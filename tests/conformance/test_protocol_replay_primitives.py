"""The model of SQLite answers as the real one does: random commands of a few clients, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawful.conformance.protocol_replay.connection import RealConnection, RealStore
from lawful.conformance.protocol_replay.sqlite_store import SqliteStore
from lawful.models.primitives import sqlite_statements as sqlite
from lawful.models.primitives.command import Command, Primitive
from lawful.models.primitives.sqlite import SqliteModel

CLIENTS = 3
SCHEMA = {"t": ("n", "text")}

Sequence_ = list[tuple[int, Command]]


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    return SqliteStore(tmp_path_factory.mktemp("sqlite") / "store.sqlite3", SCHEMA)


def commands(
    primitive: Primitive | Callable[..., Command], *arguments: st.SearchStrategy[Any]
) -> st.SearchStrategy[Command]:
    return st.tuples(*arguments).map(lambda values: primitive(*values))


clients = st.integers(1, CLIENTS)

rows = st.sampled_from(["r1", "r2"])
columns = st.fixed_dictionaries(
    {}, optional={"n": st.sampled_from([None, 1, 2**63 - 1]), "text": st.sampled_from(["", "ü"])}
)
some_columns = columns.filter(bool)
sqlite_statements = st.one_of(
    commands(sqlite.SELECT, st.just("t"), rows),
    columns.map(lambda where: sqlite.SELECT_ALL("t", **where)),
    st.tuples(rows, columns).map(lambda given_: sqlite.INSERT("t", given_[0], **given_[1])),
    commands(sqlite.UPDATE, st.just("t"), rows, some_columns),
    commands(sqlite.UPDATE, st.just("t"), rows, some_columns, columns),
    commands(sqlite.DELETE, st.just("t"), rows),
    commands(sqlite.BEGIN_DEFERRED),
    commands(sqlite.BEGIN_IMMEDIATE),
    commands(sqlite.COMMIT),
    commands(sqlite.ROLLBACK),
)
sqlite_sequences = st.lists(st.tuples(clients, sqlite_statements), max_size=25)


class Pair:
    """A model and the real store, side by side. Client 0 stands for a lost connection of the others in turn."""

    def __init__(self, model: Any, store: RealStore) -> None:
        store.clear()
        self.model = model
        self.store = store
        self.state = model.initial(SCHEMA)
        self.connections: dict[int, RealConnection] = {client: store.connect() for client in range(1, CLIENTS + 1)}

    def send(self, client: int, command: Command) -> None:
        reply = self.model.step(self.state, client, command)
        if reply is None:
            return  # it has to wait: nobody sends it now
        real = self.connections[client].send(command)
        assert (type(reply.answer), reply.answer) == (type(real), real), f"client {client}: {command}"
        self.state = reply.state

    def lose(self, client: int) -> None:
        self.connections[client].close()
        self.connections[client] = self.store.connect()
        self.state = self.model.disconnected(self.state, client)

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()


def agree(model: Any, store: RealStore, sequence: Sequence_, lost: list[int]) -> None:
    """The model answers like the store; after every eighth command a client loses its connection."""
    pair = Pair(model, store)
    try:
        for number, (client, command) in enumerate(sequence):
            pair.send(client, command)
            if number % 8 == 7 and lost:
                pair.lose(lost[number // 8 % len(lost)])
    finally:
        pair.close()


RARELY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OFTEN = settings(RARELY, max_examples=3000)
lost_clients = st.lists(clients, max_size=2)


@RARELY
@given(sqlite_sequences, lost_clients)
def test_the_model_answers_as_sqlite_does(sqlite_store: RealStore, sequence: Sequence_, lost: list[int]) -> None:
    agree(SqliteModel(), sqlite_store, sequence, lost)


@pytest.mark.slow
@pytest.mark.timeout(600)
@OFTEN
@given(sqlite_sequences, lost_clients)
def test_the_model_answers_as_sqlite_does_thousands_of_times(
    sqlite_store: RealStore, sequence: Sequence_, lost: list[int]
) -> None:
    agree(SqliteModel(), sqlite_store, sequence, lost)


class LostUpdates(SqliteModel):
    """Broken twin: a transaction that is out of date writes all the same."""

    def step(self, state: Any, client: int, command: Command) -> Any:
        transactions = state.transactions
        for name, transaction in transactions.items():
            transactions = transactions.put(name, transaction._replace(is_stale=False))
        return super().step(state._replace(transactions=transactions), client, command)


def test_a_model_that_forgets_a_conflict_is_found_out(sqlite_store: RealStore) -> None:
    stale = [
        (1, sqlite.INSERT("t", "r1")),
        (1, sqlite.BEGIN_DEFERRED()),
        (1, sqlite.SELECT("t", "r1")),
        (2, sqlite.UPDATE("t", "r1", {"n": 1})),
        (1, sqlite.UPDATE("t", "r1", {"n": 2})),
    ]
    agree(SqliteModel(), sqlite_store, stale, [])
    with pytest.raises(AssertionError, match="UPDATE"):
        agree(LostUpdates(), sqlite_store, stale, [])
