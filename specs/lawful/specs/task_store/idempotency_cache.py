"""Table 5, `idempotency_cache`: which task a request led to, so that the same request sent again leads to that one.

Fixed here: a record and a check answer a status and the task, which is null unless it is the one that the key stands
for. A conflict does not tell what the key stands for, as whoever asks sent another request. An entry lasts for the
`ttl_ms` of its own record; checks, and records that change nothing, do not extend it. Prune needs no bound: it removes
what has expired, which nobody can tell from leaving it to expire.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, EXISTED, EXISTS, After, Before, Expression, record
from lawful.specs.field import INSTANT, Argument, Drawn, Field
from lawful.specs.function import Blame, Case, DeleteRows, Function, OnRow, case, insert
from lawful.specs.property import StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, table 5 and what must hold, idempotency"

_given_key = Argument("key", "string", drawn=Drawn.IDENTITY)
_given_hash = Argument("body_sha256", "string", drawn=Drawn.IDENTITY)
_given_task = Argument("miroir_task_id", "string")
_ttl_ms = Argument("ttl_ms", "integer", drawn=Drawn.DURATION)

_key = Field("key", "string")
_hash = Field("body_sha256", "string", clause="TS-IDEMPOTENCY_CACHE-2")
_task = Field("miroir_task_id", "string", clause="TS-IDEMPOTENCY_CACHE-1")
_expires = Field("expires_at", INSTANT, shown=False)

_RECORDED = record(status="recorded", miroir_task_id=_given_task)
_REPLAY = record(status="replay", miroir_task_id=_task)
_CONFLICT = record(status="conflict", miroir_task_id=None)
_MISS = record(status="miss", miroir_task_id=None)


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-IDEMPOTENCY_CACHE-{number}", "idempotency_cache", level, sentence, _SOURCE)


def _on_entry(absent: Case) -> OnRow:
    """What stands for the key decides, if anything does."""
    conflict = case(
        _hash.is_not(_given_hash),
        _CONFLICT,
        "the key {key} was recorded with another body",
        "TS-IDEMPOTENCY_CACHE-2",
    )
    replay = case(None, _REPLAY, "the key stands for {miroir_task_id}, its first record", "TS-IDEMPOTENCY_CACHE-1")
    return OnRow((absent, conflict, replay))


_expired = Blame(
    ~EXISTS & _expires.is_not(None),
    "the entry of {key} has expired, as its own time to live said",
    "TS-IDEMPOTENCY_CACHE-3",
)
_stays: Expression = _hash.is_(Before(_hash)) & _task.is_(Before(_task))

IDEMPOTENCY_CACHE = Table(
    name="idempotency_cache",
    number="5",
    meaning="Which task each request led to, by the key that its sender gave it, until that expires.",
    key=None,
    row_key=(_key,),
    fields=(_hash, _task, _expires),
    expires=_expires,
    functions=(
        Function(
            "record",
            (_given_key, _given_hash, _given_task, _ttl_ms),
            ("object",),
            "Let the key stand for the task, for ttl from now, if it stands for none: {status, miroir_task_id}, where "
            "status is recorded, replay (it stands for this one, for the same body) or conflict (another body).",
            _on_entry(
                case(
                    ~EXISTS,
                    _RECORDED,
                    "the key is free",
                    "TS-IDEMPOTENCY_CACHE-1",
                    insert(body_sha256=_given_hash, miroir_task_id=_given_task, expires_at=After(_ttl_ms)),
                )
            ),
            weight=40,
            blames=(
                _expired,
                Blame(
                    EXISTS & ANSWER.is_(_RECORDED),
                    "the key {key} stands for {miroir_task_id}, its first record",
                    "TS-IDEMPOTENCY_CACHE-1",
                ),
            ),
        ),
        Function(
            "check",
            (_given_key, _given_hash),
            ("object",),
            "What the key stands for: {status, miroir_task_id}, where status is miss, replay or conflict.",
            _on_entry(case(~EXISTS, _MISS, "the key stands for nothing", "TS-IDEMPOTENCY_CACHE-3")),
            reads_only=True,
            weight=40,
            blames=(_expired,),
        ),
        Function(
            "prune",
            (),
            ("null",),
            "Remove what has expired.",
            DeleteRows("a prune removes only what has expired", "TS-IDEMPOTENCY_CACHE-3"),
            weight=6,
        ),
    ),
    clauses=(
        _clause(
            1,
            Level.CONCURRENT,
            "The first record of a key wins: every later record and check of the same body answers its task, until "
            "it expires.",
        ),
        _clause(2, Level.SEQUENTIAL, "The same key with another body is a conflict, not a replay."),
        _clause(
            3,
            Level.TIMED,
            "An entry expires by its own time to live, which no later call extends; then the key stands for nothing.",
        ),
    ),
    properties=(
        StepProperty(
            "TS-IDEMPOTENCY_CACHE-1", "What a key stands for stays until it expires.", ~EXISTED | ~EXISTS | _stays
        ),
        StepProperty(
            "TS-IDEMPOTENCY_CACHE-1",
            "An entry is not removed before it expires.",
            ~EXISTED | EXISTS,
        ),
        StepProperty(
            "TS-IDEMPOTENCY_CACHE-3",
            "The end of an entry is that of its first record.",
            ~EXISTED | ~EXISTS | _expires.is_(Before(_expires)),
        ),
        StepProperty(
            "TS-IDEMPOTENCY_CACHE-2",
            "Whoever sent another body than the one that was recorded is told of a conflict.",
            ~EXISTED | ~_key.is_(_given_key) | _hash.is_(_given_hash) | ANSWER.is_(_CONFLICT),
            of=("record", "check"),
        ),
        StepProperty(
            "TS-IDEMPOTENCY_CACHE-1",
            "An entry is made by a record of its key only, as the record says.",
            EXISTED | ~EXISTS | (_key.is_(_given_key) & _hash.is_(_given_hash) & _task.is_(_given_task)),
            of=("record",),
        ),
        StepProperty(
            "TS-IDEMPOTENCY_CACHE-3", "Checks and prunes make nothing.", EXISTED | ~EXISTS, of=("check", "prune")
        ),
    ),
)
