"""Broken twins of table 10, `cdc_cursors`."""

from __future__ import annotations

from lawful.specs.expression import EXISTS, Conditional
from lawful.specs.function import update
from lawful.specs.task_store.cdc_cursors import CDC_CURSORS
from lawful.specs.twin import Twin, argument_of, assigning, changed, doing, field_of, without_case

_ELSEWHERE = "the cursor stands elsewhere than expected_seq says"
_MOVES = "the cursor stands where expected_seq says, and {seq} is beyond it"

CDC_CURSORS_TWINS = (
    Twin(
        "advance-without-compare",
        "TS-CDC_CURSORS-1",
        "an advance moves the cursor from wherever it stands",
        changed(CDC_CURSORS, "advance", without_case(_ELSEWHERE)),
    ),
    Twin(
        "cursor-goes-back",
        "TS-CDC_CURSORS-2",
        "an advance may name a number that was passed",
        changed(CDC_CURSORS, "advance", without_case("{seq} is not beyond {expected_seq}")),
    ),
    Twin(
        "advance-of-cursor-is-lost",
        "TS-CDC_CURSORS-1",
        "an advance is answered, and the cursor stays",
        changed(CDC_CURSORS, "advance", doing(_MOVES)),
    ),
    Twin(
        "refused-advance-changes-the-time",
        "TS-CDC_CURSORS-3",
        "an advance that is refused sets the time all the same",
        changed(
            CDC_CURSORS,
            "advance",
            doing(_ELSEWHERE, update(updated_at=argument_of(CDC_CURSORS, "advance", "updated_at"))),
        ),
    ),
    Twin(
        "cursor-keeps-its-first-time",
        "TS-CDC_CURSORS-3",
        "the time is that of the first advance",
        changed(
            CDC_CURSORS,
            "advance",
            assigning(
                _MOVES,
                updated_at=Conditional(
                    EXISTS, field_of(CDC_CURSORS, "updated_at"), argument_of(CDC_CURSORS, "advance", "updated_at")
                ),
            ),
        ),
    ),
)
