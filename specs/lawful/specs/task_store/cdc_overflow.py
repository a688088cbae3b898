"""Extra E3, `cdc_overflow`: change events that a sink could not take yet, in order and bounded in bytes.

Fixed here: the client states the size of an event, since only it knows in which encoding the event will be sent; and
the bound is that of each append, so that a smaller one refuses more but removes nothing. A drain removes what it
answers, so an event whose drain was answered to a client that then dies is that client's to lose.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import (
    ANSWER,
    EMPTY_ARRAY,
    Before,
    FirstItems,
    SumOfItems,
    WithItem,
    WithoutFirstItems,
    record,
)
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import Function, OnWhole, case, update
from lawful.specs.property import Invariant, StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, high-availability extras, CDC overflow list"

_bytes = Argument("bytes", "integer", drawn=Drawn.FEW)
_max_bytes = Argument("max_bytes", "integer", drawn=Drawn.FEW)
_payload = Argument("payload", "any")
_most = Argument("most", "integer", drawn=Drawn.FEW)

_events = Field("events", "array", initially=EMPTY_ARRAY, shown=False)

_size = SumOfItems(_events, "bytes")
_appended = WithItem(_events, record(bytes=_bytes, payload=_payload))
_drained = WithoutFirstItems(_events, _most)


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-CDC_OVERFLOW-{number}", "cdc_overflow", level, sentence, _SOURCE)


CDC_OVERFLOW = Table(
    name="cdc_overflow",
    number="E3",
    meaning="Change events that a sink could not take yet, in order and bounded in bytes.",
    key="sink",
    row_key=(),
    fields=(),
    beside=(_events,),
    independence="TS-CDC_OVERFLOW-5",
    functions=(
        Function(
            "append",
            (_bytes, _max_bytes, _payload),
            ("boolean",),
            "Add an event of so many bytes at the end; false where all together would exceed max_bytes.",
            OnWhole(
                (
                    case(_bytes.below(0), False, "no event has fewer than 0 bytes", "TS-CDC_OVERFLOW-1"),
                    case(
                        (_size + _bytes).above(_max_bytes),
                        False,
                        "with this event all would exceed {max_bytes} bytes",
                        "TS-CDC_OVERFLOW-1",
                    ),
                    case(
                        None,
                        True,
                        "there is room for {bytes} bytes in {max_bytes}",
                        "TS-CDC_OVERFLOW-2",
                        update(events=_appended),
                    ),
                )
            ),
            weight=40,
        ),
        Function(
            "size",
            (),
            ("integer",),
            "How many bytes all events have together.",
            OnWhole((case(None, _size, "the size is the sum of the events that are kept", "TS-CDC_OVERFLOW-4"),)),
            reads_only=True,
            weight=15,
        ),
        Function(
            "drain",
            (_most,),
            ("array",),
            "Remove the oldest events, at most so many: [{bytes, payload}], the oldest first.",
            OnWhole(
                (
                    case(
                        None,
                        FirstItems(_events, _most),
                        "a drain answers the oldest events, each in one drain only",
                        "TS-CDC_OVERFLOW-3",
                        update(events=_drained),
                    ),
                )
            ),
            weight=20,
        ),
    ),
    clauses=(
        _clause(
            1,
            Level.CONCURRENT,
            "An append that would make the events exceed max_bytes together is refused and changes nothing.",
        ),
        _clause(2, Level.SEQUENTIAL, "While there is room, an event is accepted."),
        _clause(
            3,
            Level.CONCURRENT,
            "A drain answers and removes the oldest events, in the order in which they were appended, each once.",
        ),
        _clause(4, Level.SEQUENTIAL, "The size is the sum of the bytes of the events that are kept."),
        _clause(5, Level.SEQUENTIAL, "Sinks are independent of each other."),
    ),
    properties=(
        StepProperty(
            "TS-CDC_OVERFLOW-1",
            "No append makes the events exceed its bound.",
            _events.is_(Before(_events)) | _size.at_most(_max_bytes),
            of=("append",),
        ),
        StepProperty(
            "TS-CDC_OVERFLOW-2",
            "An accepted event stands at the end, after those that were there; a refused one changes nothing.",
            (ANSWER & _events.is_(WithItem(Before(_events), record(bytes=_bytes, payload=_payload))))
            | (~ANSWER & _events.is_(Before(_events))),
            of=("append",),
        ),
        StepProperty(
            "TS-CDC_OVERFLOW-2",
            "An event is refused only where there is no room for it.",
            ANSWER | _bytes.below(0) | (_size + _bytes).above(_max_bytes),
            of=("append",),
        ),
        StepProperty(
            "TS-CDC_OVERFLOW-3",
            "A drain removes the oldest events and no other.",
            _events.is_(WithoutFirstItems(Before(_events), _most)),
            of=("drain",),
        ),
        Invariant("TS-CDC_OVERFLOW-4", "The size is never below nought.", _size.at_least(0)),
    ),
)
