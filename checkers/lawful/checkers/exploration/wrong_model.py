"""A model that is not what the search takes it for: what it reports would be about some other algorithm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from lawful.models.local_steps import AnyModel, AnyStep


class WrongModel(Exception):
    """The message names the step, the server and the state."""


def steps_of(model: AnyModel, server: int, state: Any, message: Any | None) -> tuple[AnyStep, ...]:
    """What the server may do by itself, or with the message. Raises `WrongModel` for a step that is none."""
    found = model.steps(server, state) if message is None else model.receive(server, state, message)
    steps = tuple(found)
    for step in steps:
        if step.action not in model.actions:
            raise WrongModel(f"the step {step.action!r} of server {server} is not among the model's actions")
        require_hashable(step.after, f"the step {step.action!r} of server {server} leads to a state")
        for sent in step.sends:
            require_hashable(sent, f"the step {step.action!r} of server {server} sends a message")
            _require_address(model, step, server, sent)
        if step.keeps and message is None:
            raise WrongModel(f"the step {step.action!r} of server {server} keeps a message, but it received none")
    return steps


def require_hashable(value: Any, what: str) -> None:
    """Raises `WrongModel` for a value that cannot be recognised when it comes again."""
    try:
        hash(value)
    except TypeError as error:
        raise WrongModel(f"{what} that cannot be hashed ({error}): {value!r}") from error


def _require_address(model: AnyModel, step: AnyStep, server: int, message: Any) -> None:
    destination = model.destination(message)
    if destination not in range(model.servers):
        raise WrongModel(
            f"the step {step.action!r} of server {server} sends to server {destination}, and there are "
            f"{model.servers}, numbered from 0: {message!r}"
        )


Marks = tuple[tuple[str, int], ...]
"""Steps, each as its action and a number that stands for the rest of it within one process."""


def marks(steps: Iterable[AnyStep]) -> Marks:
    """The same for the same steps, in whatever order they are."""
    return tuple(sorted((step.action, hash(step)) for step in steps))


def differing(first: Marks, second: Marks) -> str:
    """The actions by which two answers of a model differ: `'take', 'hand on'`."""
    less, more = Counter(first), Counter(second)
    return ", ".join(dict.fromkeys(repr(action) for action, _ in (less - more) + (more - less)))
