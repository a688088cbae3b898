"""A behaviour of Raft as a space-time diagram: a column per server, and of each step only what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lawful.checkers.exploration.behaviour import Moment, Move
from lawful.conformance.report.space_time import Line, space_time_lines
from lawful.models.local_steps import NETWORK
from lawful.models.raft.wording import change_text, message_text


def behaviour_lines(behaviour: Sequence[Move], moments: Sequence[Moment]) -> Iterator[str]:
    """The diagram. `moments` are the global states, one more than there are steps."""
    lines = [
        line
        for number, (move, before) in enumerate(zip(behaviour, moments, strict=False), 1)
        for line in _lines(number, move, before)
    ]
    names = {server: f"server {server}" for server in range(len(moments[0].states))}
    return space_time_lines(lines, names)


def _lines(number: int, move: Move, before: Moment) -> Iterator[Line]:
    step, server = move.step, move.server
    if step.action in NETWORK:
        assert move.received is not None
        source = move.received.source
        yield Line(str(number), server, f"⚡ {step.action} of server {source}: {message_text(move.received)}")
        return
    text = step.action if move.received is None else f"{step.action} ← server {move.received.source}"
    change = change_text(before.states[server], step.after)
    yield Line(str(number), server, f"{text}: {change}" if change else text)
    for message in step.sends:
        yield Line("", server, f"  → server {message.destination}: {message_text(message)}")
