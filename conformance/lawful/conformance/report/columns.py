"""A short history as text: one column per client, time downwards, a rule where everything above had returned.

Operations between two rules overlap, directly or through others, and could have taken effect in any order that real
time allows; across a rule the order is certain. Only operations that matter are meant to be shown: a picture of more
than a screen is cut, and says so.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from lawful.models.history import FaultEvent, Operation, Outcome
from lawful.models.wording import answer_text, call_text, fault_text, operation_text

MOST_OPERATIONS = 40
SCREEN = 118
NARROWEST = 18
_MOST_COLUMNS = 5
SEPARATOR = " │ "


def columns(operations: Sequence[Operation], faults: Sequence[FaultEvent] = ()) -> str:
    """The picture of `operations`, with the `faults` that began while they ran.

    >>> from lawful.models.history import Outcome
    >>> write = Operation(0, 1, "register", "write", {"value": 1}, Outcome.OK, 0, 1)
    >>> read = Operation(1, 2, "register", "read", {}, Outcome.OK, 2, 3, result=None)
    >>> print(columns([write, read]))
    client 1           │ client 2
    ───────────────────┼────────────────────
    #0 write(value=1)  │
       → null          │
    ───────────────────┼────────────────────
                       │ #1 read()
                       │    → null
    """
    shown = sorted(operations, key=lambda operation: operation.call_ns)[:MOST_OPERATIONS]
    if not shown:
        return "(no operations)"
    processes = sorted({operation.process for operation in shown})
    if len(processes) > _MOST_COLUMNS:
        return _list(operations, shown)
    width = _width(shown, len(processes))
    rule = "┼".join("─" * (width + (1 if i == 0 else 2)) for i in range(len(processes)))
    lines = [joined([f"client {process}" for process in processes], width), rule]
    open_until_ns: float = shown[0].call_ns
    waiting = sorted(
        (fault for fault in faults if shown[0].call_ns <= fault.call_ns <= shown[-1].call_ns),
        key=lambda fault: fault.call_ns,
    )
    for position, operation in enumerate(shown):
        if position and operation.call_ns > open_until_ns:
            lines.append(rule)
        while waiting and waiting[0].call_ns <= operation.call_ns:
            lines.append(f"⚡ {fault_text(waiting.pop(0))}")
        lines += _cell(operation, processes.index(operation.process), len(processes), width)
        known = operation.outcome is not Outcome.UNKNOWN and operation.return_ns is not None
        open_until_ns = max(open_until_ns, operation.return_ns or 0) if known else float("inf")
    if len(operations) > len(shown):
        lines.append(f"… and {len(operations) - len(shown)} more operations")
    return "\n".join(line.rstrip() for line in lines)


def _list(operations: Sequence[Operation], shown: Sequence[Operation]) -> str:
    """One operation a line: so many columns would not fit on a screen."""
    lines = [operation_text(operation) for operation in shown]
    if len(operations) > len(shown):
        lines.append(f"… and {len(operations) - len(shown)} more operations")
    return "\n".join(lines)


def _width(operations: Sequence[Operation], columns_: int) -> int:
    """As wide as the longest text needs, within what a screen of 118 characters leaves to each column."""
    longest = max(len(f"#{o.index} {call_text(o)}") for o in operations)
    longest = max(longest, *(3 + len(answer_text(o)) for o in operations))
    return max(NARROWEST, min(longest, SCREEN // columns_ - len(SEPARATOR)))


def _cell(operation: Operation, column: int, columns_: int, width: int) -> list[str]:
    """The lines of one operation, in its column."""
    texts = textwrap.wrap(
        f"#{operation.index} {call_text(operation)}", width, subsequent_indent="   ", break_on_hyphens=False
    )
    texts += textwrap.wrap(
        answer_text(operation), width, initial_indent="   ", subsequent_indent="     ", break_on_hyphens=False
    )
    return [joined(["" if i != column else text for i in range(columns_)], width) for text in texts]


def joined(cells: Sequence[str], width: int) -> str:
    """One line across all columns."""
    return SEPARATOR.join(cell.ljust(width) for cell in cells)
