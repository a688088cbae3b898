"""How many schedules a graph of positions stands for.

Every move adds to what a client has done, to the crashes or to the time, so the graph has no cycle.
"""

from __future__ import annotations

from collections.abc import Sequence


def paths(edges: Sequence[Sequence[int]]) -> int:
    """How many ways lead from position 0 to a position without a next one; `edges`: the next ones of each.

    >>> paths([[1, 2], [3], [3], []])
    2
    """
    counts: dict[int, int] = {}
    ahead = [0]
    while ahead:
        number = ahead[-1]
        missing = [following for following in edges[number] if following not in counts]
        if missing:
            ahead += missing
            continue
        counts[number] = sum(counts[following] for following in edges[number]) or 1
        ahead.pop()
    return counts[0]
