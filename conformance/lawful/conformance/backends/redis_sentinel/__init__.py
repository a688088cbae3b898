"""The task store in Redis behind Sentinel: a primary with replicas, and failover."""

from lawful.conformance.backends.redis_sentinel.backend import SentinelBackend

__all__ = ["SentinelBackend"]
