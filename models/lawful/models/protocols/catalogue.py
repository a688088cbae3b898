"""Every protocol, by name."""

from __future__ import annotations

from lawful.models.protocols.jobs_claim import JOBS_CLAIM
from lawful.models.protocols.protocol import Protocol

PROTOCOLS: dict[str, Protocol] = {protocol.name: protocol for protocol in (JOBS_CLAIM,)}
