"""Registers whose values are all different, with or without compare-and-set, by zones in O(n log n).

A write with the reads of its value is a block of operations that no other write comes between, so `zones` decides
(Gibbons and Korach 1997, section 4). It applies where each value that somebody saw has one write only, and the initial
value has none. Values that nobody saw may repeat.

Unknown outcomes are exact. A write that nobody saw need not have happened, and leaving it out restricts nothing. One
that somebody saw did happen, at some time after its call. Only refused compare-and-sets need more: they saw which value
was *not* there, so an unknown write may explain them. Where they do not fit into the order that was found for the
rest, and it is not certain that the old value was there all the time, the monitor leaves the history to the search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from lawful.checkers.columns import FALSE, NULL, OK, TRUE, Columns, Integers
from lawful.checkers.linearizability.monitors.monitor import TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.refused_swaps import check_refused, place_refused
from lawful.checkers.linearizability.monitors.register_blocks import (
    Blocks,
    Mask,
    Producers,
    Roles,
    blocks_of,
    producers_of,
    roles_of,
    with_grounds,
)
from lawful.checkers.linearizability.monitors.sequential import wrong_in_register
from lawful.checkers.linearizability.monitors.timeline import timeline
from lawful.checkers.linearizability.monitors.zones import Contradiction, check_ranks, places_of, sequence, zones_of
from lawful.checkers.meter import Meter
from lawful.models.cas_register import CasRegister
from lawful.models.register import Register
from lawful.models.wording import value_text

R = TypeVar("R", Register, CasRegister)


@dataclass(frozen=True)
class RegisterZones(TypedMonitor[R]):
    """The monitor of both kinds of registers."""

    def impossible_answers(self, columns: Columns) -> Mask:
        wrong: Mask = columns.calls("write") & (columns.result != NULL)
        if "cas" in self.functions:
            is_cas = columns.calls("cas")
            wrong |= is_cas & (columns.result != TRUE) & (columns.result != FALSE)
        wrong &= columns.outcome == OK
        return wrong

    def require(self, columns: Columns, model: R) -> None:
        producers_of(columns, roles_of(columns, model.initial_value))

    def wrong_answers(self, columns: Columns, model: R) -> Mask:
        number = columns.values.number_of(model.initial_value)
        return wrong_in_register(columns, len(columns.values) if number is None else number)

    def order(self, columns: Columns, model: R, meter: Meter, wanted: bool) -> Integers | None:
        roles = roles_of(columns, model.initial_value)
        producers = producers_of(columns, roles)
        events = timeline(columns)
        meter.look()
        blocks = blocks_of(columns, events, roles, producers)
        members = blocks.members
        try:
            check_ranks(members, blocks.number)
            zones = zones_of(members, blocks.number, blocks.initial)
            places = places_of(members, zones)
        except Contradiction as contradiction:
            raise _violated(columns, roles, producers, blocks, contradiction) from None
        meter.look()
        has_refused = bool(roles.refused.any())
        if has_refused:
            check_refused(columns, events, roles, producers)
        if not wanted and not has_refused:
            return None
        order = members.row[sequence(members, places)]
        return place_refused(columns, events, roles, order) if has_refused else order


def _violated(
    columns: Columns, roles: Roles, producers: Producers, blocks: Blocks, contradiction: Contradiction
) -> Violated:
    rows = with_grounds(blocks.members.row[contradiction.members].tolist(), columns, roles, producers)
    names = [_name(columns, roles, blocks, block) for block in contradiction.blocks]
    return Violated(rows, contradiction.sentence.format(*names))


def _name(columns: Columns, roles: Roles, blocks: Blocks, block: int) -> str:
    """A block by the value that it begins with."""
    row = int(blocks.roots[block])
    first = "the initial value" if row < 0 else value_text(columns.values[int(roles.written[row])])
    chained = bool((blocks.members.rank[blocks.members.block == block] > 1).any())
    return f"the chain of values from {first} on" if chained else first


REGISTER = RegisterZones("register zones", Register, {"read": (), "write": ("value",)})
CAS_REGISTER = RegisterZones(
    "compare-and-set zones", CasRegister, {"read": (), "write": ("value",), "cas": ("old", "new")}
)
