"""Table 9, `canary_runs`: how each canary fared, the newest runs only.

Fixed here: runs are kept, listed and pruned for each canary apart. A canary has at most one run at an instant; a
second insert at the same `ran_at` is refused, so that an insert that is sent again takes effect once. Each insert says
how many runs to keep (deployments: 100). One that is older than all of these is dropped at once, and still answered
with true: the run was taken note of, and asking for it later shows nothing.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, EXISTED, EXISTS, Before
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import DeleteRows, Function, KeepGreatest, ListRows, OnRow, case, insert
from lawful.specs.property import Kept, StepProperty
from lawful.specs.table import Table

RUN_STATUSES = ("pass", "fail", "error")
DEFAULT_KEPT = 100
"""How many runs of a canary deployments keep."""

_SOURCE = "task-store contract, table 9 and what must hold, canary_runs"

_given_ran_at = Argument("ran_at", "integer", drawn=Drawn.AGE)
_given_status = Argument("status", "string", values=RUN_STATUSES)
_given_latency_ms = Argument("latency_ms", "integer")
_given_assertions = Argument("failed_assertions_json", "any")
_keep = Argument("keep", "integer", drawn=Drawn.FEW)
_limit = Argument("limit", "integer", nullable=True, drawn=Drawn.FEW)
_before = Argument("before", "integer", drawn=Drawn.AGE, like="ran_at")

_ran_at = Field("ran_at", "integer")
_status = Field("status", "string", values=RUN_STATUSES)
_latency_ms = Field("latency_ms", "integer")
_failed_assertions = Field("failed_assertions_json", "any")


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-CANARY_RUNS-{number}", "canary_runs", level, sentence, _SOURCE)


CANARY_RUNS = Table(
    name="canary_runs",
    number="9",
    meaning="How each canary fared, the newest runs only.",
    key="canary_id",
    row_key=(_ran_at,),
    fields=(_status, _latency_ms, _failed_assertions),
    wrong_row="TS-CANARY_RUNS-2",
    independence="TS-CANARY_RUNS-5",
    functions=(
        Function(
            "insert",
            (_given_ran_at, _given_status, _given_latency_ms, _given_assertions, _keep),
            ("boolean",),
            "Record a run, then keep only the newest `keep`; false where there is one at that instant.",
            OnRow(
                (
                    case(EXISTS, False, "there is a run at {ran_at}", "TS-CANARY_RUNS-2"),
                    case(
                        None,
                        True,
                        "there is no run at {ran_at}",
                        "TS-CANARY_RUNS-2",
                        insert(
                            status=_given_status, latency_ms=_given_latency_ms, failed_assertions_json=_given_assertions
                        ),
                        KeepGreatest(_keep, _ran_at),
                    ),
                )
            ),
            weight=40,
        ),
        Function(
            "list",
            (_limit,),
            ("array",),
            "The runs, newest first, at most limit of them (null: all).",
            ListRows(
                "a list answers the runs that are kept, newest first",
                "TS-CANARY_RUNS-3",
                descending=_ran_at,
                limit=_limit,
                choice="TS-CANARY_RUNS-1",
            ),
            reads_only=True,
            weight=24,
        ),
        Function(
            "prune",
            (_before,),
            ("integer",),
            "Remove the runs before the bound; how many.",
            DeleteRows("prune removes the runs before the bound", "TS-CANARY_RUNS-4", where=_ran_at.below(_before)),
            weight=6,
        ),
    ),
    clauses=(
        _clause(
            1, Level.SEQUENTIAL, "After an insert a canary has at most as many runs as it says, and always the newest."
        ),
        _clause(
            2,
            Level.SEQUENTIAL,
            "A canary has at most one run at an instant: a second insert is refused and changes nothing.",
        ),
        _clause(3, Level.SEQUENTIAL, "A list is newest first, up to the limit."),
        _clause(4, Level.SEQUENTIAL, "Prune removes the runs before the bound, all of them and only them."),
        _clause(5, Level.SEQUENTIAL, "The runs of different canaries are independent of each other."),
    ),
    properties=(
        StepProperty(
            "TS-CANARY_RUNS-2",
            "A run stays as it was recorded, for as long as it is kept.",
            ~EXISTED
            | ~EXISTS
            | (
                _status.is_(Before(_status))
                & _latency_ms.is_(Before(_latency_ms))
                & _failed_assertions.is_(Before(_failed_assertions))
            ),
        ),
        Kept(
            "TS-CANARY_RUNS-1",
            "After an insert that was not refused, at most as many runs are kept as it says, and always the newest.",
            most=_keep,
            by=_ran_at,
            of=("insert",),
            where=ANSWER.is_(True),
        ),
        StepProperty(
            "TS-CANARY_RUNS-4",
            "Prune leaves no run before the bound.",
            ~EXISTS | _ran_at.at_least(_before),
            of=("prune",),
        ),
        StepProperty(
            "TS-CANARY_RUNS-4",
            "Prune removes no run at or after the bound.",
            ~EXISTED | EXISTS | Before(_ran_at).below(_before),
            of=("prune",),
        ),
    ),
)
