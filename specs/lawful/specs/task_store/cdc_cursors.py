"""Table 10, `cdc_cursors`: how far each sink of the change feed has come, per index.

Fixed here: a cursor that was never advanced stands nowhere, which an advance names as null; the first advance may go
to any number. An advance that is sent again after it took effect is refused, as the cursor no longer stands where
it says.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import EXISTED, EXISTS, Before
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import SHOWN, Blame, Function, ListRows, OnRow, case, insert
from lawful.specs.property import StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, table 10 and what must hold, cdc_cursors"

_given_index = Argument("index_uid", "string", drawn=Drawn.IDENTITY)
_expected_seq = Argument("expected_seq", "integer", nullable=True, drawn=Drawn.SEEN, like="last_event_seq")
_given_seq = Argument("seq", "integer", drawn=Drawn.ABOVE_SEEN, like="last_event_seq")
_given_updated_at = Argument("updated_at", "integer", drawn=Drawn.AGE)

_index = Field("index_uid", "string")
_seq = Field("last_event_seq", "integer", clause="TS-CDC_CURSORS-2")
_updated_at = Field("updated_at", "integer", clause="TS-CDC_CURSORS-3")

_goes_back = EXISTS & _given_seq.at_most(_seq)


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-CDC_CURSORS-{number}", "cdc_cursors", level, sentence, _SOURCE)


CDC_CURSORS = Table(
    name="cdc_cursors",
    number="10",
    meaning="How far each sink of the change feed has come, per index.",
    key="sink_name",
    row_key=(_index,),
    fields=(_seq, _updated_at),
    independence="TS-CDC_CURSORS-5",
    functions=(
        Function(
            "get",
            (_given_index,),
            ("object", "null"),
            "The cursor {index_uid, last_event_seq, updated_at}, or null where it was never advanced.",
            OnRow(
                (
                    case(~EXISTS, None, "the cursor was never advanced", "TS-CDC_CURSORS-2"),
                    case(None, SHOWN, "a get answers where the last advance went", "TS-CDC_CURSORS-2"),
                )
            ),
            reads_only=True,
            weight=20,
        ),
        Function(
            "advance",
            (_given_index, _expected_seq, _given_seq, _given_updated_at),
            ("boolean",),
            "Move the cursor from expected_seq (null: nowhere) on to seq; false where it stands elsewhere.",
            OnRow(
                (
                    case(
                        _seq.is_not(_expected_seq),
                        False,
                        "the cursor stands elsewhere than expected_seq says",
                        "TS-CDC_CURSORS-1",
                    ),
                    case(_goes_back, False, "{seq} is not beyond {expected_seq}", "TS-CDC_CURSORS-2"),
                    case(
                        None,
                        True,
                        "the cursor stands where expected_seq says, and {seq} is beyond it",
                        "TS-CDC_CURSORS-1",
                        insert(last_event_seq=_given_seq, updated_at=_given_updated_at),
                    ),
                )
            ),
            weight=50,
            blames=(
                Blame(
                    EXISTS & _seq.is_not(_expected_seq),
                    "the cursor stands at {last_event_seq}, not where expected_seq says",
                    "TS-CDC_CURSORS-1",
                ),
            ),
        ),
        Function(
            "list",
            (),
            ("array",),
            "The cursors of the sink, in order of index_uid.",
            ListRows("a list answers every cursor of the sink, in order of index_uid", "TS-CDC_CURSORS-4"),
            reads_only=True,
            weight=10,
        ),
    ),
    clauses=(
        _clause(
            1,
            Level.CONCURRENT,
            "An advance is conditional on where the cursor stands: of two from the same place one wins.",
        ),
        _clause(2, Level.SEQUENTIAL, "A cursor never goes back, and stands where the last advance took it."),
        _clause(
            3, Level.SEQUENTIAL, "The time of a cursor is that of its last advance; a refused one leaves it alone."
        ),
        _clause(4, Level.SEQUENTIAL, "A list shows every cursor of the sink, in order of index_uid."),
        _clause(5, Level.SEQUENTIAL, "The cursors of different sinks are independent of each other."),
    ),
    properties=(
        StepProperty("TS-CDC_CURSORS-2", "A cursor is never removed.", ~EXISTED | EXISTS),
        StepProperty("TS-CDC_CURSORS-2", "A cursor never goes back.", ~EXISTED | _seq.at_least(Before(_seq))),
        StepProperty(
            "TS-CDC_CURSORS-1",
            "A cursor moves only from where the advance expects it, and only to where the advance says.",
            (EXISTED & EXISTS & _seq.is_(Before(_seq)))
            | (~EXISTED & ~EXISTS)
            | (
                _index.is_(_given_index)
                & _seq.is_(_given_seq)
                & ((EXISTED & _expected_seq.is_(Before(_seq))) | (~EXISTED & _expected_seq.is_(None)))
            ),
            of=("advance",),
        ),
        StepProperty(
            "TS-CDC_CURSORS-3",
            "The time of a cursor changes only as it moves.",
            ~EXISTED | _updated_at.is_(Before(_updated_at)) | _seq.above(Before(_seq)),
        ),
    ),
)
