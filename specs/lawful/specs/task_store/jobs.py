"""Table 6, `jobs`: background work that is claimed by one worker at a time, for a limited time.

Two readings are fixed here. A claim that has expired leaves the job `in_progress` until another claim takes it, so
queue depth does not count it. An expired claim is lost at once: its worker is refused even before another worker
claims the job.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import BELIEVED_UNTIL, BELIEVER, EXISTED, EXISTS, After, Before
from lawful.specs.field import INSTANT, Argument, Drawn, Field
from lawful.specs.function import (
    SHOWN,
    Blame,
    Case,
    CountRows,
    Function,
    ListRows,
    OnAnyRow,
    OnRow,
    Shown,
    Update,
    case,
    insert,
    update,
)
from lawful.specs.property import Exclusive, Invariant, StepProperty
from lawful.specs.table import Table

JOB_STATES = ("queued", "in_progress", "completed", "failed")
FINISHED_STATES = ("completed", "failed")

_SOURCE = "task-store contract, table 6 and what must hold, jobs"

_job_id = Argument("id", "string", drawn=Drawn.IDENTITY)
_seen_id = Argument("id", "string", drawn=Drawn.SEEN)
_type = Argument("type", "string")
_params = Argument("params", "any")
_worker = Argument("worker", "string", drawn=Drawn.SELF)
_ttl_ms = Argument("ttl_ms", "integer", drawn=Drawn.DURATION)
_given_progress = Argument("progress", "any")
_wanted_state = Argument("state", "string", nullable=True, values=JOB_STATES)
_limit = Argument("limit", "integer", nullable=True, drawn=Drawn.FEW)

_id = Field("id", "string")
_kept_type = Field("type", "string", clause="TS-ALL-5")
_kept_params = Field("params", "any", clause="TS-ALL-5")
_state = Field("state", "string", values=JOB_STATES)
_claimed_by = Field("claimed_by", "string", nullable=True)
_claim_expires = Field("claim_expires_at", INSTANT, nullable=True, shown=False)
_progress = Field("progress", "any")

_BY_CLAIMANT = ("heartbeat", "progress", "complete", "fail")
_unchanged = (
    _state.is_(Before(_state))
    & _claimed_by.is_(Before(_claimed_by))
    & _claim_expires.is_(Before(_claim_expires))
    & _progress.is_(Before(_progress))
)


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-JOBS-{number}", "jobs", level, sentence, _SOURCE)


def _by_claimant(change: Update) -> OnRow:
    """What only the current claimant may do."""
    return OnRow(
        (
            case(~EXISTS, False, "there is no such job", "TS-JOBS-2"),
            case(_state.is_in(FINISHED_STATES), False, "the job is finished", "TS-JOBS-4"),
            case(_claimed_by.is_not(_worker), False, "only the current claimant may", "TS-JOBS-2"),
            case(_claim_expires.passed, False, "the claim has expired", "TS-JOBS-3"),
            case(None, True, "the claim lasts", "TS-JOBS-2", change),
        )
    )


def _claimed(because: str, clause: str) -> Case:
    taken = update(state="in_progress", claimed_by=_worker, claim_expires_at=After(_ttl_ms))
    guard = _state.is_("queued") if clause == "TS-JOBS-6" else _state.is_("in_progress") & _claim_expires.passed
    return case(guard, Shown(("id", "type", "params")), because, clause, taken)


JOBS = Table(
    name="jobs",
    number="6",
    meaning="Background work, claimed by one worker at a time, for a limited time.",
    key=None,
    row_key=(_id,),
    fields=(
        _kept_type,
        _kept_params,
        _state,
        _claimed_by,
        _claim_expires,
        _progress,
    ),
    functions=(
        Function(
            "enqueue",
            (_job_id, _type, _params),
            ("boolean",),
            "Add a queued job; false where the id is taken.",
            OnRow(
                (
                    case(EXISTS, False, "the id is taken", "TS-JOBS-7"),
                    case(
                        None,
                        True,
                        "the id is free",
                        "TS-JOBS-7",
                        insert(type=_type, params=_params, state="queued"),
                    ),
                )
            ),
            weight=22,
        ),
        Function(
            "claim",
            (_worker, _ttl_ms),
            ("object", "null"),
            "Take a queued job, or one whose claim has expired: its {id, type, params}; null where there is none.",
            OnAnyRow(
                (
                    _claimed("the job is queued", "TS-JOBS-6"),
                    _claimed("the claim on the job may have expired", "TS-JOBS-3"),
                ),
                none_because="every job is finished or held by a worker",
                none_clause="TS-JOBS-1",
            ),
            weight=40,
            blames=(
                Blame(~EXISTS, "no such job was enqueued", "TS-ALL-5"),
                Blame(_state.is_in(FINISHED_STATES), "{id} is {state}", "TS-JOBS-4"),
                Blame(
                    ~_state.is_("queued") & ~_claim_expires.passed,
                    "{id} is claimed by {claimed_by}, whose claim has not expired",
                    "TS-JOBS-1",
                ),
                Blame(None, "{id} was enqueued with another type or other parameters", "TS-ALL-5"),
            ),
        ),
        Function(
            "heartbeat",
            (_seen_id, _worker, _ttl_ms),
            ("boolean",),
            "Extend the claim to ttl from now; false for any other than the current claimant.",
            _by_claimant(update(claim_expires_at=After(_ttl_ms))),
        ),
        Function(
            "progress",
            (_seen_id, _worker, _given_progress),
            ("boolean",),
            "Record progress; false for any other than the current claimant.",
            _by_claimant(update(progress=_given_progress)),
        ),
        Function(
            "complete",
            (_seen_id, _worker),
            ("boolean",),
            "Finish the job as completed; false for any other than the current claimant.",
            _by_claimant(update(state="completed", claim_expires_at=None)),
            weight=20,
        ),
        Function(
            "fail",
            (_seen_id, _worker),
            ("boolean",),
            "Finish the job as failed; false for any other than the current claimant.",
            _by_claimant(update(state="failed", claim_expires_at=None)),
        ),
        Function(
            "get",
            (_seen_id,),
            ("object", "null"),
            "The row {id, type, params, state, claimed_by, progress}, or null.",
            OnRow(
                (
                    case(EXISTS, SHOWN, "a get answers the row as last written", "TS-ALL-1"),
                    case(None, None, "there is no such job", "TS-ALL-1"),
                )
            ),
            reads_only=True,
            weight=8,
        ),
        Function(
            "list",
            (_wanted_state, _limit),
            ("array",),
            "The rows in a state (null: any) in order of id, at most limit of them.",
            ListRows(
                "a list answers every job in the state, in order of id",
                "TS-JOBS-8",
                where=_wanted_state.is_(None) | _state.is_(_wanted_state),
                limit=_limit,
            ),
            reads_only=True,
            weight=8,
        ),
        Function(
            "queue_depth",
            (),
            ("integer",),
            "How many jobs are queued.",
            CountRows("queue depth is the number of queued jobs", "TS-JOBS-5", where=_state.is_("queued")),
            reads_only=True,
        ),
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
    properties=(
        Exclusive(
            "TS-JOBS-1",
            "No two workers hold a job at the same instant.",
            believer="worker",
            granted_by=("claim", "heartbeat"),
            given_up_by=("complete", "fail"),
            invariant=EXISTS
            & _state.is_("in_progress")
            & _claimed_by.is_(BELIEVER)
            & _claim_expires.at_least(BELIEVED_UNTIL),
        ),
        Invariant(
            "TS-JOBS-6",
            "A job in progress has a claimant and an end of its claim, so it can be claimed again.",
            ~_state.is_("in_progress") | (_claimed_by.is_not(None) & _claim_expires.is_not(None)),
        ),
        Invariant("TS-JOBS-2", "A queued job has no claimant.", ~_state.is_("queued") | _claimed_by.is_(None)),
        StepProperty("TS-JOBS-6", "A job is never removed.", ~EXISTED | EXISTS),
        StepProperty(
            "TS-JOBS-4", "A finished job stays as it is.", ~Before(_state).is_in(FINISHED_STATES) | _unchanged
        ),
        StepProperty(
            "TS-JOBS-2",
            "Nobody but its claimant changes a job that is claimed.",
            _unchanged | Before(_claimed_by).is_(_worker),
            of=_BY_CLAIMANT,
        ),
        StepProperty(
            "TS-JOBS-3",
            "No worker changes a job whose claim has expired.",
            _unchanged | ~Before(_claim_expires.passed),
            of=_BY_CLAIMANT,
        ),
        StepProperty(
            "TS-JOBS-1",
            "A claim takes a job that is queued, or whose claim has expired.",
            _unchanged
            | Before(_state).is_("queued")
            | (Before(_state).is_("in_progress") & Before(_claim_expires.passed)),
            of=("claim",),
        ),
        StepProperty("TS-JOBS-7", "An enqueue changes no job that is there.", ~EXISTED | _unchanged, of=("enqueue",)),
        StepProperty(
            "TS-JOBS-6",
            "A job that is enqueued is queued.",
            EXISTED | ~EXISTS | (_id.is_(_job_id) & _state.is_("queued")),
            of=("enqueue",),
        ),
        StepProperty(
            "TS-ALL-5",
            "Type and parameters stay as they were enqueued.",
            ~EXISTED | (_kept_type.is_(Before(_kept_type)) & _kept_params.is_(Before(_kept_params))),
        ),
    ),
)
