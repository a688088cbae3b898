"""What the network does with a message in flight, as steps."""

from __future__ import annotations

from typing import Any

from lawful.models.local_steps import LOSE, NETWORK, AnyModel, AnyStep, LocalStep


def network_of(model: AnyModel) -> tuple[str, ...]:
    """What the network does in this model: messages get lost and repeated, unless its `network` says less."""
    actions: tuple[str, ...] = getattr(model, "network", NETWORK)
    return actions


def network_step(action: str, state: Any, message: Any) -> AnyStep:
    """Written as a step of the receiver, which stays as it is."""
    return LocalStep(action, state) if action == LOSE else LocalStep(action, state, (message,), keeps=True)
