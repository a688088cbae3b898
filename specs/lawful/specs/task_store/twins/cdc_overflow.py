"""Broken twins of extra E3, `cdc_overflow`."""

from __future__ import annotations

from lawful.specs.expression import (
    EMPTY_ARRAY,
    CountOfItems,
    Doubled,
    FirstItems,
    Literal,
    SumOfItems,
    WithoutFirstItems,
)
from lawful.specs.function import update
from lawful.specs.task_store.cdc_overflow import CDC_OVERFLOW
from lawful.specs.twin import Twin, answering, argument_of, assigning, changed, doing, field_of, guarded, without_case

_events = field_of(CDC_OVERFLOW, "events")
_bytes = argument_of(CDC_OVERFLOW, "append", "bytes")
_max_bytes = argument_of(CDC_OVERFLOW, "append", "max_bytes")
_most = argument_of(CDC_OVERFLOW, "drain", "most")
_FULL = "with this event all would exceed {max_bytes} bytes"
_ROOM = "there is room for {bytes} bytes in {max_bytes}"
_OLDEST = "a drain answers the oldest events, each in one drain only"

CDC_OVERFLOW_TWINS = (
    Twin(
        "bound-looks-at-this-event-only",
        "TS-CDC_OVERFLOW-1",
        "an append is refused only where the event alone exceeds the bound",
        changed(CDC_OVERFLOW, "append", guarded(_FULL, _bytes.above(_max_bytes))),
    ),
    Twin(
        "overflow-without-bound",
        "TS-CDC_OVERFLOW-1",
        "an append is never refused",
        changed(CDC_OVERFLOW, "append", without_case(_FULL)),
    ),
    Twin(
        "exactly-full-is-refused",
        "TS-CDC_OVERFLOW-2",
        "an append is refused where the events would fill the bound",
        changed(CDC_OVERFLOW, "append", guarded(_FULL, (SumOfItems(_events, "bytes") + _bytes).at_least(_max_bytes))),
    ),
    Twin(
        "drain-keeps-the-events",
        "TS-CDC_OVERFLOW-3",
        "a drain answers events, and does not remove them",
        changed(CDC_OVERFLOW, "drain", doing(_OLDEST)),
    ),
    Twin(
        "drain-removes-one-more",
        "TS-CDC_OVERFLOW-3",
        "a drain removes one event that it does not answer",
        changed(CDC_OVERFLOW, "drain", doing(_OLDEST, update(events=WithoutFirstItems(_events, _most + 1)))),
    ),
    Twin(
        "drain-skips-the-oldest",
        "TS-CDC_OVERFLOW-3",
        "a drain answers the events after the oldest",
        changed(CDC_OVERFLOW, "drain", answering(_OLDEST, FirstItems(WithoutFirstItems(_events, Literal(1)), _most))),
    ),
    Twin(
        "append-is-lost",
        "TS-CDC_OVERFLOW-4",
        "an append is answered, and nothing is added",
        changed(CDC_OVERFLOW, "append", assigning(_ROOM, events=_events)),
    ),
    Twin(
        "size-leaves-out-the-oldest",
        "TS-CDC_OVERFLOW-4",
        "the size does not count the event at the front",
        changed(
            CDC_OVERFLOW,
            "size",
            answering(
                "the size is the sum of the events that are kept",
                SumOfItems(WithoutFirstItems(_events, Literal(1)), "bytes"),
            ),
        ),
    ),
    Twin(
        "size-in-bits",
        "TS-CDC_OVERFLOW-4",
        "the size is given in bits",
        changed(
            CDC_OVERFLOW,
            "size",
            answering(
                "the size is the sum of the events that are kept",
                Doubled(SumOfItems(_events, "bytes"), Literal(3), 2**62),
            ),
        ),
    ),
    Twin(
        "events-are-counted-and-not-their-bytes",
        "TS-CDC_OVERFLOW-1",
        "the bound is one for the number of events",
        changed(CDC_OVERFLOW, "append", guarded(_FULL, (CountOfItems(_events) + 1).above(_max_bytes))),
    ),
    Twin(
        "drain-of-one-removes-all",
        "TS-CDC_OVERFLOW-3",
        "a drain removes every event, however few it answers",
        changed(CDC_OVERFLOW, "drain", doing(_OLDEST, update(events=EMPTY_ARRAY))),
    ),
    Twin(
        "size-counts-events",
        "TS-CDC_OVERFLOW-4",
        "the size is the number of events",
        changed(
            CDC_OVERFLOW, "size", answering("the size is the sum of the events that are kept", CountOfItems(_events))
        ),
    ),
)
