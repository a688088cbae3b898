"""What clients do to objects simpler than tables: a register, a set, a queue, a lock.

Every value is written once, so a value that is lost, doubled or stale says whose it was. The names are those of the
models. Each object has a few independent keys, which keeps what has to be searched small.
"""

from __future__ import annotations

import itertools
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator

from lawful.conformance.workloads.script import Intent, Script, generator_of
from lawful.models.history import Outcome
from lawful.models.values import Json

KEYS = ("a", "b", "c", "d")
_MEMORY = 40
"""Of its own values, those that a client asks for again."""
_CLIENTS = 16
"""Client numbers whose values are looked for at the end."""
_GAP = 64
"""Numbers in a row that no client has inserted, after which none is looked for."""
_MOST_DEQUEUED = 2000


class ObjectClient(ABC):
    """One client of one object; implements `Script`."""

    def __init__(self, name: str, client: int, chance: random.Random) -> None:
        self.name = name
        self.client = client
        self.chance = chance
        self._ahead: deque[Intent] = deque()
        self._numbers = itertools.count()

    def next(self) -> Intent:
        return self._ahead.popleft() if self._ahead else self.draw(self.chance.choice(KEYS))

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        if outcome is Outcome.OK:
            self.believe(intent, result)
        elif outcome is Outcome.UNKNOWN:
            self._ahead.extend(self.look(intent))

    @abstractmethod
    def draw(self, key: str) -> Intent:
        """An operation on the part `key`."""

    def look(self, intent: Intent) -> Iterator[Intent]:
        """What shows what became of an operation; nothing where no reading function does."""
        return iter(())

    def believe(self, intent: Intent, result: Json) -> None:  # noqa: B027 (most have nothing to learn)
        """Told what an operation answered."""

    def own_value(self) -> str:
        """A value that no one else writes."""
        return value_of(self.client, next(self._numbers))

    def intent(self, key: str | None, function: str, **arguments: Json) -> Intent:
        return Intent(self.name, key, function, arguments)


class RegisterClient(ObjectClient):
    """Reads, writes, and replaces what it read last."""

    def __init__(self, name: str, client: int, chance: random.Random) -> None:
        super().__init__(name, client, chance)
        self._seen: dict[str | None, Json] = {}

    def draw(self, key: str) -> Intent:
        match self.chance.choice(("read", "read", "write", "cas")):
            case "write":
                return self.intent(key, "write", value=self.own_value())
            case "cas":
                return self.intent(key, "cas", old=self._seen.get(key), new=self.own_value())
        return self.intent(key, "read")

    def look(self, intent: Intent) -> Iterator[Intent]:
        yield self.intent(intent.key, "read")

    def believe(self, intent: Intent, result: Json) -> None:
        if intent.function == "read":
            self._seen[intent.key] = result


class SetClient(ObjectClient):
    """Inserts values of its own, and asks for them and for those of others."""

    def __init__(self, name: str, client: int, chance: random.Random) -> None:
        super().__init__(name, client, chance)
        self._inserted: deque[int] = deque(maxlen=_MEMORY)
        self._last = 0

    def draw(self, key: str) -> Intent:
        if self.chance.choice((True, False)) or not self._last:
            self._last = next(self._numbers)
            return self.at(self.client, self._last, "insert")
        if len(self._inserted) > 0 and self.chance.choice((True, False)):
            return self.at(self.client, self.chance.choice(self._inserted), "contains")
        return self.at(self.chance.randrange(_CLIENTS), self.chance.randrange(self._last + 1), "contains")

    def look(self, intent: Intent) -> Iterator[Intent]:
        yield self.intent(intent.key, "contains", **intent.arguments)

    def believe(self, intent: Intent, result: Json) -> None:
        if intent.function == "insert":
            self._inserted.append(self._last)

    def at(self, client: int, number: int, function: str) -> Intent:
        """A value is always in the same part."""
        return self.intent(KEYS[number % len(KEYS)], function, value=value_of(client, number))


class QueueClient(ObjectClient):
    """Puts values of its own in, and takes out as many."""

    def draw(self, key: str) -> Intent:
        if self.chance.choice((True, False)):
            return self.intent(key, "enqueue", value=self.own_value())
        return self.intent(key, "dequeue")


class LockClient(ObjectClient):
    """Takes a lock, and gives it back soon."""

    def __init__(self, name: str, client: int, chance: random.Random) -> None:
        super().__init__(name, client, chance)
        self._held: list[str | None] = []

    def draw(self, key: str) -> Intent:
        if len(self._held) > 0 and self.chance.choice((True, True, False)):
            return self.intent(self._held.pop(0), "release")
        return self.intent(key, "acquire")

    def believe(self, intent: Intent, result: Json) -> None:
        if intent.function == "acquire" and result is True:
            self._held.append(intent.key)


class FinalReads:
    """What one fresh client does at the end; each intent may depend on the answers so far. Implements `Script`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._answer: Json = None
        self._intents = self._final()

    def next(self) -> Intent | None:
        return next(self._intents, None)

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        self._answer = result if outcome is Outcome.OK else None

    def _final(self) -> Iterator[Intent]:
        if self._name == "set":
            yield from self._values()
        elif self._name == "fifo-queue":
            yield from self._emptied()
        else:
            function = "acquire" if self._name == "semaphore" else "read"
            yield from (Intent(self._name, key, function, {}) for key in KEYS)

    def _values(self) -> Iterator[Intent]:
        gap = 0
        for number in itertools.count():
            gap += 1
            for client in range(_CLIENTS):
                yield Intent(self._name, KEYS[number % len(KEYS)], "contains", {"value": value_of(client, number)})
                gap = 0 if self._answer is True else gap
            if gap > _GAP:
                return

    def _emptied(self) -> Iterator[Intent]:
        for key in KEYS:
            for _ in range(_MOST_DEQUEUED):
                yield Intent(self._name, key, "dequeue", {})
                if self._answer is None:
                    break


def value_of(client: int, number: int) -> str:
    """The value that a client writes with its operation of that number."""
    return f"{client}-{number}"


class ObjectWorkload:
    """The workload of a simple object; implements `Workload`."""

    def __init__(self, name: str, client: Callable[[str, int, random.Random], ObjectClient]) -> None:
        self.table = name
        self._client = client

    def script(self, client: int, seed: int) -> Script:
        return self._client(self.table, client, generator_of(seed, f"{self.table}/{client}"))

    def final_script(self, seed: int) -> Script:
        return FinalReads(self.table)


OBJECTS: dict[str, ObjectWorkload] = {
    name: ObjectWorkload(name, client)
    for name, client in {
        "cas-register": RegisterClient,
        "set": SetClient,
        "fifo-queue": QueueClient,
        "semaphore": LockClient,
    }.items()
}
"""By the name of the model that they are judged by."""
