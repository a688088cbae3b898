"""Strongly connected components (Tarjan, 1972), without recursion."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.linearizability.monitors.compiled import kernel, run

Ints = NDArray[Any]


def components(states: int, source: Ints, target: Ints) -> Ints:
    """By state, the number of its component. Edges are in any order.

    >>> components(3, np.array([0, 1]), np.array([1, 0])).tolist()
    [0, 0, 1]
    """
    order = np.argsort(source, kind="stable")
    first = np.searchsorted(source[order], np.arange(states + 1))
    label = np.full(states, -1)
    numbers = tuple(np.zeros(states, np.int64) for _ in range(5))
    turns = states + len(source)
    run(_labelled, states, first, target[order], filled=(label, *numbers), turns=turns)
    return label


@kernel
def _labelled(
    states: int,
    first: Sequence[int],
    target: Sequence[int],
    label: MutableSequence[int],
    visited: MutableSequence[int],
    lowest: MutableSequence[int],
    stack: MutableSequence[int],
    path: MutableSequence[int],
    place: MutableSequence[int],
) -> int:
    """Fill `label` in, where -1 stands for what has no component yet; the others begin with zeros."""
    made, size, count = 0, 0, 0
    for root in range(states):
        if visited[root] != 0:
            continue
        length = 1
        path[0] = root
        while length > 0:
            node = path[length - 1]
            if visited[node] == 0:
                made += 1
                visited[node] = made
                lowest[node] = made
                place[node] = first[node]
                stack[size] = node
                size += 1
            if place[node] < first[node + 1]:
                other = target[place[node]]
                place[node] += 1
                if visited[other] == 0:
                    path[length] = other
                    length += 1
                elif label[other] < 0:
                    lowest[node] = min(lowest[node], visited[other])
                continue
            length -= 1
            if length > 0:
                before = path[length - 1]
                lowest[before] = min(lowest[before], lowest[node])
            if lowest[node] == visited[node]:
                other = -1
                while other != node:
                    size -= 1
                    other = stack[size]
                    label[other] = count
                count += 1
    return count
