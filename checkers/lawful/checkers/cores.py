"""What there is to work in parallel with."""

from __future__ import annotations

import os


def can_fork() -> bool:
    """Whether processes can be forked here, as `parallel` needs it."""
    return hasattr(os, "fork")


def cores() -> int:
    """How many processes can run at the same time here."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
