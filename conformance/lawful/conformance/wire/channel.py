"""Lines over a pair of pipes or a socket, with a limit on time and on length in both directions.

Nothing that the other side does may hold the runner up or fill its memory: it may never read what is sent, send
without end, or send one line of 100 MB.
"""

from __future__ import annotations

import array
import fcntl
import os
import select
import termios
import time
from contextlib import suppress

from lawful.conformance.wire.messages import LONGEST_LINE, NonsenseLine

_READ_SIZE = 1 << 16


class ChannelClosed(Exception):
    """The other side has closed its end. `partial`: it had sent a part of a line."""

    def __init__(self, text: str, *, partial: bool = False) -> None:
        super().__init__(text)
        self.partial = partial


class ChannelSilent(Exception):
    """Nothing came in time."""


class ChannelBlocked(ChannelSilent):
    """The other side does not read: what is to be sent could not be handed over in time, or only in part."""


class Channel:
    """Two descriptors, which stay the property of whoever opened them. One thread may send while another receives."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._buffer = bytearray()
        self._searched = 0
        """How much of the buffer is known to hold no line end."""
        self._discarding = False
        """Within a line that was found to be too long."""
        # A reader that has stopped reading must not stop the writer as well.
        os.set_blocking(writing, False)

    def send(self, line: bytes, limit_s: float) -> None:
        """Hand over one line. Raises `ChannelClosed` or `ChannelBlocked`; in part sent, the channel is of no use."""
        deadline_s = time.monotonic() + limit_s
        left = memoryview(line)
        while left:
            try:
                left = left[os.write(self._writing, left) :]
            except BlockingIOError:
                wait_s = deadline_s - time.monotonic()
                if wait_s <= 0 or not select.select([], [self._writing], [], wait_s)[1]:
                    raise ChannelBlocked(f"read nothing of what was sent for {limit_s:.1f} s") from None
            except OSError as error:
                raise ChannelClosed(error.strerror or str(error)) from error

    def receive(self, limit_s: float) -> bytes:
        """The next line, without its end. Raises `ChannelClosed`, `ChannelSilent` or `NonsenseLine` (too long)."""
        deadline_s = time.monotonic() + limit_s
        while True:
            end = self._buffer.find(b"\n", self._searched)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                self._searched = 0
                if not self._discarding:
                    return line
                self._discarding = False
                continue
            self._refuse_long_line()
            self._read(deadline_s, limit_s)

    def begun(self) -> bytes:
        """What was received of a line that has no end yet."""
        return bytes(self._buffer)

    def unread(self) -> int | None:
        """How many bytes of what was sent the other side has not read; None where the system does not tell."""
        waiting = array.array("i", [0])
        with suppress(OSError):
            fcntl.ioctl(self._writing, termios.FIONREAD, waiting)
            return waiting[0]
        return None

    def _read(self, deadline_s: float, limit_s: float) -> None:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0 or not select.select([self._reading], [], [], left_s)[0]:
            raise ChannelSilent(f"no answer within {limit_s:.1f} s")
        try:
            read = os.read(self._reading, _READ_SIZE)
        except OSError as error:
            raise ChannelClosed(error.strerror or str(error)) from error
        if not read:
            raise ChannelClosed("closed its output", partial=bool(self._buffer))
        self._buffer += read

    def _refuse_long_line(self) -> None:
        self._searched = len(self._buffer)
        if self._discarding:
            self._clear()
        elif len(self._buffer) > LONGEST_LINE:
            self._clear()
            self._discarding = True
            raise NonsenseLine(f"it is longer than {LONGEST_LINE} bytes")

    def _clear(self) -> None:
        self._buffer.clear()
        self._searched = 0
