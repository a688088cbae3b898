"""What the network does with a message in flight, besides delivering it at any time."""

from __future__ import annotations

from typing import Any

from lawful.models.local_steps import AnyStep, LocalStep

LOSE = "lose message"
REPEAT = "repeat message"
NETWORK = (LOSE, REPEAT)


def network_step(action: str, state: Any, message: Any) -> AnyStep:
    """Written as a step of the receiver, which stays as it is."""
    return LocalStep(action, state) if action == LOSE else LocalStep(action, state, (message,), keeps=True)
