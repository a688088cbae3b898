"""Broken twins of table 6, `jobs`."""

from __future__ import annotations

from lawful.specs.expression import EXISTS, Literal
from lawful.specs.task_store.jobs import FINISHED_STATES, JOBS
from lawful.specs.twin import (
    Twin,
    argument_of,
    assigning,
    body,
    changed,
    doing,
    field_of,
    guarded,
    without_case,
)

_state = field_of(JOBS, "state")
_claim_expires = field_of(JOBS, "claim_expires_at")
_same_type = field_of(JOBS, "type").is_(argument_of(JOBS, "enqueue", "type"))
_same_params = field_of(JOBS, "params").is_(argument_of(JOBS, "enqueue", "params"))
_wanted_state = argument_of(JOBS, "list", "state")
_OWNER = "only the current claimant may"
_EXPIRED = "the claim on the job may have expired"

JOBS_TWINS = (
    Twin(
        "claim-takes-what-others-hold",
        "TS-JOBS-1",
        "a claim returns any job that is not finished",
        changed(JOBS, "claim", guarded(_EXPIRED, _state.is_("in_progress"))),
    ),
    Twin(
        "claim-expires-at-once",
        "TS-JOBS-1",
        "a claim does not set the time of its end",
        changed(JOBS, "claim", assigning("the job is queued", claim_expires_at=None)),
    ),
    Twin(
        "heartbeat-without-owner-check",
        "TS-JOBS-2",
        "anybody may extend a claim",
        changed(JOBS, "heartbeat", without_case(_OWNER)),
    ),
    Twin(
        "progress-without-owner-check",
        "TS-JOBS-2",
        "anybody may report progress",
        changed(JOBS, "progress", without_case(_OWNER)),
    ),
    Twin(
        "complete-without-owner-check",
        "TS-JOBS-2",
        "anybody may complete a job that is claimed",
        changed(JOBS, "complete", without_case(_OWNER)),
    ),
    Twin(
        "late-worker-completes",
        "TS-JOBS-3",
        "complete does not ask whether the claim has expired",
        changed(JOBS, "complete", without_case("the claim has expired")),
    ),
    Twin(
        "late-heartbeat-revives-the-claim",
        "TS-JOBS-3",
        "heartbeat does not ask whether the claim has expired",
        changed(JOBS, "heartbeat", without_case("the claim has expired")),
    ),
    Twin(
        "claim-ignores-expiry",
        "TS-JOBS-3",
        "a job whose claim has expired is never claimed again",
        changed(JOBS, "claim", without_case(_EXPIRED)),
    ),
    Twin(
        "completed-job-claimed-again",
        "TS-JOBS-4",
        "a claim returns jobs that are completed",
        changed(JOBS, "claim", guarded("the job is queued", _state.is_in(("queued", "completed")))),
    ),
    Twin(
        "failed-job-completes",
        "TS-JOBS-4",
        "a job that failed can be completed by its worker",
        changed(JOBS, "complete", without_case("the job is finished"), without_case("the claim has expired")),
    ),
    Twin(
        "queue-depth-counts-claimed-jobs",
        "TS-JOBS-5",
        "queue depth counts every job that is not finished",
        changed(JOBS, "queue_depth", body(where=~_state.is_in(FINISHED_STATES))),
    ),
    Twin(
        "job-never-queued",
        "TS-JOBS-6",
        "a claim looks for jobs that nobody has put there",
        changed(JOBS, "claim", guarded("the job is queued", _state.is_("queued") & _claim_expires.is_not(None))),
    ),
    Twin(
        "heartbeat-without-end-of-claim",
        "TS-JOBS-3",
        "a heartbeat is answered, and the claim ends when it would have",
        changed(JOBS, "heartbeat", doing("the claim lasts")),
    ),
    Twin(
        "second-enqueue-overwrites",
        "TS-JOBS-7",
        "an enqueue replaces the job that has the id",
        changed(JOBS, "enqueue", without_case("the id is taken")),
    ),
    Twin(
        "second-enqueue-compares-jobs",
        "TS-JOBS-7",
        "an enqueue is refused only where the same type and parameters are there",
        changed(JOBS, "enqueue", guarded("the id is taken", EXISTS & _same_type & _same_params)),
    ),
    Twin(
        "retried-enqueue-takes-effect-twice",
        "TS-ALL-6",
        "an enqueue that is sent again puts the job back into the queue",
        changed(JOBS, "enqueue", guarded("the id is taken", EXISTS & ~(_same_type & _same_params))),
    ),
    Twin(
        "list-ignores-the-state",
        "TS-JOBS-8",
        "a list answers jobs in any state",
        changed(JOBS, "list", body(where=_wanted_state.is_(_wanted_state))),
    ),
    Twin(
        "list-without-limit",
        "TS-JOBS-8",
        "a list answers all jobs, however few were asked for",
        changed(JOBS, "list", body(limit=None)),
    ),
    Twin(
        "job-becomes-one-of-another-type",
        "TS-ALL-5",
        "a claim clears the type of the job",
        changed(JOBS, "claim", assigning("the job is queued", type=Literal(""))),
    ),
    Twin(
        "finished-job-forgets-its-worker",
        "TS-ALL-1",
        "a job that failed shows nobody who claimed it",
        changed(JOBS, "fail", assigning("the claim lasts", claimed_by=None)),
    ),
)
