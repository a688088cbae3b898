"""What each protocol has to keep: clauses of the contract where the table has some, else the promise in words.

The one place that names clause ids, so that a table that gets its clauses is one edit here.
"""

from __future__ import annotations

from typing import NamedTuple


class Promise(NamedTuple):
    """What must hold."""

    sentence: str
    clauses: tuple[str, ...] = ()
    """Ids of `lawful.specs.task_store`; none while the table has no clauses."""


PROMISES: dict[str, Promise] = {
    "jobs-claim": Promise(
        "A job is claimed by at most one worker at a time, and is not lost when a worker dies.",
        ("TS-JOBS-1", "TS-JOBS-3", "TS-JOBS-6"),
    ),
    "jobs-complete": Promise(
        "Only the current claimant completes a job, and a late worker is refused.",
        ("TS-JOBS-2", "TS-JOBS-3", "TS-JOBS-4"),
    ),
    "jobs-requeue": Promise(
        "A job whose worker is gone is handed out again, to one worker, and never once it is finished.",
        ("TS-JOBS-1", "TS-JOBS-4", "TS-JOBS-6"),
    ),
    "tasks-insert": Promise(
        "Ids are unique, and a list shows a row and its index entry together or not at all.", ("TS-TASKS-1", "TS-ALL-2")
    ),
    "tasks-update-node": Promise("Concurrent updates of different nodes all survive.", ("TS-TASKS-2",)),
    "lease-acquire": Promise(
        "At most one holder at a time, with a token above all earlier ones, and free again after it expires.",
        ("TS-LEADER_LEASE-1", "TS-LEADER_LEASE-4", "TS-LEADER_LEASE-6"),
    ),
    "lease-release": Promise("Nobody but the holder releases a lease.", ("TS-LEADER_LEASE-3",)),
    "lease-renew": Promise("Nobody but the holder renews a lease.", ("TS-LEADER_LEASE-2",)),
    "version-advance": Promise("Versions never go back, whatever order writers arrive in."),
    "alias-flip": Promise("Of two flips from the same version exactly one wins."),
    "cursor-advance": Promise("An advance is compare-and-set on the sequence; a cursor never goes back."),
    "session-touch": Promise("An expired session is never returned, and use extends a session as it is."),
    "idempotency-record": Promise("The first record of a key wins until it expires, and it does expire."),
    "canary-runs-insert": Promise("Of the runs of a canary the newest N are kept, and never more."),
    "admin-session-revoke": Promise("Once a revoke is acknowledged no later check accepts the session."),
    "rate-limit": Promise("At most the limit is admitted in a window, and a new window begins when it has passed."),
    "scoped-key-revoke": Promise("A key that a live pod may still use is never revoked."),
}
