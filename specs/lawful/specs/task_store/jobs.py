"""Table 6, `jobs`: background work that is claimed by one worker at a time, for a limited time.

Two readings are fixed here. A claim that has expired leaves the job `in_progress` until another claim takes it, so
queue depth does not count it. An expired claim is lost at once: its worker is refused even before another worker
claims the job.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.table import Argument, Function, Table

JOB_STATES = ("queued", "in_progress", "completed", "failed")

_SOURCE = "task-store contract, table 6 and what must hold, jobs"
_ID = Argument("id", "string")
_WORKER = Argument("worker", "string")
_TTL = Argument("ttl_ms", "integer")


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-JOBS-{number}", "jobs", level, sentence, _SOURCE)


JOBS = Table(
    name="jobs",
    key=None,
    functions=(
        Function(
            "enqueue",
            (_ID, Argument("type", "string"), Argument("params", "any")),
            ("boolean",),
            "Add a queued job; false where the id is taken.",
        ),
        Function(
            "claim",
            (_WORKER, _TTL),
            ("object", "null"),
            "Take a queued job, or one whose claim has expired: its {id, type, params}; null where there is none.",
        ),
        Function(
            "heartbeat",
            (_ID, _WORKER, _TTL),
            ("boolean",),
            "Extend the claim to ttl from now; false for any other than the current claimant.",
        ),
        Function(
            "progress",
            (_ID, _WORKER, Argument("progress", "any")),
            ("boolean",),
            "Record progress; false for any other than the current claimant.",
        ),
        Function(
            "complete",
            (_ID, _WORKER),
            ("boolean",),
            "Finish the job as completed; false for any other than the current claimant.",
        ),
        Function(
            "fail",
            (_ID, _WORKER),
            ("boolean",),
            "Finish the job as failed; false for any other than the current claimant.",
        ),
        Function(
            "get",
            (_ID,),
            ("object", "null"),
            "The row {id, type, params, state, claimed_by, progress}, or null.",
            reads_only=True,
        ),
        Function(
            "list",
            (Argument("state", "string", nullable=True), Argument("limit", "integer", nullable=True)),
            ("array",),
            "The rows in a state (null: any) in order of id, at most limit of them.",
            reads_only=True,
        ),
        Function("queue_depth", (), ("integer",), "How many jobs are queued.", reads_only=True),
    ),
    clauses=(
        _clause(1, Level.CONCURRENT, "A job is claimed by at most one worker at a time."),
        _clause(
            2,
            Level.SEQUENTIAL,
            "Only the current claimant may heartbeat, report progress, complete or fail a job.",
        ),
        _clause(3, Level.TIMED, "An expired claim makes the job claimable again, and the late worker is refused."),
        _clause(4, Level.SEQUENTIAL, "A completed or failed job is never claimed again, and stays as it is."),
        _clause(5, Level.CONCURRENT, "Queue depth equals the number of queued jobs."),
        _clause(
            6,
            Level.CRASH,
            "No job is lost, whenever a worker or a client dies: while one is claimable, a claim returns one.",
        ),
        _clause(7, Level.SEQUENTIAL, "Ids are unique: a second enqueue is refused and changes nothing."),
        _clause(
            8,
            Level.SEQUENTIAL,
            "A list shows the jobs in the state asked for, in order of id, up to the limit.",
        ),
    ),
)
