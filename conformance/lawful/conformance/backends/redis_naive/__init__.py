"""The task store in Redis as it is written in a hurry: right for one client, wrong for two."""

from lawful.conformance.backends.redis_naive.backend import NaiveRedisBackend

__all__ = ["NaiveRedisBackend"]
