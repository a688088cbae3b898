"""What is counted during a run: the numbers of the live display, and what adapters did wrong."""

from __future__ import annotations

import threading
from collections import Counter
from itertools import count

from lawful.models.history import Outcome


class Tally:
    """Shared by all sessions of a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes = count()
        self.outcomes: Counter[Outcome] = Counter()
        self.defects: Counter[str] = Counter()
        """What the adapter did wrong, and how often: exceptions without meaning, nonsense, silence."""
        self.hints: dict[str, str] = {}
        """What may help with a defect, such as the end of the adapter's log."""
        self.unsupported: set[str] = set()
        """`table.function` that the adapter declined."""
        self.errors: Counter[str] = Counter()
        """The error texts of operations that failed or whose outcome is unknown."""

    def next_process(self) -> int:
        """A process number that no client had before."""
        with self._lock:
            return next(self._processes)

    def count(self, outcome: Outcome, error: str | None) -> None:
        """One operation came to its end."""
        with self._lock:
            self.outcomes[outcome] += 1
            if error:
                self.errors[error] += 1

    def defect(self, text: str, hint: str | None = None) -> None:
        """The adapter did something that no adapter may do."""
        with self._lock:
            self.defects[text] += 1
            if hint is not None:
                self.hints.setdefault(text, hint)
