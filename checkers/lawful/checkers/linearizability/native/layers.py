"""The loops of the native search: all configurations of one position, then all of the next.

A configuration is a state and, for each open operation, one of three things. It is *waiting*: nothing is known of it.
It was *used*: it took effect where it changed the state. Or it is *covered*: it could have taken effect at some point
since its call without making a difference to anything else, so it may return, or be used until then. An operation with
an unknown outcome is covered from its call on. Three rules follow.

1. An operation that is not used is covered where the state is one that it may leave as it is.
2. Where a kind is *blind* (it leads from every state to one and the same) and others are *total* (they may happen in
   every state), all total ones that are open are covered when a blind one is used: they happened just before it, in
   any order, and it has wiped out what they did. Most writes are blind and total.
3. *Covered is better.* What is covered can do whatever it can do when it waits or was used. Of two configurations at
   one position, with one state, that differ only in operations that are covered in the first, the second is dropped.

Rule 3 makes the layers small: to know which operations were used matters only for those that nothing covers.
*Just in time* and *copies in order* hold as in `steps`. What returns next and is covered is let go, or used at last;
in the second case others may be used before it, at the same position.

The functions are kernels (see `monitors.compiled`): sequences of integers in, integers out. They run interpreted over
lists, for tests, and compiled over arrays. Bits of masks are slots of open operations, at most 62.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lawful.checkers.linearizability.monitors.compiled import kernel

MOST_SLOTS = 62
MOST_FOLLOWING = 8
"""States that may follow one operation in one state."""
MOST_ENTERED = MOST_SLOTS * MOST_FOLLOWING
"""Configurations that one may lead to at once."""

LINEARIZABLE, STUCK, PAUSED, FULL, TRAIL_FULL = range(5)
"""How a run of `advance` ends: past the last return; at one that nothing gets past; after enough work; without room
for configurations; without room for trails."""

POSITION, PHASE, NEXT, HERE, THERE, TRAIL, WORK, WIDEST = range(8)
"""Places in `progress`: where the search is, how many configurations are at this and the next position, how many
steps the trails have, how many moves were looked at, and how many configurations the widest position had."""

ENTERING, LETTING_GO, USING_LATE = range(3)
"""Phases at one position: take over what arrived; explain the return; use what returns although it is covered."""

HARD, LOOKING = 1, 2
"""Kinds that nothing covers, and kinds that never change a state."""


class Tables(NamedTuple):
    """What is searched, and the search itself; all sequences of integers."""

    progress: Any
    return_slot: Any
    return_kind: Any
    window_from: Any
    """Where the window of each position begins in the next three, and the end of the last."""
    window_slot: Any
    window_kind: Any
    window_choice: Any
    """The operation as trails name it: its rank, or ~i for number i of those with an unknown outcome."""
    after_from: Any
    """By state times kinds plus kind: where the states that may follow begin in `after`."""
    after: Any
    sort: Any
    """By kind: HARD, LOOKING or 0."""
    blind: Any
    total: Any
    here_state: Any
    here_used: Any
    here_covered: Any
    here_trail: Any
    here_alive: Any
    here_chain: Any
    here_bucket: Any
    here_head: Any
    there_state: Any
    there_used: Any
    there_covered: Any
    there_trail: Any
    there_alive: Any
    there_chain: Any
    there_bucket: Any
    there_head: Any
    trail_parent: Any
    trail_choice: Any
    trail_position: Any
    trail_state: Any
    trail_moved: Any


@kernel
def bucket_of(state: int, used: int) -> int:
    """Where configurations with these in common are chained; no product exceeds 63 bits."""
    mixed = (state & 0x7FFFFFFF) * 0x9E3779B1 ^ (used & 0x7FFFFFFF) * 0x85EBCA6B ^ (used >> 31) * 0xC2B2AE35
    mixed ^= mixed >> 29
    return mixed ^ mixed >> 16


@kernel
def covers(used: int, covered: int, other_used: int, other_covered: int) -> bool:
    """Whether one configuration can do whatever the other can (rule 3)."""
    return ((used ^ other_used) | (covered ^ other_covered)) & ~covered == 0


@kernel
def enter_here(t: Any, state: int, used: int, covered: int, trail: int, hard: int) -> bool:
    """Enter a configuration of this position, unless one is there that is as good."""
    bucket = bucket_of(state, used & hard) & (len(t.here_head) - 1)
    other = t.here_head[bucket]
    while other >= 0:
        if t.here_alive[other] and t.here_state[other] == state:
            if covers(t.here_used[other], t.here_covered[other], used, covered):
                return False
            if covers(used, covered, t.here_used[other], t.here_covered[other]):
                t.here_alive[other] = 0
        other = t.here_chain[other]
    new = t.progress[HERE]
    t.here_state[new] = state
    t.here_used[new] = used
    t.here_covered[new] = covered
    t.here_trail[new] = trail
    t.here_alive[new] = 1
    t.here_bucket[new] = bucket
    t.here_chain[new] = t.here_head[bucket]
    t.here_head[bucket] = new
    t.progress[HERE] = new + 1
    return True


@kernel
def enter_there(t: Any, state: int, used: int, covered: int, trail: int, hard: int) -> bool:
    """The same at the next position."""
    bucket = bucket_of(state, used & hard) & (len(t.there_head) - 1)
    other = t.there_head[bucket]
    while other >= 0:
        if t.there_alive[other] and t.there_state[other] == state:
            if covers(t.there_used[other], t.there_covered[other], used, covered):
                return False
            if covers(used, covered, t.there_used[other], t.there_covered[other]):
                t.there_alive[other] = 0
        other = t.there_chain[other]
    new = t.progress[THERE]
    t.there_state[new] = state
    t.there_used[new] = used
    t.there_covered[new] = covered
    t.there_trail[new] = trail
    t.there_alive[new] = 1
    t.there_bucket[new] = bucket
    t.there_chain[new] = t.there_head[bucket]
    t.there_head[bucket] = new
    t.progress[THERE] = new + 1
    return True


@kernel
def covered_in(t: Any, position: int, state: int, used: int, covered: int) -> int:
    """What is covered in `state` (rule 1), and all that was before."""
    kinds = len(t.sort)
    for place in range(t.window_from[position], t.window_from[position + 1]):
        bit = 1 << t.window_slot[place]
        if not (used | covered) & bit:
            if t.window_choice[place] < 0:
                covered |= bit
            else:
                entry = state * kinds + t.window_kind[place]
                for following in range(t.after_from[entry], t.after_from[entry + 1]):
                    if t.after[following] == state:
                        covered |= bit
    return covered


@kernel
def bits_of_sort(t: Any, position: int, sort: int) -> int:
    """The open operations of the kinds of one sort; those that are total where `sort` is negative."""
    bits = 0
    for place in range(t.window_from[position], t.window_from[position + 1]):
        kind = t.window_kind[place]
        if (t.total[kind] == 1) if sort < 0 else (t.sort[kind] == sort and t.window_choice[place] >= 0):
            bits |= 1 << t.window_slot[place]
    return bits


@kernel
def out_of_order(t: Any, position: int, place: int, used: int, covered: int) -> bool:
    """Whether an earlier copy of the operation at `place` should be used in its place.

    That leaves the one that may be used longer. Where the earlier one is covered and this one waits, either may be
    better.
    """
    waits = not covered & 1 << t.window_slot[place]
    for earlier in range(t.window_from[position], place):
        if t.window_kind[earlier] == t.window_kind[place]:
            bit = 1 << t.window_slot[earlier]
            if not used & bit and not (covered & bit and waits):
                return True
    return False


@kernel
def use(t: Any, position: int, here: int, hard: int, total: int) -> None:
    """Use each open operation once in the configuration number `here`."""
    state, used, covered, trail = t.here_state[here], t.here_used[here], t.here_covered[here], t.here_trail[here]
    returning = 1 << t.return_slot[position]
    kinds = len(t.sort)
    for place in range(t.window_from[position], t.window_from[position + 1]):
        bit = 1 << t.window_slot[place]
        kind = t.window_kind[place]
        if used & bit or out_of_order(t, position, place, used, covered):
            continue
        entry = state * kinds + kind
        for following in range(t.after_from[entry], t.after_from[entry + 1]):
            t.progress[WORK] += 1
            after = t.after[following]
            if after == state:
                continue
            used_then = used | bit
            covered_then = covered & ~bit
            if t.blind[kind]:
                covered_then |= total & ~used_then
            covered_then = covered_in(t, position, after, used_then, covered_then)
            step = t.progress[TRAIL]
            if t.progress[PHASE] == USING_LATE and bit == returning:
                entered = enter_there(t, after, used_then & ~bit, covered_then & ~bit, step, hard & ~bit)
            else:
                entered = enter_here(t, after, used_then, covered_then, step, hard)
            if entered:
                t.trail_parent[step] = trail
                t.trail_choice[step] = t.window_choice[place]
                t.trail_position[step] = position
                t.trail_state[step] = after
                t.progress[TRAIL] = step + 1


@kernel
def forget_here(t: Any) -> None:
    """Empty this position."""
    for here in range(t.progress[HERE]):
        t.here_head[t.here_bucket[here]] = -1
    t.progress[HERE] = 0


@kernel
def forget_there(t: Any) -> None:
    """Empty the next position."""
    for there in range(t.progress[THERE]):
        t.there_head[t.there_bucket[there]] = -1
    t.progress[THERE] = 0


@kernel
def take_over(t: Any, position: int, hard: int) -> None:
    """Enter at this position what arrived there."""
    forget_here(t)
    for there in range(t.progress[THERE]):
        if t.there_alive[there]:
            state, used = t.there_state[there], t.there_used[there]
            covered = covered_in(t, position, state, used, t.there_covered[there])
            enter_here(t, state, used, covered, t.there_trail[there], hard)
    forget_there(t)


@kernel
def alive_there(t: Any) -> int:
    """How many configurations of the next position are kept."""
    alive = 0
    for there in range(t.progress[THERE]):
        alive += t.there_alive[there]
    return alive


@kernel
def go_on(t: Any, position: int, hard: int) -> None:
    """The next configuration of this position: let the returning operation go, or use others."""
    here = t.progress[NEXT]
    t.progress[NEXT] = here + 1
    if not t.here_alive[here]:
        return
    returning = 1 << t.return_slot[position]
    used, covered = t.here_used[here], t.here_covered[here]
    if t.progress[PHASE] == LETTING_GO and (used | covered) & returning:
        mask = ~returning
        enter_there(t, t.here_state[here], used & mask, covered & mask, t.here_trail[here], hard & mask)
    elif t.progress[PHASE] == LETTING_GO or covered & returning:
        use(t, position, here, hard, bits_of_sort(t, position, -1))


@kernel
def advance(t: Any, most_work: int) -> int:
    """Search until the end, or until there is no room, or `most_work` moves more were looked at."""
    positions = len(t.return_slot)
    stop = t.progress[WORK] + most_work
    while True:
        position = t.progress[POSITION]
        hard = bits_of_sort(t, position, HARD)
        if t.progress[PHASE] == ENTERING:
            take_over(t, position, hard)
            t.progress[PHASE] = LETTING_GO
            t.progress[NEXT] = 0
        while t.progress[PHASE] <= USING_LATE:
            while t.progress[NEXT] < t.progress[HERE]:
                if t.progress[HERE] + MOST_ENTERED > len(t.here_state) or t.progress[THERE] + MOST_ENTERED > len(
                    t.here_state
                ):
                    return FULL
                if t.progress[TRAIL] + MOST_ENTERED > len(t.trail_parent):
                    return TRAIL_FULL
                if t.progress[WORK] > stop:
                    return PAUSED
                go_on(t, position, hard)
            t.progress[PHASE] += 1
            t.progress[NEXT] = 0
            if t.sort[t.return_kind[position]] == LOOKING:
                t.progress[PHASE] = USING_LATE + 1
        t.progress[WIDEST] = max(t.progress[WIDEST], t.progress[HERE])
        if alive_there(t) == 0:
            return STUCK
        t.progress[POSITION] = position + 1
        t.progress[PHASE] = ENTERING
        t.progress[WORK] += 1
        if position + 1 == positions:
            return LINEARIZABLE


@kernel
def mark_live_steps(t: Any) -> None:
    """Write 0 to `trail_moved` for the steps that a configuration came by, and -1 for the others."""
    steps = t.progress[TRAIL]
    for step in range(steps):
        t.trail_moved[step] = -1
    for here in range(t.progress[HERE]):
        if t.here_trail[here] >= 0:
            t.trail_moved[t.here_trail[here]] = 0
    for there in range(t.progress[THERE]):
        if t.there_trail[there] >= 0:
            t.trail_moved[t.there_trail[there]] = 0
    for back in range(steps):
        step = steps - 1 - back
        if t.trail_moved[step] == 0 and t.trail_parent[step] >= 0:
            t.trail_moved[t.trail_parent[step]] = 0


@kernel
def compact_trails(t: Any) -> int:
    """Forget the steps that no configuration came by; gives how many remain."""
    mark_live_steps(t)
    kept = 0
    for step in range(t.progress[TRAIL]):
        if t.trail_moved[step] == 0:
            t.trail_moved[step] = kept
            parent = t.trail_parent[step]
            t.trail_parent[kept] = t.trail_moved[parent] if parent >= 0 else -1
            t.trail_choice[kept] = t.trail_choice[step]
            t.trail_position[kept] = t.trail_position[step]
            t.trail_state[kept] = t.trail_state[step]
            kept += 1
    for here in range(t.progress[HERE]):
        if t.here_trail[here] >= 0:
            t.here_trail[here] = t.trail_moved[t.here_trail[here]]
    for there in range(t.progress[THERE]):
        if t.there_trail[there] >= 0:
            t.there_trail[there] = t.trail_moved[t.there_trail[there]]
    t.progress[TRAIL] = kept
    return kept
