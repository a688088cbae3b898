"""The version of this package, as it was installed."""

from __future__ import annotations


def version() -> str:
    """Such as `0.1.0`."""
    # Reading what is installed takes a moment that most commands need not wait for.
    from importlib import metadata

    return metadata.version("lawful")
