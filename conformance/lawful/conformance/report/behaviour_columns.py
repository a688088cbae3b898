"""A behaviour as a space-time diagram: a column per process, and of each step only what it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from lawful.checkers.exploration.behaviour import Moment, Move
from lawful.conformance.report.space_time import Line, space_time_lines
from lawful.models.local_steps import NETWORK
from lawful.models.raft.wording import change_text, message_text


class Wording(NamedTuple):
    """How the steps of a model are called."""

    name: Callable[[int], str]
    """Of a process."""
    message: Callable[[Any], str]
    """Without its addresses."""
    change: Callable[[Any, Any], str]
    """What differs between two states of a process."""
    more: Callable[[Any, Any], Iterable[str]] = lambda before, after: ()
    """What else there is to say of a step, a line for each."""


RAFT_WORDING = Wording(lambda server: f"server {server}", message_text, change_text)


def behaviour_lines(
    behaviour: Sequence[Move],
    moments: Sequence[Moment],
    wording: Wording = RAFT_WORDING,
    order: Sequence[int] | None = None,
    loop: int | None = None,
) -> Iterator[str]:
    """The diagram. `moments` are the global states, one more than there are steps; `order` is that of the columns.

    `loop`: after how many steps a loop begins, which the others are.
    """
    lines = []
    for number, (move, before) in enumerate(zip(behaviour, moments, strict=False), 1):
        if number - 1 == loop:
            lines.append(Line("↻", None, "from here on, again and again:"))
        lines += _lines(number, move, before, wording)
    if loop == len(behaviour):
        lines.append(Line("■", None, "from here on, nothing"))
    names = {server: wording.name(server) for server in order or range(len(moments[0].states))}
    return space_time_lines(lines, names)


def _lines(number: int, move: Move, before: Moment, wording: Wording) -> Iterator[Line]:
    step, server = move.step, move.server
    if step.action in NETWORK:
        assert move.received is not None
        source = wording.name(move.received.source)
        yield Line(str(number), server, f"⚡ {step.action} of {source}: {wording.message(move.received)}")
        return
    text = step.action if move.received is None else f"{step.action} ← {wording.name(move.received.source)}"
    change = wording.change(before.states[server], step.after)
    yield Line(str(number), server, f"{text}: {change}" if change else text)
    for line in wording.more(before.states[server], step.after):
        yield Line("", server, f"  {line}")
    for message in step.sends:
        yield Line("", server, f"  → {wording.name(message.destination)}: {wording.message(message)}")
