"""Damage to the files of servers: the end of a log is cut off, or a bit flips, while the server is down.

A server may start on what is left, with or without a word about it, or refuse. That it refuses is an outcome, which is
recorded with the end of its log. Then the file is put back as it was before and the server is started once more, so
that the run goes on and final reads follow.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from lawful.conformance.errors import BackendError
from lawful.conformance.run.fault_language import DataFault
from lawful.conformance.run.target import Blow, Step, Target, restarts
from lawful.conformance.stable_storage import SimulatedDisk
from lawful.models.values import Json

_LOG_NAMES = ("*.aof", "*.wal", "*-wal", "*journal*", "*.log")
"""Of files that are written at their end: of Redis, etcd, SQLite and PySyncObj."""
_LONGEST_CUT_BITS = 13.0
"""The most that is cut off has so many bits: 8 KiB. Short cuts are as likely as long ones, by order of magnitude."""
_PIECE_BYTES = 1 << 20
_WRONG = re.compile("error|bad|corrupt|fail|fatal|panic|wrong", re.IGNORECASE)


def blow(fault: DataFault, targets: Sequence[Target], chance: random.Random, disk: SimulatedDisk | None) -> Blow:
    """What `fault` does to servers with files, and what undoes it. `disk`: what they are on, where it is simulated."""
    damaged = {target.name: _Damaged(target, fault, random.Random(chance.random()), disk) for target in targets}

    def refused(target: Target) -> bool:
        return damaged[target.name].refused

    strikes = [step for one in damaged.values() for step in one.strikes()]
    first = restarts([one.watched for one in damaged.values()], may_fail=True)
    restored = [one.restore() for one in damaged.values()]
    return Blow(strikes, [*first, *restored, *restarts(targets, among=refused)])


def can_be_damaged(fault: DataFault, target: Target) -> bool:
    """Whether a server has a file that `fault` can damage by now."""
    return bool(_files(fault, target))


@dataclass(slots=True)
class _Damaged:
    """One server, of which one file is damaged."""

    target: Target
    fault: DataFault
    chance: random.Random
    disk: SimulatedDisk | None
    refused: bool = False
    """It did not start on the damaged file."""
    watched: Target = field(init=False)
    """The same server, of which it is noted whether it refuses to start."""
    _before: _Content | None = None

    def __post_init__(self) -> None:
        one = self.target
        self.watched = Target(one.name, one.kill, self._restart, one.pause, one.resume, one.suffers, one.role)

    def strikes(self) -> list[Step]:
        """Kill it and damage a file."""
        role: dict[str, Json] = {"role": self.target.role}
        details = dict(role)
        return [
            Step("kill", self.target.name, self.target.kill, role),
            Step(self.fault.value, self.target.name, lambda: self._damage(details), details, may_fail=True),
        ]

    def restore(self) -> Step:
        """Put the file back, if the server refused to start; some of them stay around without an answer."""
        details: dict[str, Json] = {"role": self.target.role}

        def put_back() -> None:
            self.target.kill()
            if self._before is not None:
                self._before.put_back()
                self._is_on_disk(self._before.path)
                details["file"] = self._named(self._before.path)

        return Step("restore", self.target.name, put_back, details, is_needed=lambda: self.refused)

    def _restart(self) -> None:
        assert self.target.restart is not None
        try:
            self.target.restart()
        except BackendError as error:
            self.refused = True
            raise BackendError(": ".join(filter(None, (error.problem, _telling(error.cause))))) from error

    def _damage(self, details: dict[str, Json]) -> None:
        found = _files(self.fault, self.target)
        if not found:
            raise BackendError(f"the server {self.target.name} has no file that {self.fault} could damage")
        path = _chosen(found, self.chance)
        self._before = _Content.of(path)
        details["file"] = self._named(path)
        details["file_bytes"] = len(self._before.written)
        details |= _DAMAGES[self.fault](path, self._before.written, self.chance)
        self._is_on_disk(path)

    def _is_on_disk(self, path: Path) -> None:
        """A power loss does not undo what was done to a file."""
        if self.disk is not None:
            self.disk.keep_file(path)

    def _named(self, path: Path) -> str:
        assert self.target.folder is not None
        return str(path.relative_to(self.target.folder))


def _telling(log: str | None) -> str | None:
    """The last line of a log that speaks of something wrong, or else its last line."""
    lines = [line.strip() for line in (log or "").splitlines() if line.strip()]
    wrong = [line for line in lines if _WRONG.search(line)]
    return next(reversed(wrong or lines), None)


@dataclass(frozen=True, slots=True)
class _Content:
    """A file as it was."""

    path: Path
    written: bytes
    """Without the zeros at its end, which some programs reserve room with."""
    size: int

    @classmethod
    def of(cls, path: Path) -> _Content:
        size = path.stat().st_size
        with path.open("rb") as file:
            return cls(path, file.read(_written_bytes(path)), size)

    def put_back(self) -> None:
        with self.path.open("wb") as file:
            file.write(self.written)
            file.truncate(self.size)


def _written_bytes(path: Path) -> int:
    """The length of a file without the zeros at its end."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            begin = max(0, end - _PIECE_BYTES)
            file.seek(begin)
            written = len(file.read(end - begin).rstrip(b"\0"))
            if written:
                return begin + written
            end = begin
    return 0


def _files(fault: DataFault, target: Target) -> dict[Path, int]:
    """The files that `fault` can damage, with how much was written to each."""
    if target.folder is None:
        return {}
    paths = (Path(folder, name) for folder, _, names in os.walk(target.folder) for name in names)
    regular = sorted(path for path in paths if path.is_file() and not path.is_symlink())
    found = {path: _written_bytes(path) for path in regular if fault is DataFault.FLIP_BIT or _is_log(path)}
    return {path: written for path, written in found.items() if written}


def _is_log(path: Path) -> bool:
    return any(fnmatch(path.name, pattern) for pattern in _LOG_NAMES)


def _chosen(found: dict[Path, int], chance: random.Random) -> Path:
    """A log or another file, each kind equally often, and of a kind by size, as chance strikes a disk."""
    kinds = [[path for path in found if _is_log(path) is is_log] for is_log in (True, False)]
    kind = chance.choice([paths for paths in kinds if paths])
    return chance.choices(kind, [found[path] for path in kind])[0]


def _cut(path: Path, written: bytes, chance: random.Random) -> dict[str, Json]:
    """Cut off the end of what was written."""
    cut = min(len(written), int(2 ** chance.uniform(0, _LONGEST_CUT_BITS)))
    os.truncate(path, len(written) - cut)
    return {"offset": len(written) - cut, "cut_bytes": cut}


def _flip(path: Path, written: bytes, chance: random.Random) -> dict[str, Json]:
    """Flip one bit of what was written."""
    offset, bit = chance.randrange(len(written)), chance.randrange(8)
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(bytes([written[offset] ^ 1 << bit]))
    return {"offset": offset, "bit": bit}


_DAMAGES: dict[DataFault, Callable[[Path, bytes, random.Random], dict[str, Json]]] = {
    DataFault.TRUNCATE_LOG: _cut,
    DataFault.FLIP_BIT: _flip,
}
