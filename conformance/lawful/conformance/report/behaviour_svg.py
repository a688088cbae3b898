"""A behaviour as a picture: a lane for each process, time downwards, messages as arrows.

The file stands alone: no script, no font and nothing else is fetched. Whatever is shown is escaped.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

from lawful.checkers.exploration.behaviour import Moment, Move
from lawful.conformance.report.behaviour_columns import RAFT_WORDING, Wording
from lawful.models.local_steps import LOSE, NETWORK, REPEAT

_LANE = 330
_TOP = 74
_LINE = 15
_GAP = 12
_CHARACTERS = 42
"""Of a line of text beside a lane."""
_STYLE = """
text { font: 12px ui-monospace, monospace; fill: #222; paint-order: stroke; stroke: white; stroke-width: 4px }
.title { font-weight: bold }
.number { fill: #888; text-anchor: end }
.lane { stroke: #bbb }
.sent { fill: #555 }
.message { stroke: #0087ff; stroke-width: 1.5; fill: none }
.lost { stroke: #ff5faf; stroke-dasharray: 5 3 }
.waiting { stroke: #bbb; stroke-dasharray: 2 3 }
.loss { fill: #ff5faf; text-anchor: middle; font-size: 16px }
.step { fill: #0087ff }
.loop { stroke: #ff8700; stroke-width: 2; fill: none }
.again { fill: #c60 }
"""


class _Row(NamedTuple):
    """One step."""

    y: int
    lines: list[tuple[str, str]]
    """Texts beside the lane, each with its class."""


class _Arrow(NamedTuple):
    """A message on its way."""

    source: int
    begin: int
    """The row in which it was sent."""
    destination: int
    end: int | None
    """The row in which it arrived or was lost; None: it is still on its way."""
    is_lost: bool
    text: str


def behaviour_svg(
    title: str,
    behaviour: Sequence[Move],
    moments: Sequence[Moment],
    wording: Wording = RAFT_WORDING,
    loop: int | None = None,
) -> str:
    """The picture. `moments` are the global states, one more than there are steps.

    `loop`: after how many steps a loop begins, which the others are.
    """
    servers = len(moments[0].states)
    rows = list(_rows(behaviour, moments, wording, loop))
    height = (rows[-1].y + _LINE * len(rows[-1].lines) if rows else _TOP) + 3 * _LINE
    width = servers * _LANE + 80
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="20" y="24" class="title">{escape(title)}</text>',
        *(_lane(server, height, wording) for server in range(servers)),
        *(_arrow(arrow, rows, height) for arrow in _arrows(behaviour, wording)),
        *(
            part
            for move, (number, row) in zip(behaviour, enumerate(rows, 1), strict=True)
            for part in _step(number, move, row)
        ),
        *([] if loop is None else _loop(loop, rows, width, height)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(server: int) -> int:
    return 70 + server * _LANE


def _rows(behaviour: Sequence[Move], moments: Sequence[Moment], wording: Wording, loop: int | None) -> Iterator[_Row]:
    y = _TOP
    for number, (move, before) in enumerate(zip(behaviour, moments, strict=False)):
        y += 2 * _LINE if number == loop else 0
        lines = [
            (line, css) for text, css in _texts(move, before, wording) for line in textwrap.wrap(text, _CHARACTERS)
        ]
        yield _Row(y, lines)
        y += _LINE * len(lines) + _GAP


def _texts(move: Move, before: Moment, wording: Wording) -> Iterator[tuple[str, str]]:
    step = move.step
    if step.action in NETWORK:
        yield f"{step.action}: {wording.message(move.received)}", "sent"
        return
    change = wording.change(before.states[move.server], step.after)
    yield f"{step.action}: {change}" if change else step.action, "done"
    for line in wording.more(before.states[move.server], step.after):
        yield line, "done"
    for message in step.sends:
        yield f"→ {wording.name(message.destination)}: {wording.message(message)}", "sent"


def _arrows(behaviour: Sequence[Move], wording: Wording) -> Iterator[_Arrow]:
    """Of equal messages in flight, the one that was sent first arrives first."""
    waiting: list[tuple[Any, int]] = []
    for row, move in enumerate(behaviour):
        step, received = move.step, move.received
        if received is not None and step.action != REPEAT and not step.keeps:
            place = next(place for place, (message, _) in enumerate(waiting) if message == received)
            yield _arrow_of(*waiting.pop(place), row, step.action == LOSE, wording)
        if step.action == REPEAT:
            sent = next(begin for message, begin in waiting if message == received)
            waiting.append((received, sent))
        else:
            waiting += [(message, row) for message in step.sends]
    for message, begin in waiting:
        yield _arrow_of(message, begin, None, False, wording)


def _arrow_of(message: Any, begin: int, end: int | None, is_lost: bool, wording: Wording) -> _Arrow:
    return _Arrow(message.source, begin, message.destination, end, is_lost, wording.message(message))


def _lane(server: int, height: int, wording: Wording) -> str:
    x, name = _x(server), escape(wording.name(server))
    return (
        f'<text x="{x + 10}" y="50" class="title">{name}</text>'
        f'<line x1="{x}" y1="40" x2="{x}" y2="{height - 10}" class="lane"/>'
    )


def _arrow(arrow: _Arrow, rows: Sequence[_Row], height: int) -> str:
    """A line that ends in a head, or in a cross short of the lane, or nowhere."""
    x1, x2 = _x(arrow.source), _x(arrow.destination)
    y1 = rows[arrow.begin].y
    y2 = height - 20 if arrow.end is None else rows[arrow.end].y
    title = f"<title>{escape(arrow.text)}</title>"
    if x1 == x2:
        path = f"M{x1} {y1} C{x1 - 30} {y1}, {x1 - 30} {y2}, {x2} {y2}"
        end = (x2 - 12, y2)
    else:
        part = 0.8 if arrow.is_lost or arrow.end is None else 1.0
        end = (round(x1 + (x2 - x1) * part), round(y1 + (y2 - y1) * part))
        path = f"M{x1} {y1} L{end[0]} {end[1]}"
    if arrow.is_lost:
        cross = f'<text x="{end[0]}" y="{end[1] + 5}" class="loss">✕</text>'
        return f'<g>{title}<path d="{path}" class="message lost"/>{cross}</g>'
    if arrow.end is None:
        return f'<g>{title}<path d="{path}" class="message waiting"/></g>'
    side = -9 if x1 < x2 or x1 == x2 else 9
    head = f'<path d="M{x2 + side} {y2 - 4} L{x2} {y2} L{x2 + side} {y2 + 4}" class="message"/>'
    return f'<g>{title}<path d="{path}" class="message"/>{head}</g>'


def _step(number: int, move: Move, row: _Row) -> Iterator[str]:
    x = _x(move.server)
    yield f'<text x="{x - 32}" y="{row.y + 4}" class="number">{number}</text>'
    if move.step.action not in NETWORK:
        yield f'<circle cx="{x}" cy="{row.y}" r="4" class="step"/>'
    for place, (text, css) in enumerate(row.lines):
        yield f'<text x="{x + 10}" y="{row.y + 4 + _LINE * place}" class="{css}">{escape(text)}</text>'


def _loop(loop: int, rows: Sequence[_Row], width: int, height: int) -> Iterator[str]:
    """A bracket from where the loop begins to the end."""
    if loop == len(rows):
        yield f'<text x="20" y="{height - 12}" class="again">■ from here on, nothing</text>'
        return
    y = rows[loop].y - 2 * _LINE
    yield f'<text x="20" y="{y}" class="again">↻ from here on, again and again</text>'
    yield f'<path d="M{width - 20} {height - 14} H{width - 8} V{y} H{width - 20}" class="loop"/>'
    yield f'<path d="M{width - 14} {y - 5} L{width - 22} {y} L{width - 14} {y + 5}" class="loop"/>'
