"""Blocks of operations that take effect one block after the other, never interleaved: in which order may they?

The operations on a register whose values are all different fall into such blocks, a write with the reads of its value.
Gibbons and Korach (Testing Shared Memories, SIAM J. Comput. 26(4), 1997, section 4) decide them by their *zones*: from
the first return f in a block to its last call s. Where f < s, the zone is *forward*, and the block occupies all of
[f, s]. Otherwise it is *backward*, and some instant of [s, f] suffices. The blocks can be put in an order exactly
where no two forward zones overlap and no backward zone lies inside a forward one.

Their proof uses nothing of reads and writes but that a block is not interleaved with others. So it holds as well for
chains of compare-and-sets and for a text with all that was appended to it; only the order within a block, which is
given here as a *rank*, must agree with real time.

Each operation is in one block; the block that was there at the beginning, if there is one, precedes all others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lawful.checkers.columns import Integers, Numbers

BEFORE_ALL = -1


class Members(NamedTuple):
    """The operations of all blocks, as columns."""

    row: Integers
    block: Numbers
    """Blocks are numbered from 0."""
    rank: Numbers
    """Operations of a block take effect in order of rank; where it is equal, in any order."""
    call: Numbers
    last: Numbers


class Contradiction(Exception):
    """The blocks have no order: the members that show it, the blocks, and a sentence with a gap for each of these."""

    def __init__(self, members: list[int], blocks: list[int], sentence: str) -> None:
        super().__init__(sentence)
        self.members = members
        self.blocks = blocks
        self.sentence = sentence


class Zones(NamedTuple):
    """Per block, its first return and its last call."""

    first_return: Numbers
    last_call: Numbers


def zones_of(members: Members, blocks: int, initial: int | None) -> Zones:
    """The zones of `blocks` blocks; `initial` is the one that was there at the beginning. Empty blocks do no harm."""
    first_return = np.full(blocks, np.iinfo(np.int32).max, np.int32)
    last_call = np.full(blocks, BEFORE_ALL, np.int32)
    np.minimum.at(first_return, members.block, members.last)
    np.maximum.at(last_call, members.block, members.call)
    if initial is not None:
        first_return[initial] = BEFORE_ALL
    return Zones(first_return, last_call)


def places_of(members: Members, zones: Zones) -> Numbers:
    """Per block a position such that blocks in order of their positions are in an order that agrees with real time.

    Raises `Contradiction` where there is no such order.
    """
    forward = np.flatnonzero(zones.first_return < zones.last_call)
    forward = forward[np.argsort(zones.first_return[forward], kind="stable")]
    begins, ends = zones.first_return[forward], zones.last_call[forward]
    overlapping = np.flatnonzero(begins[1:] < ends[:-1])
    if len(overlapping):
        at = int(overlapping[0])
        raise _overlap(members, zones, int(forward[at]), int(forward[at + 1]))
    backward = np.flatnonzero(zones.first_return > zones.last_call)
    # The forward zone that began last before the backward one begins, if any.
    around = np.searchsorted(begins, zones.last_call[backward]) - 1
    backward, around = backward[around >= 0], around[around >= 0]
    inside = zones.first_return[backward] < ends[around]
    if inside.any():
        at = int(inside.argmax())
        raise _inside(members, zones, int(backward[at]), int(forward[around[at]]))
    # A backward block takes effect where its last operation is called or, if a forward zone is in the way, after that.
    return np.minimum(zones.first_return, zones.last_call)


def check_ranks(members: Members, blocks: int) -> None:
    """Raise `Contradiction` where an operation of a block returned before one of a lower rank was called."""
    if members.rank.max(initial=0) <= 1:
        # Most histories: reads after one write. A pass is enough, where the general case has to sort.
        low = members.rank == 0
        needed = np.full(blocks, BEFORE_ALL, np.int32)
        np.maximum.at(needed, members.block[low], members.call[low])
        late = ~low & (members.last < needed[members.block])
        if late.any():
            raise _too_early(members, int(late.argmax()), int(needed[members.block[late.argmax()]]))
        return
    order = np.lexsort((members.call, members.rank, members.block))
    block, rank = members.block[order], members.rank[order]
    # The latest call so far in each block: blocks come one after the other, so adding a large step per block
    # makes the maximum start afresh.
    step = block.astype(np.int64) << 32
    latest = np.maximum.accumulate(members.call[order] + step) - step
    new_block = np.append(True, block[1:] != block[:-1])
    new_rank = new_block | np.append(True, rank[1:] != rank[:-1])
    # What was called latest among the lower ranks stands just before the first operation of this rank.
    begin = np.maximum.accumulate(np.where(new_rank, np.arange(len(order)), 0))
    before = np.where(new_block[begin], BEFORE_ALL, latest[begin - 1])
    late = members.last[order] < before
    if late.any():
        raise _too_early(members, int(order[late.argmax()]), int(before[late.argmax()]))


def _too_early(members: Members, early: int, call: int) -> Contradiction:
    block = int(members.block[early])
    needed = np.flatnonzero((members.block == block) & (members.call == call))
    sentence = "an operation on {} returned before one that must come first was called"
    return Contradiction([int(needed[0]), early], [block], sentence)


def sequence(members: Members, places: Numbers) -> Integers:
    """The members in an order in which they may have taken effect."""
    return np.lexsort((members.call, members.rank, members.block, places[members.block]))


def extremes(members: Members, zones: Zones, block: int) -> list[int]:
    """The members that make the zone of a block: the first to return and the last to be called."""
    mine = np.flatnonzero(members.block == block)
    first = mine[members.last[mine] == zones.first_return[block]]
    latest = mine[members.call[mine] == zones.last_call[block]]
    return [*first[:1].tolist(), *latest[:1].tolist()]


def _overlap(members: Members, zones: Zones, one: int, other: int) -> Contradiction:
    return Contradiction(
        extremes(members, zones, one) + extremes(members, zones, other),
        [one, other],
        "{} and {} must have been there at the same time",
    )


def _inside(members: Members, zones: Zones, inner: int, outer: int) -> Contradiction:
    return Contradiction(
        extremes(members, zones, inner) + extremes(members, zones, outer),
        [inner, outer],
        "{} came and went while {} was there all the time",
    )
