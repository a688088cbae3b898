"""What `lawful mutants raft --format json` prints; `lawful schema raft-mutants` describes it."""

from __future__ import annotations

from lawful.conformance.errors import ExitCode
from lawful.conformance.raft_mutants.known import KNOWN
from lawful.conformance.raft_mutants.matrix import Matrix, Row
from lawful.models.values import Json

FORMAT_VERSION = 1


def report(found: Matrix, code: ExitCode) -> Json:
    """The whole matrix."""
    return {
        "format": FORMAT_VERSION,
        "exit_code": int(code),
        "seconds": round(found.seconds, 6),
        "engines": [engine.value for engine in found.engines],
        "mistakes": [_row(row) for row in found.rows],
        "untouched": [
            {
                "engine": check.engine.value,
                "configuration": check.configuration,
                "rejected_by": check.rejected_by,
                "seconds": round(check.seconds, 6),
            }
            for check in found.checks
        ],
    }


def _row(row: Row) -> Json:
    subject = row.subject
    return {
        "name": subject.name,
        "sentence": subject.sentence,
        "source": subject.source,
        "numbers": [one.number for one in KNOWN if subject.name in one.names],
        "mutant_of_the_proof": None if subject.mutant is None else subject.mutant.name,
        "killed": row.is_killed,
        "attempts": [
            {
                "engine": one.engine.value,
                "expected": one.expected,
                "rejected_by": one.rejected_by,
                "steps": one.steps,
                "scene_steps": one.scene,
                "looked_at": one.looked_at,
                "seconds": round(one.seconds, 6),
            }
            for one in row.attempts
        ],
    }
