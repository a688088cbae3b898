"""Requests and replies over one channel, brought together by their numbers.

One conversation may serve several threads: whoever waits for a reply reads for all. A reply that nobody waits for any
more is dropped; one that nobody asked for, or that comes twice, is a defect of the adapter, as is one out of turn
where the adapter did not declare `any_order`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from lawful.conformance.wire.channel import Channel, ChannelBlocked, ChannelClosed, ChannelSilent
from lawful.conformance.wire.messages import NonsenseLine, Reply, line_of, parse_reply, shown
from lawful.models.history import Outcome
from lawful.models.values import Json

_SHOWN = 600
"""Characters of a line in an exchange."""


class Conversation:
    """`shared`: several clients ask at once, so a line that is no reply is nobody's in particular."""

    def __init__(self, channel: Channel, *, shared: bool = False) -> None:
        self.shared = shared
        self.any_order = False
        self.late = 0
        """Replies that came when nobody waited for them any more, and were dropped."""
        self._last_sent = b""
        self._last_received = b""
        self._channel = channel
        self._turn = threading.Condition()
        self._sending = threading.Lock()
        self._numbers = 0
        self._open: dict[int, bool] = {}
        """Requests without a reply, in the order in which they were sent: whether somebody still waits."""
        self._replies: dict[int, Reply] = {}
        self._notes: list[str] = []
        self._reading = False
        self._closed: ChannelClosed | None = None

    def ask(self, message: Mapping[str, Json], limit_s: float) -> Reply:
        """Send `message` and wait for its reply.

        Raises `ChannelClosed`; `ChannelSilent` where no reply came in time; `NonsenseLine` where something else came,
        and the conversation is not shared.
        """
        deadline_s = time.monotonic() + limit_s
        number = self._send(message, limit_s)
        try:
            return self._reply(number, deadline_s, limit_s)
        except ChannelSilent as silent:
            raise ChannelSilent(f"{silent}{self._symptom()}") from None

    def _symptom(self) -> str:
        """What else is seen of a peer that is silent."""
        unread, begun = self._channel.unread(), self._channel.begun()
        if unread:
            return f", and has not read its input ({unread} bytes wait there)"
        return f", but a line without an end: {shown(begun)}" if begun else ""

    def tell(self, message: Mapping[str, Json], limit_s: float) -> None:
        """Send `message`; its reply is dropped when it comes."""
        number = self._send(message, limit_s)
        with self._turn:
            self._open[number] = False

    def exchange(self) -> tuple[str, str]:
        """The line sent last, and the line that came after it; empty where none did. Cut where they are long."""
        return shown(self._last_sent, _SHOWN), shown(self._last_received, _SHOWN)

    def take_notes(self) -> list[str]:
        """What the adapter did wrong that spoilt no reply in particular, since the last call."""
        with self._turn:
            notes, self._notes = self._notes, []
        return notes

    def _send(self, message: Mapping[str, Json], limit_s: float) -> int:
        with self._sending:
            with self._turn:
                if self._closed is not None:
                    raise self._closed
                number = self._numbers
                self._numbers += 1
                self._open[number] = True
            line = line_of({"id": number, **message})
            self._last_sent, self._last_received = line, b""
            try:
                self._channel.send(line, limit_s)
            except ChannelBlocked:
                self._close(ChannelClosed("its input is blocked"))
                raise
            return number

    def _reply(self, number: int, deadline_s: float, limit_s: float) -> Reply:
        with self._turn:
            while number not in self._replies:
                left_s = deadline_s - time.monotonic()
                if self._closed is not None:
                    raise self._closed
                if left_s <= 0:
                    self._open[number] = False
                    raise ChannelSilent(f"no answer within {limit_s:.1f} s")
                if self._reading:
                    self._turn.wait(left_s)
                else:
                    self._read(left_s)
            return self._replies.pop(number)

    def _read(self, left_s: float) -> None:
        """Receive one line for everybody; the lock is free meanwhile."""
        self._reading = True
        self._turn.release()
        line: bytes | None = None
        problem: Exception | None = None
        try:
            line = self._channel.receive(left_s)
        except (ChannelClosed, ChannelSilent, NonsenseLine) as error:
            problem = error
        finally:
            self._turn.acquire()
            self._reading = False
            self._turn.notify_all()
        if line is not None:
            self._last_received = line
            self._take(line)
        elif isinstance(problem, ChannelClosed):
            self._closed = problem
        elif isinstance(problem, NonsenseLine):
            self._nonsense(problem)

    def _take(self, line: bytes) -> None:
        try:
            reply = parse_reply(line)
        except NonsenseLine as nonsense:
            self._nonsense(nonsense)
            return
        number = reply.number
        if number in self._open:
            first = next((earlier for earlier, waiting in self._open.items() if waiting), number)
            waited_for = self._open.pop(number)
            if not waited_for:
                self.late += 1
            elif number != first and not self.any_order:
                defect = f"answered request {number} before request {first}, and does not declare any_order"
                self._replies[number] = Reply(number, Outcome.UNKNOWN, error=defect, defect=defect)
            else:
                self._replies[number] = reply
        elif 0 <= number < self._numbers:
            self._notes.append("answered a request twice")
        else:
            self._nonsense(NonsenseLine(f"it answers request {number}, which was never sent"))

    def _nonsense(self, nonsense: NonsenseLine) -> None:
        if not self.shared:
            raise nonsense
        self._notes.append(f"sent a line that is no reply: {nonsense}")

    def _close(self, closed: ChannelClosed) -> None:
        with self._turn:
            self._closed = closed
            self._turn.notify_all()
