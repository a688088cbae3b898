"""A small algorithm to be searched: servers hand a token on, and count how often they had it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lawful.models.local_steps import LocalStep, OfPair, OfServer, OfStep


@dataclass(frozen=True)
class Holder:
    """A server of the ring."""

    has_token: bool
    times: int = 0


@dataclass(frozen=True)
class Token:
    """The token on its way."""

    source: int
    destination: int


class Ring:
    """Server 0 has the token at first; whoever has it hands it to any other."""

    servers = 3
    in_flight = 1
    actions: tuple[str, ...] = ("hand on", "take")
    most = 2

    def initial(self, server: int) -> Any:
        return Holder(has_token=server == 0)

    def steps(self, server: int, state: Any) -> Iterable[LocalStep[Any, Any]]:
        if state.has_token:
            for other in range(self.servers):
                if other != server:
                    yield LocalStep("hand on", replace(state, has_token=False), (Token(server, other),))

    def receive(self, server: int, state: Any, message: Any) -> Iterator[LocalStep[Any, Any]]:
        yield LocalStep("take", Holder(has_token=True, times=state.times + 1))

    def source(self, message: Any) -> int:
        return int(message.source)

    def destination(self, message: Any) -> int:
        return int(message.destination)

    def is_within(self, state: Any) -> bool:
        return bool(state.times <= self.most)

    def renamed_state(self, state: Any, new: Sequence[int]) -> Any:
        return state

    def renamed_message(self, message: Any, new: Sequence[int]) -> Any:
        return Token(new[message.source], new[message.destination])


class RingOfEquals(Ring):
    """Anyone may make a token at first, so that it makes no difference how servers are called."""

    actions = ("hand on", "take", "make")

    def initial(self, server: int) -> Any:
        return Holder(has_token=False)

    def steps(self, server: int, state: Any) -> Iterable[LocalStep[Any, Any]]:
        yield from super().steps(server, state)
        if not state.has_token and not state.times:
            yield LocalStep("make", Holder(has_token=True, times=1))


ONE_TOKEN = OfPair("one-token", lambda a, b: not (a.has_token and b.has_token), lambda a, b: a.has_token)
FEW_TIMES = OfServer("few-times", lambda state: state.times < 2, lambda state: state.times > 0)
COUNTS_UP = OfStep("counts-up", lambda a, b: b.times >= a.times, lambda a, b: a.times != b.times)
"""Holds."""
NEVER_COUNTS = OfStep("never-counts", lambda a, b: b.times == a.times, lambda a, b: True)
NOTHING_AT_ALL = OfServer("nothing-at-all", lambda state: True, lambda state: state.times > 99)
