"""Shorter ways to the same failure: leave out what can be left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lawful.checkers.exploration.local_moves import Option


def shortened(way: list[Option], replayed: Callable[[Sequence[Option]], list[Option] | None]) -> list[Option]:
    """The way without the moves that can be left out one after the other, from the end to the beginning.

    `replayed`: a way by moves like these up to where it fails; None where it does not.
    """
    length = len(way) + 1
    while len(way) < length:
        length = len(way)
        for left_out in reversed(range(length)):
            if left_out < len(way):
                way = replayed([*way[:left_out], *way[left_out + 1 :]]) or way
    return way


def like(options: Sequence[Option], hint: Option) -> Option | None:
    """The first of the options that does the same as another one, in a state that may differ; None where none does."""
    wanted = _likeness(hint)
    return next((one for one in options if _likeness(one) == wanted), None)


def _likeness(option: Option) -> tuple[object, ...]:
    """What two moves have in common that do the same in states that differ: who, what, with which message."""
    move = option.move
    return move.server, move.step.action, move.received, option.sends
