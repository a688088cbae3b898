"""Claiming a job in SQLite: the claim and its expiry are columns of the row, and the clock is the client's."""

from __future__ import annotations

from lawful.models.primitives.command import NOW, Answer, Failed, Program, pairs
from lawful.models.primitives.sqlite import BUSY, SqliteModel
from lawful.models.primitives.sqlite_statements import (
    BEGIN_DEFERRED,
    BEGIN_IMMEDIATE,
    COMMIT,
    INSERT,
    ROLLBACK,
    SELECT_ALL,
    UPDATE,
)
from lawful.models.protocols.protocol import Operations, Variant
from lawful.models.values import Json

JOBS_SCHEMA = {"jobs": ("claimed_by", "claim_expires_at")}
REFUSED = Failed("the database is locked")


def enqueue(id: str, type: str, params: Json) -> Program:
    added = yield INSERT("jobs", id)
    return bool(added)


def autocommit(worker: str, ttl_ms: int) -> Program:
    rows, now = (yield SELECT_ALL("jobs")), (yield NOW())
    row = _claimable(rows, now)
    if row is None:
        return None
    yield UPDATE("jobs", row["id"], {"claimed_by": worker, "claim_expires_at": now + ttl_ms})
    return _handed_out(row)


def deferred(worker: str, ttl_ms: int) -> Program:
    yield BEGIN_DEFERRED()
    rows, now = (yield SELECT_ALL("jobs")), (yield NOW())
    row = _claimable(rows, now)
    if row is None:
        yield ROLLBACK()
        return None
    changes = {"claimed_by": worker, "claim_expires_at": now + ttl_ms}
    if (yield UPDATE("jobs", row["id"], changes)) == BUSY:
        yield ROLLBACK()
        return REFUSED
    yield COMMIT()
    return _handed_out(row)


def deferred_retry_write(worker: str, ttl_ms: int) -> Program:
    yield BEGIN_DEFERRED()
    rows, now = (yield SELECT_ALL("jobs")), (yield NOW())
    row = _claimable(rows, now)
    if row is None:
        yield ROLLBACK()
        return None
    changes = {"claimed_by": worker, "claim_expires_at": now + ttl_ms}
    if (yield UPDATE("jobs", row["id"], changes)) == BUSY:
        yield ROLLBACK()
        yield BEGIN_IMMEDIATE()
        yield UPDATE("jobs", row["id"], changes)
    yield COMMIT()
    return _handed_out(row)


def immediate(worker: str, ttl_ms: int) -> Program:
    yield BEGIN_IMMEDIATE()
    rows, now = (yield SELECT_ALL("jobs")), (yield NOW())
    row = _claimable(rows, now)
    if row is None:
        yield ROLLBACK()
        return None
    yield UPDATE("jobs", row["id"], {"claimed_by": worker, "claim_expires_at": now + ttl_ms})
    yield COMMIT()
    return _handed_out(row)


def conditional(worker: str, ttl_ms: int) -> Program:
    while True:
        rows, now = (yield SELECT_ALL("jobs")), (yield NOW())
        row = _claimable(rows, now)
        if row is None:
            return None
        changes = {"claimed_by": worker, "claim_expires_at": now + ttl_ms}
        as_read = {"claimed_by": row["claimed_by"], "claim_expires_at": row["claim_expires_at"]}
        if (yield UPDATE("jobs", row["id"], changes, as_read)) == 1:
            return _handed_out(row)


def _claimable(rows: Answer, now: int) -> Answer:
    """The first row that nobody holds."""
    for row in map(pairs, rows):
        if row["claimed_by"] is None or row["claim_expires_at"] < now:
            return row
    return None


def _handed_out(row: Answer) -> Json:
    return {"id": row["id"], "type": "t", "params": None}


_SQLITE = SqliteModel()
_ENQUEUE: Operations = {"enqueue": enqueue}

SQLITE_VARIANTS = (
    Variant(
        "autocommit",
        "SELECT, then UPDATE, each by itself",
        _SQLITE,
        {**_ENQUEUE, "claim": autocommit},
        loses="two workers read before either writes",
    ),
    Variant("deferred", "BEGIN DEFERRED, SELECT, UPDATE; fails when busy", _SQLITE, {**_ENQUEUE, "claim": deferred}),
    Variant(
        "deferred-retry-write",
        "the same, but only the UPDATE is done again when busy",
        _SQLITE,
        {**_ENQUEUE, "claim": deferred_retry_write},
        loses="what was decided on is out of date by the second attempt",
    ),
    Variant("immediate", "BEGIN IMMEDIATE, SELECT, UPDATE", _SQLITE, {**_ENQUEUE, "claim": immediate}),
    Variant(
        "conditional",
        "SELECT, then UPDATE where the row is as it was read",
        _SQLITE,
        {**_ENQUEUE, "claim": conditional},
    ),
)
