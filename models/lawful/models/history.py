"""What clients saw: the vocabulary that recorder, checkers and reports share.

A *history* is what Herlihy and Wing (TOPLAS 1990, section 2) call one: per process a sequence of invocations and
responses. Two things are added that real systems need: the outcome of an operation may be *unknown* (a timeout,
a dropped connection), and faults are part of the history, because a verdict without them cannot be explained.

Times are nanoseconds on one monotonic clock that every recorded process shares. An operation occupies the *closed*
interval [call, return]: where one returns at the very nanosecond at which another is called, the two count as
concurrent. Read as half-open, a recorder whose clock ticks once a microsecond would invent an order that no
client saw, and report a violation that never happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from lawful.models.values import Json

NS_PER_MS = 1_000_000
"""Times in histories and models are nanoseconds; arguments such as a lease's `ttl_ms` are milliseconds."""


class Outcome(StrEnum):
    """What the client learned about the effect of its operation."""

    OK = "ok"
    """It took effect once, between call and return, and answered `result`."""
    FAIL = "fail"
    """It did not take effect and never will. (A refused compare-and-set is not this: it is OK with a result.)"""
    UNKNOWN = "unknown"
    """It may have taken effect, may do so at any later time, or never."""


class ObjectKey(NamedTuple):
    """The unit that is checked on its own: a table or object, and the key within it where keys are independent."""

    object: str
    key: str | None = None

    def __str__(self) -> str:
        return self.object if self.key is None else f"{self.object}/{self.key}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of one client, from the invocation to what became of it."""

    index: int
    """Position in the history, counted from 0 in order of invocation; names the operation in reports."""
    process: int
    """The logical client. It has one operation at a time and none after an unknown outcome."""
    object: str
    """The table or object, such as `jobs`, `register`."""
    function: str
    """What was called, such as `claim`, `read`."""
    arguments: Mapping[str, Json]
    outcome: Outcome
    call_ns: int
    return_ns: int | None
    """When the client knew the outcome; None where it never did (the effect may then come at any time)."""
    key: str | None = None
    """The independent part of the object, such as the scope of a lease; None: the object is checked as a whole."""
    result: Json = None
    """The answer; meaningful only where the outcome is OK."""
    error: str | None = None
    """What went wrong, in the words of the client library; only with FAIL and UNKNOWN."""
    server: str | None = None
    """The server that answered, where the backend can tell."""

    @property
    def object_key(self) -> ObjectKey:
        return ObjectKey(self.object, self.key)

    def weakened(self) -> Operation:
        """This operation with nothing known about it: it took effect at any time after its call, or never.

        A history with an operation weakened has every linearization that it had before, so one that is in violation
        after weakening was in violation before.
        """
        return replace(self, outcome=Outcome.UNKNOWN, return_ns=None, result=None, error="its outcome does not matter")


@dataclass(frozen=True, slots=True)
class FaultEvent:
    """One action of the fault injector, successful or not."""

    fault: str
    """What was done: `kill`, `restart`, `pause`, `resume`, …"""
    target: str
    """The server or client that it was done to."""
    call_ns: int
    return_ns: int | None
    error: str | None = None
    """Why the action failed; None where it took effect."""
    details: Mapping[str, Json] = field(default_factory=dict)

    @property
    def on_server(self) -> bool:
        """Whether it was done to a server; what is not said to be one is a client."""
        return self.details.get("role") == "server"


@dataclass(frozen=True, slots=True)
class Header:
    """Where a history comes from: everything that is needed to judge it or to record another like it."""

    backend: str | None = None
    workload: str | None = None
    model: str | None = None
    """Name of the model that the recording is meant for; `lawful check --model` overrides it."""
    initial: Json = None
    """Initial value of each object, for models that take one."""
    seed: int | None = None
    clock: str = "monotonic"
    """`monotonic`: nanoseconds of one shared clock. `logical`: only the order of events is meaningful."""
    clock_error_ns: int = 0
    """By how much clocks of servers may differ from true elapsed time while a lease runs; used by timed models."""
    started: str | None = None
    """Wall-clock time of the start, ISO 8601."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of Python, of this package, of the client library and of the server."""
    options: Mapping[str, Json] = field(default_factory=dict)
    """The options of the run, as given."""
    levels: Mapping[str, str] = field(default_factory=dict)
    """For clauses of which the store claims no more than the weaker form: the bound, by clause id (`specs.bound`)."""


@dataclass(frozen=True, slots=True)
class History:
    """A whole recording. Operations are in order of invocation, faults in order of time."""

    operations: tuple[Operation, ...]
    faults: tuple[FaultEvent, ...] = ()
    header: Header = field(default_factory=Header)
    truncated: bool = False
    """The recording has no footer: its recorder died. What is there can still be checked."""

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def __len__(self) -> int:
        return len(self.operations)

    def outcomes(self, keys: Collection[ObjectKey] | None = None) -> Counter[Outcome]:
        """How many operations have which outcome; of these objects, or of all."""
        return Counter(one.outcome for one in self.operations if keys is None or one.object_key in keys)

    def by_object(self) -> dict[ObjectKey, tuple[Operation, ...]]:
        """The operations of each object, objects in order of their first invocation.

        Linearizability is local (Herlihy and Wing, theorem 1): the history is linearizable exactly where each of
        these parts is.
        """
        parts: dict[ObjectKey, list[Operation]] = {}
        for operation in self.operations:
            parts.setdefault(operation.object_key, []).append(operation)
        return {key: tuple(part) for key, part in parts.items()}
