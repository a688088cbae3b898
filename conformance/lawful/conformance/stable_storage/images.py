"""What of each file is certainly on the disk: its content when it was last synced.

A file is known by its inode, so it keeps its content under another name. What directories hold is taken to be on the
disk at once, as file systems that keep a journal of their metadata have it soon: a file that was renamed and never
synced is there after a power loss, and empty.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

_PIECE_BYTES = 1 << 20


@dataclass(slots=True)
class _Image:
    """A copy of what was synced of one file."""

    path: Path
    size: int
    was_truncated: bool
    """Since it was synced, so that it may differ before its end as well."""
    descriptor: int
    """Keeps the inode of the original, which could otherwise be that of another file after a removal."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What a power loss took from one file."""

    path: Path
    bytes: int
    """Of its end; or of the whole, where earlier parts were lost as well."""


class Images:
    """The files of one folder as they are on the disk."""

    def __init__(self, folder: Path, copies: Path) -> None:
        """`copies`: an empty folder, outside of `folder`, to keep the copies in."""
        self._folder = folder.resolve()
        self._copies = copies
        self._images: dict[tuple[int, int], _Image] = {}
        self._made = 0

    def covers(self, path: str) -> bool:
        """Whether a file with this absolute path is one of the folder's."""
        return Path(path).is_relative_to(self._folder)

    def synced(self, descriptor: int, *, appended: bool) -> None:
        """What an open file holds now is on the disk.

        `appended`: it was only written at its end, so that what is known of it already need not be read again.
        """
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return
        image = self._image(descriptor, status)
        keeps = appended and not image.was_truncated and image.size <= status.st_size
        with image.path.open("r+b") as copy:
            begin = image.size if keeps else 0
            copy.seek(begin)
            copy.truncate()
            for piece in _pieces(descriptor, begin, status.st_size):
                copy.write(piece)
            image.size = copy.tell()
        image.was_truncated = False

    def truncated(self, descriptor: int) -> None:
        """An open file is about to be truncated, and may grow again before it is synced."""
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            self._image(descriptor, status).was_truncated = True

    def may_differ(self) -> None:
        """A program starts. It may repair its files as it finds them, by calls that nobody is told of (`truncate`)."""
        for image in self._images.values():
            image.was_truncated = True

    def all_synced(self) -> None:
        """Everything in the folder is on the disk."""
        for path in self._files():
            self.file_synced(path)

    def file_synced(self, path: Path) -> None:
        """What one file of the folder holds now is on the disk."""
        with path.open("rb") as file:
            self.synced(file.fileno(), appended=False)

    def lose(self, torn: Random | None = None) -> list[Lost]:
        """Take away what was not synced. No process may have the files open.

        `torn`: where a file got longer since it was synced, some of the new bytes may be there after all, from the
        first one on.
        """
        lost = [one for path in self._files() if (one := self._lose(path, torn)) is not None]
        self.all_synced()
        return lost

    def close(self) -> None:
        """Forget everything."""
        for image in self._images.values():
            os.close(image.descriptor)
        self._images.clear()

    def _lose(self, path: Path, torn: Random | None) -> Lost | None:
        status = path.stat()
        image = self._images.get((status.st_dev, status.st_ino))
        kept = b"" if image is None else image.path.read_bytes()
        there = path.read_bytes()
        if there == kept:
            return None
        if torn is not None and there.startswith(kept):
            kept = there[: torn.randint(len(kept), len(there))]
        with path.open("r+b") as file:
            file.truncate(0)
            file.write(kept)
        is_tail = there.startswith(kept)
        return Lost(path.relative_to(self._folder), len(there) - len(kept) if is_tail else len(there))

    def _files(self) -> Iterator[Path]:
        """The regular files of the folder."""
        for folder, _, names in os.walk(self._folder):
            for name in sorted(names):
                path = Path(folder, name)
                if not path.is_symlink() and path.is_file():
                    yield path

    def _image(self, descriptor: int, status: os.stat_result) -> _Image:
        key = (status.st_dev, status.st_ino)
        image = self._images.get(key)
        if image is None:
            self._made += 1
            path = self._copies / str(self._made)
            path.touch()
            image = self._images[key] = _Image(path, 0, False, os.dup(descriptor))
        return image


def _pieces(descriptor: int, begin: int, end: int) -> Iterator[bytes]:
    """The bytes of an open file between two offsets, however many of them there are."""
    while begin < end:
        piece = os.pread(descriptor, min(_PIECE_BYTES, end - begin), begin)
        if not piece:
            return
        begin += len(piece)
        yield piece
