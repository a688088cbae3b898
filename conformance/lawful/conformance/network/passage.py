"""One direction between two places: open or shut, and slow or not.

Everything here runs in the thread of the network's event loop.
"""

from __future__ import annotations

import asyncio

_LONGEST_READ = 65_536
_MOST_WAITING = 64
"""Pieces on the way over a slow link; beyond that the sender is held up, as by a full window."""


class Passage:
    """What is done to the bytes from one place to another."""

    def __init__(self) -> None:
        self.delay_s = 0.0
        self._open = asyncio.Event()
        self._open.set()

    @property
    def is_open(self) -> bool:
        return self._open.is_set()

    def shut(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def passes(self) -> None:
        """Return at an instant at which bytes may pass."""
        while not self._open.is_set():
            await self._open.wait()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passage: Passage) -> None:
    """Carry bytes through `passage` until the sender has no more. Raises `OSError` where an end is gone.

    Each piece is delayed for as long as the passage says when it comes in, in order.
    """
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_MOST_WAITING)
    loop = asyncio.get_running_loop()

    async def take_in() -> None:
        while True:
            data = await reader.read(_LONGEST_READ)
            await waiting.put((loop.time() + passage.delay_s, data))
            if not data:
                return

    async def hand_on() -> None:
        while True:
            due, data = await waiting.get()
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            await passage.passes()
            if not data:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            writer.write(data)
            await writer.drain()

    tasks = [asyncio.ensure_future(take_in()), asyncio.ensure_future(hand_on())]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
