"""The model of SQLite keeps what the documentation says of transactions in WAL mode."""

from __future__ import annotations

import pytest

from lawful.models.primitives.command import Answer, Command, ErrorReply, pairs
from lawful.models.primitives.sqlite import BUSY, SqliteModel, SqliteState
from lawful.models.primitives.sqlite_statements import (
    BEGIN_DEFERRED,
    BEGIN_IMMEDIATE,
    COMMIT,
    DELETE,
    INSERT,
    ROLLBACK,
    SELECT,
    SELECT_ALL,
    UPDATE,
)

MODEL = SqliteModel()
WAITS = "waits"


class File:
    """The model with its state."""

    def __init__(self) -> None:
        self.state: SqliteState = MODEL.initial({"t": ("n", "text")})

    def send(self, client: int, command: Command) -> Answer:
        reply = MODEL.step(self.state, client, command)
        if reply is None:
            return WAITS
        assert isinstance(reply.state, SqliteState)
        self.state = reply.state
        return reply.answer

    def n(self, client: int) -> Answer:
        return pairs(self.send(client, SELECT("t", "r")))["n"]


@pytest.fixture
def file() -> File:
    file = File()
    assert file.send(1, INSERT("t", "r", n=1)) == 1
    return file


def test_rows_are_inserted_once_and_changed_where_they_match(file: File) -> None:
    assert file.send(1, INSERT("t", "r", n=2)) == 0
    assert file.send(1, UPDATE("t", "r", {"n": 3}, {"text": None})) == 1
    assert file.send(1, UPDATE("t", "r", {"n": 4}, {"n": 1})) == 0
    assert file.send(1, SELECT("t", "r")) == ("id", "r", "n", 3, "text", None)
    assert file.send(1, SELECT_ALL("t", n=3)) == (("id", "r", "n", 3, "text", None),)
    assert file.send(1, SELECT_ALL("t", n=4)) == ()
    assert [file.send(1, DELETE("t", "r")) for _ in range(2)] == [1, 0]


def test_a_transaction_sees_its_snapshot_and_its_own_writes(file: File) -> None:
    file.send(1, BEGIN_DEFERRED())
    assert file.n(1) == 1
    file.send(2, UPDATE("t", "r", {"n": 2}))
    assert (file.n(1), file.n(2)) == (1, 2)
    file.send(1, COMMIT())
    assert file.n(1) == 2
    file.send(1, BEGIN_IMMEDIATE())
    file.send(1, UPDATE("t", "r", {"n": 3}))
    assert (file.n(1), file.n(2)) == (3, 2), "nobody else sees what is not committed"


def test_a_deferred_transaction_takes_its_snapshot_with_its_first_statement(file: File) -> None:
    file.send(1, BEGIN_DEFERRED())
    file.send(2, UPDATE("t", "r", {"n": 2}))
    assert file.n(1) == 2
    assert file.send(1, UPDATE("t", "r", {"n": 3})) == 1


def test_a_write_on_an_old_snapshot_is_refused_until_the_transaction_ends(file: File) -> None:
    file.send(1, BEGIN_DEFERRED())
    file.n(1)
    file.send(2, UPDATE("t", "r", {"n": 2}))
    assert file.send(1, UPDATE("t", "r", {"n": 3})) == BUSY
    assert file.send(1, UPDATE("t", "r", {"n": 3})) == BUSY
    file.send(1, ROLLBACK())
    assert file.send(1, UPDATE("t", "r", {"n": 3})) == 1


def test_a_commit_that_changed_nothing_makes_no_snapshot_old(file: File) -> None:
    file.send(1, BEGIN_DEFERRED())
    file.n(1)
    file.send(2, UPDATE("t", "r", {"n": 9}, {"n": 8}))
    assert file.send(1, UPDATE("t", "r", {"n": 3})) == 1


def test_one_writes_at_a_time_and_the_others_wait_or_are_refused(file: File) -> None:
    file.send(1, BEGIN_DEFERRED())
    file.n(1)
    file.send(2, BEGIN_IMMEDIATE())
    assert file.send(3, BEGIN_IMMEDIATE()) == WAITS
    assert file.send(3, UPDATE("t", "r", {"n": 3})) == WAITS
    assert file.send(1, UPDATE("t", "r", {"n": 3})) == BUSY, "whoever has a snapshot must not wait for the writer"
    file.send(3, BEGIN_DEFERRED())
    assert file.send(3, UPDATE("t", "r", {"n": 3})) == WAITS
    file.send(2, COMMIT())
    assert file.send(3, UPDATE("t", "r", {"n": 3})) == 1


def test_a_lost_connection_rolls_back_and_gives_up_the_lock(file: File) -> None:
    file.send(1, BEGIN_IMMEDIATE())
    file.send(1, UPDATE("t", "r", {"n": 2}))
    file.state = MODEL.disconnected(file.state, 1)
    assert file.n(1) == 1
    assert file.send(2, BEGIN_IMMEDIATE()) is None


def test_transactions_do_not_nest_and_do_not_end_twice(file: File) -> None:
    assert file.send(1, COMMIT()) == ErrorReply("ERROR")
    assert file.send(1, ROLLBACK()) == ErrorReply("ERROR")
    file.send(1, BEGIN_DEFERRED())
    assert file.send(1, BEGIN_DEFERRED()) == ErrorReply("ERROR")
    assert file.send(2, BEGIN_IMMEDIATE()) is None
    file.send(2, ROLLBACK())
    assert file.send(1, BEGIN_IMMEDIATE()) == ErrorReply("ERROR")
    assert file.send(2, BEGIN_IMMEDIATE()) == WAITS, "the error came after the lock was taken"
