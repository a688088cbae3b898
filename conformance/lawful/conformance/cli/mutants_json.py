"""What `lawful mutants --format json` prints; `lawful schema mutants` describes it."""

from __future__ import annotations

from lawful.conformance.errors import ExitCode
from lawful.conformance.twins.matrix import Matrix, Row
from lawful.conformance.twins.program import program_text
from lawful.models.values import Json

FORMAT_VERSION = 1


def report(found: Matrix, code: ExitCode) -> Json:
    """The whole matrix."""
    return {
        "format": FORMAT_VERSION,
        "exit_code": int(code),
        "seconds": round(found.seconds, 6),
        "median_seconds_to_catch": None if found.median_s is None else round(found.median_s, 6),
        "twins": [_row(row) for row in found.rows],
        "clauses": [
            {
                "id": clause.id,
                "rejects": [row.twin.name for row in found.rejected_by(clause.id)],
                "rejects_alone": [row.twin.name for row in found.rejected_by(clause.id) if len(row.rejected_by) == 1],
            }
            for clause in found.clauses
        ],
        "untouched": {
            "rounds": found.untouched_rounds,
            "rejected": [
                {"table": alarm.table, "seed": alarm.seed, "clauses": list(alarm.clauses)} for alarm in found.alarms
            ],
        },
    }


def _row(row: Row) -> Json:
    return {
        "name": row.twin.name,
        "table": row.twin.table,
        "clause": row.twin.clause,
        "mistake": row.twin.mistake,
        "rounds": row.rounds,
        "rejected_by": dict(row.rejected_by),
        "seconds_to_catch": None if row.caught_after_s is None else round(row.caught_after_s, 6),
        "stage": None if row.first is None else row.first.stage.value,
        "seed": None if row.first is None else row.first.seed,
        "operations": row.operations,
        "program": None if row.program is None else program_text(row.twin.name, row.program),
    }
