"""Which keys a Redis server may drop where its memory is full.

Claim (Redis documentation, "Key eviction"): with `noeviction` none; with the policies called `allkeys` any; with those
called `volatile` any that has an expiry. Which of them it takes is left open here, because the server itself only
samples. Where it may take none, it refuses what could need more memory (`RedisState.is_full`).
"""

from __future__ import annotations

from enum import StrEnum

from lawful.models.primitives.redis import RedisState


class EvictionPolicy(StrEnum):
    """The setting `maxmemory-policy`."""

    NOEVICTION = "noeviction"
    ALLKEYS_LRU = "allkeys-lru"
    VOLATILE_TTL = "volatile-ttl"


def evictable(state: RedisState, policy: EvictionPolicy) -> frozenset[str]:
    """The keys that may be gone at any time. `RedisModel.removed` takes them away."""
    match policy:
        case EvictionPolicy.NOEVICTION:
            return frozenset()
        case EvictionPolicy.ALLKEYS_LRU:
            return frozenset(state.entries)
        case EvictionPolicy.VOLATILE_TTL:
            return frozenset(key for key, entry in state.entries.items() if entry.expires_at_ms is not None)
