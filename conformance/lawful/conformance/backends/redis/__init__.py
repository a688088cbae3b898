"""The task store in one Redis or Valkey server, as deployed with several pods."""

from lawful.conformance.backends.redis.backend import RedisBackend

__all__ = ["RedisBackend"]
