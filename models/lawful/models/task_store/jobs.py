"""Table `jobs` of the task store (clauses TS-JOBS-n): work that one worker at a time holds, for a limited time.

`claim` may hand out any job that is claimable; the contract promises no order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lawful.models.history import Operation
from lawful.models.model import (
    Call,
    Refusal,
    Transition,
    Window,
    argument,
    integer_argument,
    text_argument,
    unknown_call,
)
from lawful.models.rows import Rows
from lawful.models.sources import Shown
from lawful.models.task_store.expiry import Expiry, expiry_of
from lawful.models.values import Frozen, Json, canonical
from lawful.models.wording import value_text
from lawful.specs.task_store.jobs import JOBS

_READS = frozenset(function.name for function in JOBS.functions if function.reads_only)

EXPIRED = Expiry(0, 0)
"""The expiry of a claim that somebody saw expired: past at every instant of a recording."""


class Job(NamedTuple):
    """A row. `claim_expiry` is set while the job is in progress."""

    type: str
    params: Frozen
    state: str = "queued"
    claimed_by: str | None = None
    claim_expiry: Expiry | None = None
    progress: Frozen = Frozen(None)

    def __str__(self) -> str:
        return self.state if self.claimed_by is None else f"{self.state} by {self.claimed_by}"


_Source = tuple[str, str, str]
"""What a value of a row is supplied as: the field, the row, the value."""

Jobs = Rows[Job]
Steps = tuple[Transition[Jobs], ...]


@dataclass(frozen=True, slots=True)
class JobsModel:
    """The whole table is one object: `claim`, `list` and `queue_depth` see all rows at one instant."""

    clock_error_ns: int = 0
    name: str = "jobs"

    def initial(self) -> Jobs:
        return Jobs()

    def timed_step(self, state: Jobs, call: Call, window: Window) -> Steps:
        match call.function:
            case "enqueue":
                return _enqueue(state, call)
            case "claim":
                return self._claim(state, call, window)
            case "heartbeat":
                expiry = self._expiry(call, window)
                return _by_claimant(state, call, window, lambda job: job._replace(claim_expiry=expiry))
            case "progress":
                progress = Frozen(argument(call, "progress"))
                return _by_claimant(state, call, window, lambda job: job._replace(progress=progress))
            case "complete":
                return _by_claimant(state, call, window, lambda job: _finished(job, "completed"))
            case "fail":
                return _by_claimant(state, call, window, lambda job: _finished(job, "failed"))
            case "get":
                job_id = text_argument(call, "id")
                job = state.get(job_id)
                reply = None if job is None else _shown(job_id, job)
                return (Transition(reply, state, "a get answers the row as last written", "TS-ALL-1"),)
            case "list":
                return _list(state, call)
            case "queue_depth":
                depth = sum(job.state == "queued" for _, job in state.items())
                return (Transition(depth, state, "queue depth is the number of queued jobs", "TS-JOBS-5"),)
        raise unknown_call("jobs", call, [function.name for function in JOBS.functions])

    def _claim(self, state: Jobs, call: Call, window: Window) -> Steps:
        worker = text_argument(call, "worker")
        expiry = self._expiry(call, window)
        steps: list[Transition[Jobs]] = []
        none_is_certain = False
        for job_id, job in state.items():
            if job.state == "queued":
                because, clause = "the job is queued", "TS-JOBS-6"
                none_is_certain = True
            elif job.claim_expiry is not None and job.claim_expiry.may_have_passed(window):
                because, clause = "the claim on the job may have expired", "TS-JOBS-3"
                none_is_certain |= not job.claim_expiry.may_be_ahead(window)
            else:
                continue
            claimed = job._replace(state="in_progress", claimed_by=worker, claim_expiry=expiry)
            reply: Json = {"id": job_id, "type": job.type, "params": job.params.value}
            steps.append(Transition(reply, state.put(job_id, claimed), because, clause))
        if not none_is_certain:
            steps.append(Transition(None, state, "every job is finished or held by a worker", "TS-JOBS-1"))
        return tuple(steps)

    def _expiry(self, call: Call, window: Window) -> Expiry:
        return expiry_of(window, integer_argument(call, "ttl_ms"), self.clock_error_ns)

    def had_no_effect(self, operation: Operation) -> bool:
        refused = operation.result is False or (operation.function == "claim" and operation.result is None)
        return refused or operation.function in _READS

    def rows(self, operation: Operation) -> frozenset[str]:
        answered = operation.result.get("id") if isinstance(operation.result, Mapping) else None
        named = (operation.arguments.get("id"), answered)
        return frozenset(row for row in named if isinstance(row, str))

    def projected(self, operation: Operation, row: str) -> Operation | None:
        """Lists and depths go, as they look at other rows; a claim that found nothing found this row unclaimable."""
        rows = self.rows(operation)
        if operation.function in ("list", "queue_depth") or (rows and row not in rows):
            return None
        return operation

    def supplied_at_first(self) -> Iterable[_Source]:
        return ()

    def supplied(self, operation: Operation) -> Iterable[_Source]:
        row = canonical(operation.arguments.get("id"))
        if operation.function == "enqueue" and operation.result is not False:
            given = canonical([operation.arguments.get("type"), operation.arguments.get("params")])
            return ("id", row, ""), ("type and params", row, given)
        if operation.function == "progress" and operation.result is not False:
            return (("progress", row, canonical(operation.arguments.get("progress"))),)
        return ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        if operation.function in ("get", "claim"):
            return _shown_by(operation.result)
        if operation.function == "list" and isinstance(operation.result, Sequence):
            return (one for row in operation.result for one in _shown_by(row))
        row = operation.arguments.get("id")
        changed = operation.result is True and operation.function != "enqueue" and isinstance(row, str)
        return (_shown_job(str(row)),) if changed else ()

    def refusal(self, state: Jobs, call: Call, reply: Json, window: Window) -> Refusal | None:
        """Why `claim` may not hand out the job that it did, or why a second enqueue adds no second job."""
        match call.function:
            case "claim" if isinstance(reply, Mapping):
                return _wrong_claim(state, reply, window)
            case "enqueue" if reply is True:
                return _retried_enqueue(state, call)
        return None


def _wrong_claim(state: Jobs, reply: Mapping[str, Json], window: Window) -> Refusal:
    job_id = reply.get("id")
    job = state.get(job_id) if isinstance(job_id, str) else None
    if job is None:
        return Refusal("no such job was enqueued", "TS-ALL-5")
    if job.state in ("completed", "failed"):
        return Refusal(f"{job_id} is {job.state}", "TS-JOBS-4")
    if job.claim_expiry is not None and not job.claim_expiry.may_have_passed(window):
        return Refusal(f"{job_id} is claimed by {job.claimed_by}, whose claim has not expired", "TS-JOBS-1")
    return Refusal(f"{job_id} was enqueued with another type or other parameters", "TS-ALL-5")


def _retried_enqueue(state: Jobs, call: Call) -> Refusal | None:
    job_id = text_argument(call, "id")
    job = state.get(job_id)
    if job is None or job.type != argument(call, "type") or job.params != Frozen(argument(call, "params")):
        return None
    return Refusal(f"{job_id} was enqueued before, exactly like this: a retry takes effect once", "TS-ALL-6")


def _enqueue(state: Jobs, call: Call) -> Steps:
    job_id = text_argument(call, "id")
    if state.get(job_id) is not None:
        return (Transition(False, state, "the id is taken", "TS-JOBS-7"),)
    job = Job(text_argument(call, "type"), Frozen(argument(call, "params")))
    return (Transition(True, state.put(job_id, job), "the id is free", "TS-JOBS-7"),)


def _by_claimant(state: Jobs, call: Call, window: Window, change: Callable[[Job], Job]) -> Steps:
    job_id, worker = text_argument(call, "id"), text_argument(call, "worker")
    job = state.get(job_id)
    if job is None:
        return (Transition(False, state, "there is no such job", "TS-JOBS-2"),)
    if job.state in ("completed", "failed"):
        return (Transition(False, state, "the job is finished", "TS-JOBS-4"),)
    if job.claimed_by != worker or job.claim_expiry is None:
        return (Transition(False, state, "only the current claimant may", "TS-JOBS-2"),)
    steps: list[Transition[Jobs]] = []
    if job.claim_expiry.may_be_ahead(window):
        steps.append(Transition(True, state.put(job_id, change(job)), "the claim lasts", "TS-JOBS-2"))
    if job.claim_expiry.may_have_passed(window):
        expired = state.put(job_id, job._replace(claim_expiry=EXPIRED))
        steps.append(Transition(False, expired, "the claim has expired", "TS-JOBS-3"))
    return tuple(steps)


def _finished(job: Job, state: str) -> Job:
    return job._replace(state=state, claim_expiry=None)


def _list(state: Jobs, call: Call) -> Steps:
    wanted = argument(call, "state")
    rows = [_shown(job_id, job) for job_id, job in state.items() if wanted is None or job.state == wanted]
    limit = argument(call, "limit")
    reply: Json = rows if limit is None else rows[: integer_argument(call, "limit")]
    return (Transition(reply, state, "a list answers every job in the state, in order of id", "TS-JOBS-8"),)


def _shown(job_id: str, job: Job) -> Json:
    return {
        "id": job_id,
        "type": job.type,
        "params": job.params.value,
        "state": job.state,
        "claimed_by": job.claimed_by,
        "progress": job.progress.value,
    }


def _shown_by(row: Json) -> Iterator[Shown]:
    """What a row of an answer shows."""
    job_id = row.get("id") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or not isinstance(job_id, str):
        return
    yield _shown_job(job_id)
    given = canonical([row.get("type"), row.get("params")])
    text = f"type {value_text(row.get('type'))} with params {value_text(row.get('params'))} of {value_text(job_id)}"
    yield Shown((("type and params", canonical(job_id), given),), text, "TS-ALL-5")
    progress = row.get("progress")
    if progress is not None:
        text = f"progress {value_text(progress)} of {value_text(job_id)}"
        yield Shown((("progress", canonical(job_id), canonical(progress)),), text, "TS-ALL-5")


def _shown_job(job_id: str) -> Shown:
    return Shown((("id", canonical(job_id), ""),), f"the job {value_text(job_id)}")
