"""What deployments of Redis may lose: as its documentation has it, and as its servers do (docs/durability.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lawful.checkers.exploration.result import Exploration
from lawful.checkers.verdict import Verdict
from lawful.models.local_steps import LocalStep
from lawful.models.redis import redis as model
from lawful.models.redis.catalogue import deployments
from lawful.models.redis.deployment import Deployment, Hazard, Persistence
from lawful.models.redis.persistence import KILL as KILL_STEP
from lawful.models.redis.persistence import POWER_LOSS as POWER_LOSS_STEP
from lawful.models.redis.persistence import SAVE, SYNC
from lawful.models.redis.properties import PROPERTIES
from lawful.models.redis.redis import Redis
from lawful.models.redis.state import Server
from lawful.models.redis.wording import deployment_text
from lawful.specs.redis import DURABILITY, ONE_PRIMARY

pytest.importorskip("numpy")

from lawful.checkers.exploration.explorer import explore

KILL, POWER_LOSS, SLOW_SYNC, PARTITION = (
    frozenset({one}) for one in (Hazard.KILL, Hazard.POWER_LOSS, Hazard.SLOW_SYNC, Hazard.PARTITION)
)
(OF_DURABILITY, OF_ONE_PRIMARY) = PROPERTIES


def found(deployment: Deployment, of: Any = OF_DURABILITY, redis: type[Redis] = Redis) -> Exploration:
    return explore(redis(deployment), [of], may_end=True)


@pytest.mark.parametrize(
    ("persistence", "hazards", "keeps"),
    [
        (Persistence.ALWAYS, KILL | SLOW_SYNC, True),
        (Persistence.ALWAYS, POWER_LOSS | SLOW_SYNC, True),
        (Persistence.EVERYSEC, KILL, True),
        (Persistence.EVERYSEC, KILL | SLOW_SYNC, False),
        (Persistence.EVERYSEC, POWER_LOSS, False),
        (Persistence.NO, KILL, True),
        (Persistence.NO, POWER_LOSS, False),
        (Persistence.SNAPSHOTS, KILL, False),
        (Persistence.SNAPSHOTS, frozenset(), True),
    ],
)
def test_what_one_server_keeps_depends_on_when_it_syncs(
    persistence: Persistence, hazards: frozenset[Hazard], keeps: bool
) -> None:
    verdict = found(Deployment(persistence, hazards=hazards, crashes=2)).verdict
    assert verdict is (Verdict.LAWFUL if keeps else Verdict.VIOLATION)


@pytest.mark.parametrize(
    ("replicas", "wait", "min_replicas", "keeps"),
    [
        (1, 0, 0, False),
        (2, 0, 1, False),
        (2, 0, 2, False),
        (1, 1, 0, True),
        (2, 1, 0, False),
        (2, 2, 0, True),
    ],
)
def test_only_waiting_for_all_replicas_survives_a_failover(
    replicas: int, wait: int, min_replicas: int, keeps: bool
) -> None:
    given = Deployment(replicas=replicas, wait=wait, min_replicas=min_replicas, hazards=PARTITION, writes=1)
    assert found(given).verdict is (Verdict.LAWFUL if keeps else Verdict.VIOLATION)


def test_a_stale_primary_goes_on_leading() -> None:
    assert found(Deployment(replicas=1, hazards=PARTITION), OF_ONE_PRIMARY).verdict is Verdict.VIOLATION
    assert found(Deployment(replicas=1), OF_ONE_PRIMARY).verdict is Verdict.LAWFUL


def test_a_primary_without_files_that_starts_again_wipes_its_replica() -> None:
    """Redis documentation, "Redis replication": safety of replication when the primary has persistence turned off."""
    given = Deployment(Persistence.SNAPSHOTS, replicas=1, wait=1, hazards=KILL, writes=1, failovers=0)
    assert found(given).verdict is Verdict.VIOLATION


@dataclass(frozen=True, slots=True)
class AnswersBeforeItSyncs(Redis):
    """A broken twin: with `always`, the answer is sent first."""

    def steps(self, server: int, state: Any) -> Iterator[LocalStep[Any, Any]]:
        yield from Redis.steps(self, server, state)
        if isinstance(state, Server) and state.is_up and state.synced < len(state.data):
            yield LocalStep(SYNC, replace(state, synced=len(state.data)))

    def receive(self, server: int, state: Any, message: Any) -> Iterator[LocalStep[Any, Any]]:
        for step in Redis.receive(self, server, state, message):
            late = step.action == model.TAKE_WRITE
            yield replace(step, after=replace(step.after, synced=state.synced)) if late else step


@dataclass(frozen=True, slots=True)
class ChoosesItself(Redis):
    """A broken twin: a replica that sees its primary's data takes itself for a primary as well."""

    def receive(self, server: int, state: Any, message: Any) -> Iterator[LocalStep[Any, Any]]:
        for step in Redis.receive(self, server, state, message):
            after = step.after
            if step.action == model.RECEIVE_DATA and isinstance(after, Server):
                yield replace(step, after=self._led(after))
            else:
                yield step


def test_each_promise_rejects_a_twin_that_the_other_does_not() -> None:
    late = Deployment(hazards=POWER_LOSS)
    assert found(late, OF_DURABILITY, AnswersBeforeItSyncs).violation is not None
    assert found(late, OF_ONE_PRIMARY, AnswersBeforeItSyncs).violation is None
    alone = Deployment(replicas=1, wait=1, writes=1)
    assert found(alone, OF_ONE_PRIMARY, ChoosesItself).violation is not None
    assert found(alone, OF_DURABILITY, ChoosesItself).violation is None
    assert {one.id for one in PROPERTIES} == {DURABILITY.id, ONE_PRIMARY.id}


@pytest.mark.parametrize("hazards", [KILL, POWER_LOSS, KILL | SLOW_SYNC], ids=lambda one: "-".join(sorted(one)))
def test_every_step_can_be_taken(hazards: frozenset[Hazard]) -> None:
    """But those that the persistence has no use for."""
    given = Deployment(Persistence.EVERYSEC, replicas=1, min_replicas=1, hazards=hazards, writes=1)
    taken = explore(Redis(given), (), may_end=True).taken
    missing = {action for action, times in taken.items() if not times}
    assert missing == {SAVE, POWER_LOSS_STEP if POWER_LOSS.isdisjoint(hazards) else KILL_STEP}


def test_rows_of_the_table_differ() -> None:
    texts = [deployment_text(one) for one in deployments()]
    assert len(set(texts)) == len(texts)


def test_nobody_can_wait_for_more_replicas_than_there_are() -> None:
    with pytest.raises(ValueError, match="there are 1 replicas"):
        Deployment(replicas=1, wait=2)
