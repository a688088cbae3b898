"""What a checker says: a verdict, how it was reached, and the evidence for it.

Verdicts are ordered by what a reader must hear first: a violation over an inconclusive search over a lawful history.
That nothing was checked is a fourth outcome of its own and never a pass: an empty history, or one in which every
operation failed, says nothing about the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lawful.models.history import ObjectKey
from lawful.models.values import Json


class Verdict(StrEnum):
    """The outcome of a check."""

    VIOLATION = "violation"
    INCONCLUSIVE = "inconclusive"
    LAWFUL = "lawful"
    NOTHING_CHECKED = "nothing checked"


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a whole of which these are the verdicts on the parts.

    >>> overall([Verdict.LAWFUL, Verdict.INCONCLUSIVE, Verdict.NOTHING_CHECKED])
    <Verdict.INCONCLUSIVE: 'inconclusive'>
    """
    seen = set(verdicts)
    return next((verdict for verdict in Verdict if verdict in seen), Verdict.NOTHING_CHECKED)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a check may use before it answers inconclusive. None: no limit."""

    seconds: float | None = 60.0
    """Wall-clock time for each object."""
    memory_mb: float | None = 2048.0
    """Growth of the resident memory of this process, in 10^6 bytes."""
    whole_s: float | None = None
    """Where `seconds` are what is left of a budget: all of it, which the user knows it by."""
    work: int | None = None
    """Steps of a search, give or take a few hundred, and transitions of the model; the same at each run."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One operation of a linearization: it takes effect here."""

    index: int
    """The operation, by its position in the history."""
    because: str
    """Why the model allows its answer at this point."""
    clause: str | None
    """The clause that decided the answer."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One way in which the search got stuck: a linearization of a prefix after which an answer is not allowed."""

    linearization: tuple[Placed, ...]
    """The operations placed before, in order."""
    state: str
    """The state that they lead to, for humans."""
    answered: Json
    """What the client saw."""
    allowed: tuple[str, ...]
    """What the model allows instead, for humans."""
    because: str
    clause: str | None


@dataclass(frozen=True, slots=True)
class ObjectVerdict:
    """The verdict on one object."""

    key: ObjectKey
    verdict: Verdict
    method: str
    """Which algorithm decided."""
    operations: int
    """How many operations with a known outcome constrained the verdict."""
    unknown: int = 0
    """How many operations with an unknown outcome were allowed for."""
    linearization: Sequence[Placed] | None = None
    """LAWFUL: an order in which the operations took effect (unknown ones that were not needed are left out)."""
    blocked_at: int | None = None
    """VIOLATION and INCONCLUSIVE: the first operation, in order of return, that no linearization got past (or that
    the search had not got past yet); its position in the history."""
    refusals: tuple[Refused, ...] = ()
    """VIOLATION: the longest linearizations that end before `blocked_at`, and why none can go on; a few of them."""
    progress: str | None = None
    """INCONCLUSIVE: which budget was used up, and how far the search got."""
    because: str = ""
    """Why this method decided, and what it relied on."""
    core: tuple[int, ...] = ()
    """VIOLATION: operations that contradict each other whatever the others did, where the method names them."""
    seconds: float = 0.0
    """How long the check took."""


@dataclass(frozen=True, slots=True)
class HistoryVerdict:
    """The verdict on every object of a history."""

    objects: tuple[ObjectVerdict, ...]

    @property
    def verdict(self) -> Verdict:
        return overall(part.verdict for part in self.objects)
