"""The peak of the resident memory of this process."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")


def peak_mb() -> float:
    """The largest resident memory so far, in 10^6 bytes.

    What `getrusage` tells on Linux counts what the parent held when it started this process, so the process's own
    high-water mark is preferred where there is one.
    """
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text(encoding="ascii"))
    except OSError:
        found = None
    if found is not None:
        return int(found[1]) * 1024 / 1e6
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return usage / 1e6 if sys.platform == "darwin" else usage * 1024 / 1e6


def forget_peak() -> None:
    """Set the high-water mark to the present memory, on Linux; elsewhere the peak includes reading."""
    try:
        _FORGET.write_text("5", encoding="ascii")
    except OSError:
        return
