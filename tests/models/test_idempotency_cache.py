"""Idempotency keys: the first record of a key stands until its time is over, for its own body only."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.models.history import Operation, Outcome
from lawful.models.model import ExplainsRefusals
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store.idempotency_cache import IDEMPOTENCY_CACHE

from .run import Run

MISS: Json = {"status": "miss", "miroir_task_id": None}
CONFLICT: Json = {"status": "conflict", "miroir_task_id": None}


@pytest.fixture
def cache() -> Run:
    return Run(model_of(IDEMPOTENCY_CACHE))


def record(cache: Run, task: str = "t1", body: str = "h", ttl_ms: int = 10, at_ms: int = 0) -> Json:
    return cache("record", at_ms=(at_ms, at_ms), key="k", body_sha256=body, miroir_task_id=task, ttl_ms=ttl_ms)


def check(cache: Run, body: str = "h", at_ms: int = 0) -> Json:
    return cache("check", at_ms=(at_ms, at_ms), key="k", body_sha256=body)


def said(status: str, task: str = "t1") -> Json:
    return {"status": status, "miroir_task_id": task}


def test_the_first_record_wins(cache: Run) -> None:
    assert check(cache) == MISS
    assert record(cache, "t1") == said("recorded")
    before = cache.state
    assert record(cache, "t2") == said("replay")
    assert check(cache) == said("replay")
    assert cache.state == before


def test_another_body_is_a_conflict_and_does_not_see_the_task(cache: Run) -> None:
    record(cache)
    assert check(cache, "g") == CONFLICT
    assert record(cache, "t2", "g") == CONFLICT
    assert check(cache) == said("replay")


def test_no_later_call_extends_an_entry(cache: Run) -> None:
    record(cache, ttl_ms=10)
    assert check(cache, at_ms=9) == said("replay")
    assert record(cache, ttl_ms=1000, at_ms=9) == said("replay")
    assert check(cache, at_ms=11) == MISS


def test_a_key_whose_time_is_over_is_free(cache: Run) -> None:
    record(cache, ttl_ms=10)
    assert record(cache, "t2", "g", at_ms=11) == said("recorded", "t2")
    assert check(cache, "h", at_ms=11) == CONFLICT


def test_while_it_may_have_expired_both_answers_are_right_and_one_settles_it(cache: Run) -> None:
    record(cache, ttl_ms=10)
    at_its_end = (9, 11)
    assert len(cache.answers("check", at_ms=at_its_end, key="k", body_sha256="h")) == 2
    cache.take(MISS, "check", at_ms=at_its_end, key="k", body_sha256="h")
    assert cache.answers("check", at_ms=(9, 9), key="k", body_sha256="h") == [MISS]


def test_a_prune_takes_nothing_that_lasts(cache: Run) -> None:
    record(cache, ttl_ms=10)
    assert cache("prune", at_ms=(9, 9)) is None
    assert check(cache, at_ms=9) == said("replay")


def test_a_retry_that_is_answered_as_a_first_record_breaks_the_clause_of_retries(cache: Run) -> None:
    record(cache)
    given: dict[str, Any] = {"key": "k", "body_sha256": "h", "miroir_task_id": "t1", "ttl_ms": 9}
    assert isinstance(cache.model, ExplainsRefusals)
    assert cache.refused(said("recorded"), "record", **given) == "TS-ALL-6"
    given["miroir_task_id"] = "t2"
    assert cache.refused(said("recorded", "t2"), "record", **given) == "TS-IDEMPOTENCY_CACHE-1"


@pytest.mark.parametrize(("answer", "quiet"), [(said("recorded"), False), (said("replay"), True), (CONFLICT, True)])
def test_only_what_was_recorded_had_an_effect(cache: Run, answer: Json, quiet: bool) -> None:
    given: dict[str, Json] = {"key": "k", "body_sha256": "h", "miroir_task_id": "t1", "ttl_ms": 9}
    operation = Operation(0, 0, "idempotency_cache", "record", given, Outcome.OK, 0, 1, result=answer)
    assert cache.model.had_no_effect(operation) is quiet  # type: ignore[union-attr]
