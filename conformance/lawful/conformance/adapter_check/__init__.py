"""The walk of an adapter's author through their first failures: `lawful adapter check`."""

from lawful.conformance.adapter_check.walk import Done, Stumble, Walk

__all__ = ["Done", "Stumble", "Walk"]
