"""A Redis server with little memory: it refuses writes or removes rows, as its policy has it, also after a restart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lawful.conformance.adapter import Client, OperationFailed
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.redis.memory import MemoryLimit
from lawful.conformance.errors import UsageError
from lawful.conformance.processes import ProcessGroup

LIMIT = "512kb"
VALUE = "x" * 4096
VALUES = 300
"""More than twice of what there is room for."""


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


def acknowledged(client: Client) -> tuple[list[str], int]:
    """The keys of the registers whose writes were acknowledged, and how many were refused."""
    written, refused = [], 0
    for number in range(VALUES):
        try:
            client.invoke("cas-register", str(number), "write", {"value": VALUE})
            written.append(str(number))
        except OperationFailed:
            refused += 1
    return written, refused


def missing(client: Client, keys: list[str]) -> int:
    return sum(client.invoke("cas-register", key, "read", {}).result is None for key in keys)


def started(policy: str | None, group: ProcessGroup) -> RedisBackend:
    backend = RedisBackend(maxmemory=LIMIT, maxmemory_policy=policy)
    backend.start(group.workspace())
    return backend


@pytest.mark.parametrize("restarted", [False, True])
def test_without_eviction_what_does_not_fit_is_refused_and_nothing_is_lost(
    group: ProcessGroup, restarted: bool
) -> None:
    backend = started(None, group)
    try:
        if restarted:
            backend.kill("redis-1")
            backend.restart("redis-1")
        client = backend.connect(backend.connection(), 5.0)
        written, refused = acknowledged(client)
        assert written
        assert refused
        assert missing(client, written) == 0
        client.close()
    finally:
        backend.stop()


def test_with_eviction_acknowledged_writes_are_gone(group: ProcessGroup) -> None:
    backend = started("allkeys-lru", group)
    try:
        client = backend.connect(backend.connection(), 5.0)
        written, _ = acknowledged(client)
        assert 0 < missing(client, written) < len(written)
        client.close()
    finally:
        backend.stop()


def test_a_policy_that_spares_what_does_not_expire_refuses(group: ProcessGroup) -> None:
    backend = started("volatile-ttl", group)
    try:
        client = backend.connect(backend.connection(), 5.0)
        written, refused = acknowledged(client)
        assert refused
        assert missing(client, written) == 0
        client.close()
    finally:
        backend.stop()


def test_what_makes_no_sense_is_refused() -> None:
    assert MemoryLimit.parse(None, None) is None
    with pytest.raises(UsageError, match="did you mean 'allkeys-lru'"):
        RedisBackend(maxmemory="1mb", maxmemory_policy="allkeys-lrv")
    with pytest.raises(UsageError, match="takes maxmemory as well"):
        RedisBackend(maxmemory_policy="noeviction")
    for text in ("0", "-1", "1 mb", "much", "1tb"):
        with pytest.raises(UsageError, match="no amount of memory"):
            RedisBackend(maxmemory=text)
    with pytest.raises(UsageError, match="excludes"):
        RedisBackend(url="redis://127.0.0.1:1/0", maxmemory="1mb")
