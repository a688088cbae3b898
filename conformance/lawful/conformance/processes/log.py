"""The end of a log file, for the cause of an error."""

from __future__ import annotations

from pathlib import Path

_TAIL_BYTES = 4096


def log_tail(path: Path, lines: int = 8) -> str | None:
    """The last `lines` lines of the log at `path`; None where it has none or cannot be read."""
    try:
        with path.open("rb") as log:
            log.seek(0, 2)
            log.seek(max(0, log.tell() - _TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
    except OSError:
        return None
    return "\n".join(text.splitlines()[-lines:]).strip() or None
