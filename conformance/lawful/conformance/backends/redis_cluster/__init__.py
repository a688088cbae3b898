"""The task store in Redis Cluster: primaries that share the key space, with replicas."""

from lawful.conformance.backends.redis_cluster.backend import RedisClusterBackend

__all__ = ["RedisClusterBackend"]
