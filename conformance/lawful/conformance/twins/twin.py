"""What a broken twin is, whichever way it is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lawful.conformance.twins.store import DeclaredStore


@dataclass(frozen=True, slots=True)
class BrokenStore:
    """A store with one mistake."""

    name: str
    """The mistake; no two twins share a name."""
    clause: str
    """The clause that rejects it."""
    mistake: str
    """What is wrong, as a sentence without a full stop."""
    table: str
    make: Callable[[], DeclaredStore]
    """Gives one without data."""
