"""The naive Redis backend: the server, the keys and the options of `redis`, without scripts or transactions.

It stands for the first version that many projects ship: every operation reads, decides in the client and writes, each
with a command of its own. One client alone sees no difference from the model. Between two commands, though, another
client may come, or this one may die; what breaks then is written at each table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lawful.conformance.adapter import Client
from lawful.conformance.backends.redis.backend import RedisBackend
from lawful.conformance.backends.redis.client import RedisClient
from lawful.conformance.backends.redis.tables import TableClass
from lawful.conformance.backends.redis_naive.jobs import NaiveJobs
from lawful.conformance.backends.redis_naive.leader_lease import NaiveLeaderLease
from lawful.conformance.backends.redis_naive.tasks import NaiveTasks
from lawful.models.values import Json

TABLE_CLASSES: Mapping[str, TableClass] = {
    "tasks": NaiveTasks,
    "jobs": NaiveJobs,
    "leader_lease": NaiveLeaderLease,
}


class NaiveRedisBackend(RedisBackend):
    """Takes the options of `RedisBackend`."""

    tables = frozenset(TABLE_CLASSES)
    objects = frozenset()

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        return NaiveRedisClient(connection, timeout_s)


class NaiveRedisClient(RedisClient):
    """A client with the naive tables."""

    table_classes: ClassVar[Mapping[str, TableClass]] = TABLE_CLASSES
    object_classes: ClassVar[Mapping[str, TableClass]] = {}
