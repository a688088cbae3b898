"""Every protocol, by name, in the order of the tables of the contract."""

from __future__ import annotations

from lawful.models.protocols.canary_runs import CANARY_RUNS_INSERT
from lawful.models.protocols.compare_and_set import ALIAS_FLIP, CURSOR_ADVANCE
from lawful.models.protocols.expiring_rows import IDEMPOTENCY_RECORD, SESSION_TOUCH
from lawful.models.protocols.jobs_claim import JOBS_CLAIM
from lawful.models.protocols.jobs_complete import JOBS_COMPLETE
from lawful.models.protocols.jobs_requeue import JOBS_REQUEUE
from lawful.models.protocols.lease_acquire import LEASE_ACQUIRE
from lawful.models.protocols.lease_keep import LEASE_RELEASE, LEASE_RENEW
from lawful.models.protocols.protocol import Protocol
from lawful.models.protocols.rate_limit import RATE_LIMIT
from lawful.models.protocols.revocation import ADMIN_SESSION_REVOKE, SCOPED_KEY_REVOKE
from lawful.models.protocols.tasks_insert import TASKS_INSERT
from lawful.models.protocols.tasks_update_node import TASKS_UPDATE_NODE
from lawful.models.protocols.version_advance import VERSION_ADVANCE

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        TASKS_INSERT,
        TASKS_UPDATE_NODE,
        VERSION_ADVANCE,
        ALIAS_FLIP,
        SESSION_TOUCH,
        IDEMPOTENCY_RECORD,
        JOBS_CLAIM,
        JOBS_COMPLETE,
        JOBS_REQUEUE,
        LEASE_ACQUIRE,
        LEASE_RELEASE,
        LEASE_RENEW,
        CANARY_RUNS_INSERT,
        CURSOR_ADVANCE,
        ADMIN_SESSION_REVOKE,
        RATE_LIMIT,
        SCOPED_KEY_REVOKE,
    )
}
