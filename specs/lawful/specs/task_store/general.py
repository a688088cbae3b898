"""What holds for every table of the task store."""

from __future__ import annotations

from lawful.specs.clause import Clause, Level

_SOURCE = "task-store contract, what must hold everywhere"


def _clause(number: int, level: Level, sentence: str, source: str = _SOURCE, *, weaker: str | None = None) -> Clause:
    return Clause(f"TS-ALL-{number}", "all", level, sentence, source, weaker)


GENERAL_CLAUSES = (
    _clause(
        1,
        Level.CONCURRENT,
        "Each operation takes effect at one instant between its call and its return, as if it ran alone.",
        f"{_SOURCE}; Herlihy and Wing, TOPLAS 1990",
    ),
    _clause(
        2,
        Level.CONCURRENT,
        "A list shows a row and its index entry together or not at all.",
    ),
    _clause(
        3,
        Level.CRASH,
        "What was acknowledged stays, whichever client, server or minority of servers crashes afterwards.",
        weaker="What was acknowledged stays, but for {lost} before a server crashed; what is left is a prefix of what "
        "took effect.",
    ),
    _clause(
        4,
        Level.SEQUENTIAL,
        "An operation answered with an error did not take effect, unless the error says that this is unknown.",
    ),
    _clause(
        5,
        Level.SEQUENTIAL,
        "Values come back exactly as they were written: types, nulls, unicode, 64-bit integers, empty maps.",
    ),
    _clause(
        6,
        Level.SEQUENTIAL,
        "An operation that is sent again with the same identity takes effect once.",
    ),
    _clause(
        7,
        Level.CONCURRENT,
        "A client that saw a value never later sees an older one.",
        f"{_SOURCE}; monotonic reads, Terry et al., PDIS 1994",
    ),
)
