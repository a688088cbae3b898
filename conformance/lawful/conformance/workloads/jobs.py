"""Workers that enqueue, claim, work on and finish jobs; some abandon their claim, some try what is not theirs.

The collisions: every few steps all clients enqueue the same id; claims are short enough to expire while their worker
is busy or dead; a worker that lost its claim goes on and must be refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.workloads.script import CURIOUS_VALUES, Intent, generator_of
from lawful.models.history import Outcome
from lawful.models.values import Json

TABLE = "jobs"
_CLAIM_TTLS_MS = (150, 400, 1200)
_STEPS_PER_SHARED_ID = 8
_MOST_FINAL_CLAIMS = 400


class JobsWorkload:
    """Workload `jobs`."""

    table = TABLE

    def script(self, client: int, seed: int) -> _Worker:
        return _Worker(client, seed)

    def final_script(self, seed: int) -> _Drain:
        return _Drain()


class _Worker:
    def __init__(self, client: int, seed: int) -> None:
        self._random = generator_of(seed, f"jobs/{client}")
        self._client = client
        self._worker = f"worker-{client}"
        self._steps = 0
        self._claimed: list[str] = []
        self._known: list[str] = ["job:none"]
        self._in_doubt = False

    def next(self) -> Intent:
        self._steps += 1
        if self._in_doubt:
            # As a worker would that does not know what became of its claim; it also tells the checker early.
            self._in_doubt = False
            return _intent("list", state=None, limit=None)
        if self._claimed and self._random.random() < 0.5:
            return self._work(self._random.choice(self._claimed))
        choice = self._random.random()
        if choice < 0.22:
            return self._enqueue()
        if choice < 0.62:
            return _intent("claim", worker=self._worker, ttl_ms=self._random.choice(_CLAIM_TTLS_MS))
        if choice < 0.72:
            return _intent("queue_depth")
        if choice < 0.80:
            return _intent("get", id=self._random.choice(self._known))
        if choice < 0.88:
            state = self._random.choice(("queued", "in_progress"))
            return _intent("list", state=state, limit=self._random.choice((None, 1, 5)))
        # What is not ours, or not any more.
        return self._work(self._random.choice(self._known))

    def _enqueue(self) -> Intent:
        if self._random.random() < 0.3:
            job_id = f"shared:{self._steps // _STEPS_PER_SHARED_ID}"
        else:
            job_id = f"job/{self._client}-{self._steps}"
        self._remember(job_id)
        params = self._random.choice(CURIOUS_VALUES)
        return _intent("enqueue", id=job_id, type=self._random.choice(("reindex", "größer", "")), params=params)

    def _work(self, job_id: str) -> Intent:
        function = self._random.choice(("heartbeat", "progress", "complete", "complete", "fail"))
        if function == "heartbeat":
            ttl_ms = self._random.choice(_CLAIM_TTLS_MS)
            return _intent("heartbeat", id=job_id, worker=self._worker, ttl_ms=ttl_ms)
        if function == "progress":
            return _intent("progress", id=job_id, worker=self._worker, progress={"step": self._steps})
        return _intent(function, id=job_id, worker=self._worker)

    def _remember(self, job_id: str) -> None:
        self._known = [*self._known[-5:], job_id]

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        self._in_doubt = outcome is Outcome.UNKNOWN
        job_id = intent.arguments.get("id")
        if intent.function == "claim" and outcome is Outcome.OK and isinstance(result, Mapping):
            claimed = str(result.get("id"))
            self._remember(claimed)
            if self._random.random() < 0.8:  # else the worker forgets the job, and its claim expires
                self._claimed.append(claimed)
        elif job_id in self._claimed and (intent.function in ("complete", "fail") or result is False):
            self._claimed.remove(str(job_id))


class _Drain:
    """Lists everything, then claims until nothing is left: a job that is lost shows as one that no claim returns."""

    def __init__(self) -> None:
        self._ahead = [_intent("list", state=None, limit=None), _intent("queue_depth")]
        self._claims = 0

    def next(self) -> Intent | None:
        if self._ahead:
            return self._ahead.pop(0)
        if self._claims >= _MOST_FINAL_CLAIMS:
            return None
        self._claims += 1
        return _intent("claim", worker="final", ttl_ms=3_600_000)

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        if intent.function == "claim" and result is None:
            self._claims = _MOST_FINAL_CLAIMS


def _intent(function: str, **arguments: Json) -> Intent:
    return Intent(TABLE, None, function, arguments)
