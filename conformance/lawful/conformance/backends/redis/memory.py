"""How much memory a Redis server may take for data, and what it does when that is used up.

With `noeviction` it refuses what needs more (`OOM`). With any other policy it removes rows that were acknowledged, of
all keys or of those that expire, and tells nobody (Redis documentation, "Key eviction").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lawful.conformance.errors import UsageError, unknown_name

POLICIES = (
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
)
_FORM = re.compile(r"(?P<number>[1-9]\d{0,11})(?P<unit>|kb|mb|gb)", re.ASCII)
_UNITS = {"": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30}


@dataclass(frozen=True, slots=True)
class MemoryLimit:
    """The options `maxmemory` and `maxmemory_policy`."""

    bytes: int
    """Beyond what the server uses without data and clients, which differs by version. Connections count."""
    policy: str = POLICIES[0]

    @classmethod
    def parse(cls, maxmemory: str | None, policy: str | None) -> MemoryLimit | None:
        """The limit that the options ask for, if they do. Raises `UsageError`.

        >>> MemoryLimit.parse("64kb", "allkeys-lru")
        MemoryLimit(bytes=65536, policy='allkeys-lru')
        """
        if policy is not None and policy not in POLICIES:
            raise unknown_name("value of maxmemory_policy", policy, POLICIES)
        if maxmemory is None:
            if policy is not None:
                raise UsageError("the option maxmemory_policy of the redis backend takes maxmemory as well")
            return None
        form = _FORM.fullmatch(maxmemory.lower())
        if form is None:
            hint = "a number of bytes, or with kb, mb or gb: maxmemory=128kb"
            raise UsageError(f"{maxmemory!r} is no amount of memory", hint=hint)
        return cls(int(form["number"]) * _UNITS[form["unit"]], policy or POLICIES[0])
