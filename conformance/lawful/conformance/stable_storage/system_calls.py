"""The system calls that write a file or have it synced, and what the kernel's notifications of them look like.

Sources: `seccomp(2)`, `seccomp_unotify(2)`, and `linux/seccomp.h`. What a program writes through a descriptor that was
opened with O_SYNC or O_DSYNC is not noticed.
"""

from __future__ import annotations

import platform
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

BY_DESCRIPTOR = frozenset({"fsync", "fdatasync"})
"""They name a file by its descriptor."""
TRUNCATES = frozenset({"ftruncate"})
"""They make a file shorter or longer; the kernel carries them out."""
WRITES = frozenset({"write", "pwrite64", "writev", "pwritev", "pwritev2", "fallocate"})
"""They make a file longer, or reserve room for it; the kernel carries them out, unless the disk is full."""
BY_ADDRESS = frozenset({"msync"})
"""They name a file by an address that it is mapped to."""

RECEIVE, SEND, IS_VALID = 0xC0502100, 0xC0182101, 0x40082102
"""The requests of `ioctl` on the descriptor of a listener."""
CONTINUE = 1
"""As the flags of an answer: the kernel carries the call out."""
NOTIFICATION_BYTES = 80

_NOTIFICATION = struct.Struct("=QIIiIQ6Q")
_ANSWER = struct.Struct("=QqiI")


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a filter has to know of the processor."""

    audit: int
    """AUDIT_ARCH of the kernel, by which a filter knows whose numbers these are."""
    seccomp: int
    """The number of seccomp(2)."""
    calls: Mapping[str, int]
    """By name."""
    writes: Mapping[str, int]
    """The numbers of `WRITES`."""

    def name_of(self, number: int) -> str:
        """The name of a call that the filter lets through to us."""
        return next(name for name, known in (*self.calls.items(), *self.writes.items()) if known == number)


_ARCHITECTURES = {
    "x86_64": Architecture(
        0xC000003E,
        317,
        {"fsync": 74, "fdatasync": 75, "msync": 26, "ftruncate": 77},
        {"write": 1, "pwrite64": 18, "writev": 20, "pwritev": 296, "pwritev2": 328, "fallocate": 285},
    ),
    "aarch64": Architecture(
        0xC00000B7,
        277,
        {"fsync": 82, "fdatasync": 83, "msync": 227, "ftruncate": 46},
        {"write": 64, "pwrite64": 68, "writev": 66, "pwritev": 70, "pwritev2": 287, "fallocate": 47},
    ),
}


def architecture() -> Architecture | None:
    """That of this machine; None where it is not one that is known, or the system not Linux."""
    return _ARCHITECTURES.get(platform.machine()) if sys.platform == "linux" else None


class Notification(NamedTuple):
    """A thread is about to make a call, and waits."""

    identity: int
    thread: int
    call: int
    arguments: tuple[int, ...]


def parse_notification(data: bytes | bytearray) -> Notification:
    """The kernel's `struct seccomp_notif`."""
    identity, thread, _, call, _, _, *arguments = _NOTIFICATION.unpack_from(data)
    return Notification(identity, thread, call, tuple(arguments))


def answer_text(identity: int, error: int = 0, *, carry_out: bool = False) -> bytes:
    """The kernel's `struct seccomp_notif_resp`: the call is carried out, or ends at once, with `error` or without."""
    return _ANSWER.pack(identity, 0, -error, CONTINUE if carry_out else 0)
