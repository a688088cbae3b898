"""What only a shared store keeps: limits, back-off, overflow lists, and keys that rotate while pods use them."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store.cdc_overflow import CDC_OVERFLOW
from lawful.specs.task_store.login_backoff import LOGIN_BACKOFF, LONGEST_BLOCK_MS
from lawful.specs.task_store.rate_limits import RATE_LIMITS
from lawful.specs.task_store.scoped_keys import SCOPED_KEYS

from .run import Run

REFUSED = {"admitted": False, "remaining": 0}


@pytest.fixture
def bucket() -> Run:
    return Run(model_of(RATE_LIMITS))


@pytest.fixture
def account() -> Run:
    return Run(model_of(LOGIN_BACKOFF))


@pytest.fixture
def sink() -> Run:
    return Run(model_of(CDC_OVERFLOW))


@pytest.fixture
def index() -> Run:
    return Run(model_of(SCOPED_KEYS))


def hit(bucket: Run, at_ms: int = 0, limit: int = 2) -> Json:
    return bucket("hit", at_ms=(at_ms, at_ms), limit=limit, window_ms=10)


def test_a_window_admits_up_to_its_limit_and_counts_down(bucket: Run) -> None:
    assert bucket("remaining", limit=2) == 2
    assert hit(bucket) == {"admitted": True, "remaining": 1}
    assert hit(bucket) == {"admitted": True, "remaining": 0}
    assert hit(bucket) == REFUSED
    assert bucket("remaining", limit=2) == 0


def test_a_window_begins_with_its_first_hit_and_is_not_extended(bucket: Run) -> None:
    for at_ms in (3, 9, 12):
        hit(bucket, at_ms)
    assert hit(bucket, 12) == REFUSED
    assert hit(bucket, 14) == {"admitted": True, "remaining": 1}


def test_refused_hits_use_nothing_up(bucket: Run) -> None:
    hit(bucket, limit=1)
    assert hit(bucket, limit=1) == REFUSED
    assert hit(bucket, limit=0) == REFUSED
    assert bucket("remaining", limit=3) == 2
    assert hit(bucket, limit=2) == {"admitted": True, "remaining": 0}
    assert bucket("remaining", limit=1) == 0


@pytest.mark.parametrize("limit", [0, -1, -(2**63)])
def test_a_limit_below_one_admits_nothing(bucket: Run, limit: int) -> None:
    assert hit(bucket, limit=limit) == REFUSED
    assert bucket("remaining", limit=limit) == 0


def test_a_limit_may_be_as_large_as_64_bits_allow(bucket: Run) -> None:
    assert hit(bucket, limit=2**63 - 1) == {"admitted": True, "remaining": 2**63 - 2}


def test_where_a_window_may_have_ended_both_answers_are_allowed(bucket: Run) -> None:
    bucket("hit", at_ms=(0, 4), limit=1, window_ms=10)
    assert bucket.answers("hit", at_ms=(12, 12), limit=1, window_ms=10) == [REFUSED, {"admitted": True, "remaining": 0}]


def failed(account: Run, threshold: int = 3, base_ms: int = 10) -> Json:
    return account("failed", threshold=threshold, base_ms=base_ms)


def test_failures_block_from_the_threshold_on_and_the_time_doubles(account: Run) -> None:
    blocked = [failed(account) for _ in range(5)]
    assert [answer["blocked_ms"] for answer in blocked if isinstance(answer, dict)] == [0, 0, 10, 20, 40]
    assert account("get") == {"failures": 5}


def test_nobody_may_try_until_the_time_is_over(account: Run) -> None:
    for _ in range(2):
        failed(account)
    assert account("may_try") is True
    failed(account)
    assert account("may_try", at_ms=(9, 9)) is False
    assert account("may_try", at_ms=(11, 11)) is True
    assert account("get") == {"failures": 3}


def test_a_success_forgets_failures_and_block(account: Run) -> None:
    assert account("succeeded") is False
    for _ in range(4):
        failed(account)
    assert account("succeeded") is True
    assert account("may_try") is True
    assert failed(account) == {"failures": 1, "blocked_ms": 0}


def test_doubling_ends_somewhere(account: Run) -> None:
    assert failed(account, threshold=-(2**63)) == {"failures": 1, "blocked_ms": LONGEST_BLOCK_MS}
    assert account("may_try", at_ms=(10**9, 10**9)) is False
    assert failed(account, threshold=1, base_ms=0) == {"failures": 2, "blocked_ms": 0}
    assert account("may_try", at_ms=(1, 1)) is True


def append(sink: Run, payload: Json, bytes: int = 2, max_bytes: int = 5) -> Json:
    return sink("append", bytes=bytes, max_bytes=max_bytes, payload=payload)


def test_an_overflow_list_is_bounded_in_bytes(sink: Run) -> None:
    assert append(sink, "a") is True
    assert append(sink, "b", bytes=3) is True
    before = sink.state
    assert append(sink, "c", bytes=1) is False
    assert sink.state == before
    assert append(sink, "empty", bytes=0) is True
    assert append(sink, "negative", bytes=-5) is False
    assert sink("size") == 5


def test_a_drain_takes_the_oldest_events_in_order(sink: Run) -> None:
    payloads: list[Json] = [None, {}, "c"]
    for payload in payloads:
        append(sink, payload, max_bytes=9)
    assert sink("drain", most=0) == []
    assert sink("drain", most=2) == [{"bytes": 2, "payload": None}, {"bytes": 2, "payload": {}}]
    assert sink("size") == 2
    assert append(sink, "d", bytes=3) is True
    assert sink("drain", most=9) == [{"bytes": 2, "payload": "c"}, {"bytes": 3, "payload": "d"}]
    assert sink("drain", most=9) == []
    assert sink("size") == 0


def rotate(index: Run, expected: int) -> Json:
    return index("rotate", new_key=f"k{expected + 1}", expected_generation=expected, rotated_at=7)


def observe(index: Run, pod: str, generation: int, at_ms: int = 0) -> Json:
    return index("observe", at_ms=(at_ms, at_ms), pod=pod, generation=generation, ttl_ms=60)


def keys(index: Run) -> tuple[Json, Json, Json]:
    row: Any = index("get")
    return row["primary"], row["previous"], row["generation"]


def test_of_two_rotations_from_one_generation_one_wins(index: Run) -> None:
    assert rotate(index, 0) == 1
    assert rotate(index, 0) is None
    assert rotate(index, 1) == 2
    assert index("get") == {"primary": "k2", "previous": "k1", "generation": 2, "rotated_at": 7}


def test_a_rotation_waits_until_the_previous_key_is_revoked(index: Run) -> None:
    for expected in (0, 1):
        rotate(index, expected)
    assert rotate(index, 2) is None
    assert index("revoke_previous") is True
    assert keys(index) == ("k2", None, 2)
    assert rotate(index, 2) == 3
    assert keys(index) == ("k3", "k2", 3)


def test_a_key_is_not_revoked_while_a_live_pod_uses_it(index: Run) -> None:
    rotate(index, 0)
    assert observe(index, "p", 1) is True
    assert observe(index, "q", 1) is True
    rotate(index, 1)
    assert observe(index, "p", 2) is True
    assert index("revoke_previous") is False
    assert observe(index, "q", 2) is True
    assert index("revoke_previous") is True
    assert index("revoke_previous") is False


def test_a_pod_that_stays_silent_holds_nothing_up(index: Run) -> None:
    rotate(index, 0)
    observe(index, "p", 1)
    rotate(index, 1)
    assert observe(index, "q", 2, at_ms=50) is True
    assert index("observers", at_ms=(59, 59)) == [
        {"pod": "p", "observed_generation": 1},
        {"pod": "q", "observed_generation": 2},
    ]
    assert index("revoke_previous", at_ms=(59, 59)) is False
    assert index("revoke_previous", at_ms=(61, 61)) is True
    assert index("observers", at_ms=(61, 61)) == [{"pod": "q", "observed_generation": 2}]


def test_only_a_key_in_use_may_be_reported(index: Run) -> None:
    assert observe(index, "p", 0) is False
    rotate(index, 0)
    rotate(index, 1)
    assert [observe(index, "p", generation) for generation in (0, 1, 2, 3)] == [False, True, True, False]
    index("revoke_previous")
    assert [observe(index, "p", generation) for generation in (1, 2)] == [False, True]
