"""The form of a workload: one script per client, which decides from its seed and from the answers it saw."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from lawful.models.history import Outcome
from lawful.models.values import Json

CURIOUS_VALUES: tuple[Json, ...] = (
    None,
    {},
    [],
    "",
    {"": []},
    "naïve — 漢字 🦉",
    'quotes " and \\ and \n a line',
    "\x00\x1f\x7f",
    2**63 - 1,
    -(2**63),
    0.1,
    True,
    {"nested": {"empty": {}, "null": None, "list": [1, "1", 1.0, True]}},
)
"""Values that come back changed from a store that is careless about types or encodings (clause TS-ALL-5)."""

CURIOUS_TEXTS = (
    "",
    "a:b",
    ":",
    "null",
    "1",
    "naïve — 漢字 🦉",
    "e\u0301 and \u00e9",
    "\u2028\u0085\ufeff",
    "\x00\x01\x1f\x7f",
    'quotes " and \\ and \r\n a line',
    "x" * 5000,
)
CURIOUS_INTEGERS = (0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63))


class Intent(NamedTuple):
    """The operation that a client wants to carry out next."""

    table: str
    key: str | None
    function: str
    arguments: Mapping[str, Json]


class Script(Protocol):
    """What one client does."""

    def next(self) -> Intent | None:
        """The next operation; None at the end of a script that ends."""
        ...

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        """Told what became of the last intent."""
        ...


class Workload(Protocol):
    """The scripts of a run."""

    @property
    def table(self) -> str:
        """The table that is worked on, which is also the name of the workload and of the model."""
        ...

    def script(self, client: int, seed: int) -> Script:
        """What client number `client` does until time is up."""
        ...

    def final_script(self, seed: int) -> Script:
        """What one fresh client does after every fault has healed and every claim and lease has expired."""
        ...


def generator_of(seed: int, role: str) -> random.Random:
    """A random generator that depends on nothing but its arguments, on any machine."""
    return random.Random(f"{seed}/{role}")
