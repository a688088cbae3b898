"""A protocol: one operation family, the ways to implement it, the clients that collide, and what must hold.

What must hold is said by a sequential model and nothing else: whatever the schedule, what the clients saw, and what an
auditor sees after them, has to be linearizable. So a protocol is judged by the same clauses and by the same checker
as a recorded history of a real store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from lawful.models.model import AnyModel
from lawful.models.primitives.command import Program
from lawful.models.primitives.store import StoreModel
from lawful.models.protocols.promises import PROMISES, Promise
from lawful.models.values import Json

TTL_MS = 1000
"""How long leases, claims and windows of protocols last."""
PAUSE_MS = 1100
"""How much time passes at once, unless a protocol says otherwise: what was granted before has expired after it."""

Arguments: TypeAlias = Mapping[str, Json]
ArgumentsOf: TypeAlias = "Callable[[Sequence[Json]], Arguments | None]"
"""From the results of the client's earlier operations; None: it stops here."""


class Invocation(NamedTuple):
    """An operation that a client carries out."""

    function: str
    arguments: Arguments | ArgumentsOf


class Pause(NamedTuple):
    """Time passes before the auditor goes on."""


Role: TypeAlias = Callable[[str], Sequence[Invocation]]
"""From the name of a client to what it does. Roles treat names alike, so clients of one role are symmetric."""


Operations: TypeAlias = Mapping[str, Callable[..., Program]]
"""Programs by the name of the function, called with the arguments of the function."""


@dataclass(frozen=True)
class Variant:
    """One way to implement the operations."""

    name: str
    summary: str
    """What it does, in one line."""
    store: StoreModel[Any]
    operations: Operations
    loses: str | None = None
    """What goes wrong, in words; None where it is right. Exploration has to come out as this says."""


@dataclass(frozen=True)
class Protocol:
    """A family of operations."""

    name: str
    title: str
    object: str
    """The table, as the histories call it."""
    model: Callable[[int], AnyModel[Any]]
    """From the clock error in nanoseconds to what the clients' answers are judged by."""
    variants: tuple[Variant, ...]
    roles: tuple[Role, ...]
    """Client i plays role i; clients beyond the last role play that one."""
    setup: tuple[Invocation, ...] = ()
    """What happened before, in an undisturbed store."""
    audit: tuple[Invocation | Pause, ...] = ()
    """What is looked at when every client has finished or died."""
    crashes: int = 1
    """How many clients may die in one schedule."""
    pauses: int = 0
    """How often time passes in one schedule."""
    pause_ms: int = PAUSE_MS
    """How much of it."""
    schema: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Columns of the SQLite tables beside `id`."""

    @property
    def promise(self) -> Promise:
        """What must hold."""
        return PROMISES[self.name]

    def variant(self, name: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.name == name), None)
