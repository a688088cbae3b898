"""Broken twins of table 7, `leader_lease`."""

from __future__ import annotations

from lawful.specs.expression import After, Conditional, Literal
from lawful.specs.function import AnyAbove
from lawful.specs.task_store.leader_lease import LEADER_LEASE
from lawful.specs.twin import (
    Twin,
    answering,
    assigning,
    changed,
    doing,
    field_of,
    guarded,
    without_case,
)

_holder = field_of(LEADER_LEASE, "holder")
_token = field_of(LEADER_LEASE, "token")
_HELD = "{holder} holds the lease"
_FREE = "nobody holds the lease, and tokens only grow"

LEADER_LEASE_TWINS = (
    Twin(
        "acquire-without-holder-check",
        "TS-LEADER_LEASE-1",
        "an acquire is granted to whoever asks",
        changed(LEADER_LEASE, "acquire", without_case(_HELD)),
    ),
    Twin(
        "only-the-first-lease-keeps-others-out",
        "TS-LEADER_LEASE-1",
        "only the first lease of a scope keeps others out",
        changed(LEADER_LEASE, "acquire", guarded(_HELD, _holder.is_not(None) & _token.is_(1))),
    ),
    Twin(
        "get-shows-who-led-last",
        "TS-LEADER_LEASE-6",
        "a get answers the holder of a lease that has expired",
        changed(LEADER_LEASE, "get", guarded(_HELD, _holder.is_not(None))),
    ),
    Twin(
        "renew-without-owner-check",
        "TS-LEADER_LEASE-2",
        "anybody may renew",
        changed(LEADER_LEASE, "renew", without_case("only the holder may renew")),
    ),
    Twin(
        "renew-after-expiry",
        "TS-LEADER_LEASE-2",
        "renew does not ask whether the lease has expired",
        changed(LEADER_LEASE, "renew", without_case("the lease has expired")),
    ),
    Twin(
        "lease-without-owner-check",
        "TS-LEADER_LEASE-3",
        "anybody may release",
        changed(LEADER_LEASE, "release", without_case("only the holder may release")),
    ),
    Twin(
        "token-restarts-after-expiry",
        "TS-LEADER_LEASE-4",
        "the token is stored with the lease, and goes when it expires",
        changed(
            LEADER_LEASE,
            "acquire",
            answering(_FREE, AnyAbove(Conditional(_holder.is_(None), _token, Literal(0)))),
        ),
    ),
    Twin(
        "token-restarts-after-release",
        "TS-LEADER_LEASE-4",
        "a release deletes the token with the lease",
        changed(LEADER_LEASE, "release", assigning("the lease lasts", token=0)),
    ),
    Twin(
        "guarded-write-without-token-check",
        "TS-LEADER_LEASE-5",
        "a write with an old token is accepted",
        changed(LEADER_LEASE, "guarded_write", without_case("a lease with a larger token was granted")),
    ),
    Twin(
        "guarded-write-is-lost",
        "TS-LEADER_LEASE-5",
        "a write is answered, and the value stays",
        changed(LEADER_LEASE, "guarded_write", doing("no lease with a larger token was granted")),
    ),
    Twin(
        "lease-never-expires",
        "TS-LEADER_LEASE-6",
        "a lease is free only once it was released",
        changed(LEADER_LEASE, "acquire", guarded(_HELD, _holder.is_not(None))),
    ),
    Twin(
        "release-keeps-the-lease",
        "TS-LEADER_LEASE-6",
        "a release is answered, and the lease stays",
        changed(LEADER_LEASE, "release", doing("the lease lasts")),
    ),
    Twin(
        "renewal-is-a-minute-long",
        "TS-LEADER_LEASE-6",
        "a renewed lease lasts a minute, whatever was asked for",
        changed(LEADER_LEASE, "renew", assigning("the lease lasts", expires_at=After(Literal(60_000)))),
    ),
)
