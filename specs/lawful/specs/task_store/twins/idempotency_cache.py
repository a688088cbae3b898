"""Broken twins of table 5, `idempotency_cache`."""

from __future__ import annotations

from lawful.specs.expression import After, Literal, record
from lawful.specs.function import update
from lawful.specs.task_store.idempotency_cache import IDEMPOTENCY_CACHE
from lawful.specs.twin import (
    Twin,
    answering,
    argument_of,
    assigning,
    changed,
    doing,
    field_of,
    without_case,
    without_expiry,
)

_CONFLICT = "the key {key} was recorded with another body"
_STANDS = "the key stands for {miroir_task_id}, its first record"
_given_task = argument_of(IDEMPOTENCY_CACHE, "record", "miroir_task_id")
_ttl_ms = argument_of(IDEMPOTENCY_CACHE, "record", "ttl_ms")

IDEMPOTENCY_CACHE_TWINS = (
    Twin(
        "last-record-wins",
        "TS-IDEMPOTENCY_CACHE-1",
        "a record lets the key stand for another task",
        changed(IDEMPOTENCY_CACHE, "record", doing(_STANDS, update(miroir_task_id=_given_task))),
    ),
    Twin(
        "replay-answers-the-task-that-was-sent",
        "TS-IDEMPOTENCY_CACHE-1",
        "a record that is sent again is answered with its own task, not with the first",
        changed(
            IDEMPOTENCY_CACHE,
            "record",
            answering(_STANDS, record(status="replay", miroir_task_id=_given_task)),
        ),
    ),
    Twin(
        "other-body-is-a-replay",
        "TS-IDEMPOTENCY_CACHE-2",
        "a check compares the key only",
        changed(IDEMPOTENCY_CACHE, "check", without_case(_CONFLICT)),
    ),
    Twin(
        "other-body-is-recorded-over",
        "TS-IDEMPOTENCY_CACHE-2",
        "a record with another body is taken for a replay",
        changed(IDEMPOTENCY_CACHE, "record", without_case(_CONFLICT)),
    ),
    Twin(
        "conflict-tells-the-task",
        "TS-IDEMPOTENCY_CACHE-2",
        "who sent another body is told what the key stands for",
        changed(
            IDEMPOTENCY_CACHE,
            "check",
            answering(
                _CONFLICT, record(status="conflict", miroir_task_id=field_of(IDEMPOTENCY_CACHE, "miroir_task_id"))
            ),
        ),
    ),
    Twin(
        "entry-never-expires",
        "TS-IDEMPOTENCY_CACHE-3",
        "a key stands for its task for ever",
        without_expiry(IDEMPOTENCY_CACHE),
    ),
    Twin(
        "record-again-extends-the-entry",
        "TS-IDEMPOTENCY_CACHE-3",
        "a record that is sent again begins the time anew",
        changed(IDEMPOTENCY_CACHE, "record", doing(_STANDS, update(expires_at=After(_ttl_ms)))),
    ),
    Twin(
        "check-extends-the-entry",
        "TS-IDEMPOTENCY_CACHE-3",
        "a check counts as use, and lets the entry live for an hour more",
        changed(IDEMPOTENCY_CACHE, "check", doing(_STANDS, update(expires_at=After(Literal(3_600_000))))),
    ),
    Twin(
        "entry-is-gone-before-its-time",
        "TS-IDEMPOTENCY_CACHE-1",
        "every entry lasts as long as the shortest",
        changed(IDEMPOTENCY_CACHE, "record", assigning("the key is free", expires_at=After(Literal(20)))),
    ),
    Twin(
        "conflict-overwrites",
        "TS-IDEMPOTENCY_CACHE-1",
        "a record that is told of a conflict lets the key stand for its own task",
        changed(IDEMPOTENCY_CACHE, "record", doing(_CONFLICT, update(miroir_task_id=_given_task))),
    ),
)
