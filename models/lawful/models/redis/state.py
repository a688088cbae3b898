"""What servers, the client and Sentinel keep, and what they send each other.

Writes are numbered from 1; a server's data is what writes it has, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Role(StrEnum):
    """What a server takes itself for."""

    PRIMARY = "primary"
    REPLICA = "replica"


@dataclass(frozen=True, slots=True)
class Server:
    """A Redis server."""

    role: Role
    is_up: bool = True
    data: tuple[int, ...] = ()
    """The writes that it has. While it is down: those that it will have when it starts."""
    written: int = 0
    """How many of them the kernel has: they survive the death of the process."""
    synced: int = 0
    """How many of them are on the disk for certain."""
    epoch: int = 0
    """The configuration epoch that it was last told of."""
    run: int = 0
    """How often the primary that the data comes from was started in this epoch (its replication id)."""
    offsets: tuple[int, ...] = ()
    """A primary: for each server, how many writes it said to have."""
    heard: frozenset[int] = frozenset()
    """A primary: the replicas that it heard not long ago (min-replicas-max-lag)."""
    answered: int = 0
    """A primary: how many of its writes are acknowledged."""
    crashes: int = 0
    """How often it died."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A write of which the client was told that it is done."""

    write: int
    epoch: int
    """That of the server which said so."""


@dataclass(frozen=True, slots=True)
class Client:
    """One client, with one write at a time."""

    primary: int
    """The server that it writes to."""
    tried: int = 0
    waiting: bool = False
    acknowledged: frozenset[Acknowledged] = frozenset()


@dataclass(frozen=True, slots=True)
class Sentinel:
    """The Sentinels, which agree."""

    primary: int
    epoch: int = 0
    tells: frozenset[int] = frozenset()
    """Processes that are to be told of the primary of this epoch."""


State: TypeAlias = Server | Client | Sentinel


@dataclass(frozen=True, slots=True)
class Write:
    """The client's request."""

    source: int
    destination: int
    write: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The write is done; or, with WAIT, so many replicas have it."""

    source: int
    destination: int
    write: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server does not take the write (READONLY, or NOREPLICAS)."""

    source: int
    destination: int
    write: int


@dataclass(frozen=True, slots=True)
class Replicate:
    """What a primary has, as far as the stream brought it to a replica."""

    source: int
    destination: int
    epoch: int
    run: int
    data: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offset:
    """A replica tells its primary how many writes it has (REPLCONF ACK)."""

    source: int
    destination: int
    epoch: int
    run: int
    offset: int


@dataclass(frozen=True, slots=True)
class Died:
    """Sentinel finds out that a primary does not answer any more."""

    source: int
    destination: int


@dataclass(frozen=True, slots=True)
class Primary:
    """Sentinel tells who the primary of an epoch is: to be it, to replicate it, or to write to it."""

    source: int
    destination: int
    primary: int
    epoch: int


Message: TypeAlias = Write | Answer | Refusal | Replicate | Offset | Died | Primary
