"""What is explored: a variant of a protocol with some clients, and how much may go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lawful.models.primitives.command import Answer, Command, Done, next_command
from lawful.models.protocols.protocol import Invocation, Protocol, Variant
from lawful.models.values import Json

AUDITOR = 0
"""The client that sets up and looks at the end. The others are numbered from 1."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """A variant, its clients and the bounds."""

    protocol: Protocol
    variant: Variant
    clients: int = 2
    crashes: int = 1
    pauses: int = 0

    def name(self, client: int) -> str:
        """The name that a client gives itself: `w1`."""
        return f"w{client}"

    def role(self, client: int) -> int:
        return min(client, len(self.protocol.roles)) - 1

    def script(self, client: int) -> tuple[Invocation, ...]:
        """What a client does, one operation after the other."""
        return _script(self, client)

    def twin_before(self, client: int) -> int | None:
        """The client with the next lower number, where it plays the same role."""
        return client - 1 if client > len(self.protocol.roles) else None

    def next(self, function: str, arguments: Mapping[str, Json], answers: tuple[Answer, ...]) -> Command | Done:
        """What the program of an operation does after these answers."""
        operation = self.variant.operations[function]
        return next_command(lambda: operation(**arguments), answers)


@lru_cache(maxsize=256)
def _script(scenario: Scenario, client: int) -> tuple[Invocation, ...]:
    return tuple(scenario.protocol.roles[scenario.role(client)](scenario.name(client)))


def scenario_of(
    protocol: Protocol,
    variant: Variant,
    clients: int | None = None,
    crashes: int | None = None,
    pauses: int | None = None,
) -> Scenario:
    """The scenario with the bounds of the protocol where none are given."""
    return Scenario(
        protocol,
        variant,
        max(2, len(protocol.roles)) if clients is None else clients,
        protocol.crashes if crashes is None else crashes,
        protocol.pauses if pauses is None else pauses,
    )


def arguments_of(invocation: Invocation, results: tuple[Json, ...]) -> Mapping[str, Any] | None:
    """The arguments of an operation after the results of the earlier ones; None: the client stops."""
    arguments = invocation.arguments
    return arguments(results) if callable(arguments) else arguments
