"""Simple objects in the replicated state: carried out by their sequential models, which leave nothing open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lawful.models.catalogue import MODELS
from lawful.models.model import AnyModel, Call
from lawful.models.values import Json

_NAMES = ("cas-register", "set", "fifo-queue", "semaphore")
OBJECTS: Mapping[str, AnyModel[Any]] = {name: MODELS[name](None, 0) for name in _NAMES}
"""By the name of the model."""


def carried_out(name: str, state: Any, call: Call) -> tuple[Json, Any]:
    """The answer of a call and the state after it; `state`: None at first. Raises `UnknownCall`."""
    model: Any = OBJECTS[name]
    (transition,) = model.step(model.initial() if state is None else state, call)
    return transition.reply, transition.state
