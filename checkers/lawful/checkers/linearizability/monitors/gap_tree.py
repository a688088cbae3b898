"""A number per gap, with additions to ranges of gaps and a search for the first one that is not positive.

A segment tree in two arrays. Node 1 is the root, 2n and 2n + 1 are the children of n, and the leaves are the nodes
`size` to 2 * size - 1, where `size` is a power of two. least[n] is the least number below n without what was added to
ranges that contain all of n's parent; added[n] is what was added to all of n. Both operations take O(log size).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lawful.checkers.columns import Numbers
from lawful.checkers.linearizability.monitors.compiled import kernel

TAKEN = 1 << 30
"""The number of a leaf that no search finds any more."""


def tree_of(leaves: Numbers) -> tuple[Numbers, Numbers]:
    """The arrays `least` and `added` of a tree over these numbers."""
    size = 1 << (len(leaves) - 1).bit_length()
    least = np.full(2 * size, TAKEN, np.int32)
    least[size : size + len(leaves)] = leaves
    node = size
    while node > 1:
        node //= 2
        least[node : 2 * node] = least[2 * node : 4 * node].reshape(-1, 2).min(axis=1)
    return least, np.zeros(2 * size, np.int32)


@kernel
def add(least: Any, added: Any, first: int, last: int, amount: int) -> None:
    """Add to the leaves [first, last)."""
    size = len(least) // 2
    low, high = first + size, last + size
    while low < high:
        if low & 1:
            least[low] += amount
            added[low] += amount
            low += 1
        if high & 1:
            high -= 1
            least[high] += amount
            added[high] += amount
        low //= 2
        high //= 2
    # From the first leaf and from the last one up.
    for leaf in range(first, last, max(last - first - 1, 1)):
        node = (leaf + size) // 2
        while node > 0:
            least[node] = min(least[2 * node], least[2 * node + 1]) + added[node]
            node //= 2


@kernel
def first_free(least: Any, added: Any, first: int) -> int:
    """The first leaf from `first` on whose number is not positive; the number of leaves where there is none."""
    size = len(least) // 2
    if first >= size:
        return size
    node = first + size
    # What was added to ranges that contain the parent of the node.
    above = 0
    parent = node // 2
    while parent > 0:
        above += added[parent]
        parent //= 2
    while least[node] + above > 0:
        while node & 1:
            node //= 2
            if node <= 1:
                return size
            above -= added[node]
        node += 1
    while node < size:
        above += added[node]
        node *= 2
        if least[node] + above > 0:
            node += 1
    return node - size


@kernel
def number_at(least: Any, added: Any, leaf: int) -> int:
    """The number of one leaf."""
    node = leaf + len(least) // 2
    number = least[node]
    while node > 1:
        node //= 2
        number += added[node]
    return int(number)


def ends_of(leaves: Numbers) -> Numbers:
    """A tree that finds the first of some intervals that ends beyond a gap: a node has the latest end below."""
    size = 1 << (len(leaves) - 1).bit_length() if len(leaves) else 1
    ends = np.zeros(2 * size, np.int32)
    ends[size : size + len(leaves)] = leaves
    node = size
    while node > 1:
        node //= 2
        ends[node : 2 * node] = ends[2 * node : 4 * node].reshape(-1, 2).max(axis=1)
    return ends


@kernel
def first_beyond(ends: Any, gap: int) -> int:
    """The first interval that ends beyond `gap`; -1 where there is none."""
    if ends[1] <= gap:
        return -1
    size = len(ends) // 2
    node = 1
    while node < size:
        node *= 2
        if ends[node] <= gap:
            node += 1
    return node - size


@kernel
def set_end(ends: Any, interval: int, end: int) -> None:
    """Let an interval end elsewhere; at 0, so that it is not found any more."""
    node = interval + len(ends) // 2
    ends[node] = end
    node //= 2
    while node > 0:
        ends[node] = max(ends[2 * node], ends[2 * node + 1])
        node //= 2
