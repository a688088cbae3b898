"""Broken twins of extra E4, `scoped_keys`."""

from __future__ import annotations

from lawful.specs.task_store.scoped_keys import SCOPED_KEYS
from lawful.specs.twin import Twin, answering, assigning, changed, field_of, leaving, without_case, without_expiry

_PREVIOUS = "it is the generation of the previous key"
_ROTATES = "the generation was {generation}, and no previous key is in use"

SCOPED_KEYS_TWINS = (
    Twin(
        "revoke-without-asking-the-pods",
        "TS-SCOPED_KEYS-1",
        "the previous key is revoked while pods use it",
        changed(SCOPED_KEYS, "revoke_previous", without_case("a live pod has not observed {generation} yet")),
    ),
    Twin(
        "rotation-without-compare",
        "TS-SCOPED_KEYS-2",
        "a rotation does not ask for the generation",
        changed(SCOPED_KEYS, "rotate", without_case("the generation is {generation}")),
    ),
    Twin(
        "rotation-forgets-a-previous-key",
        "TS-SCOPED_KEYS-3",
        "a second rotation drops the previous key without revoking it",
        changed(SCOPED_KEYS, "rotate", without_case("the previous key is not revoked yet")),
    ),
    Twin(
        "rotation-keeps-no-previous-key",
        "TS-SCOPED_KEYS-3",
        "a rotation replaces the key",
        changed(SCOPED_KEYS, "rotate", leaving(_ROTATES, "previous")),
    ),
    Twin(
        "rotation-keeps-the-primary-key",
        "TS-SCOPED_KEYS-3",
        "the primary key stays where a rotation should replace it",
        changed(SCOPED_KEYS, "rotate", assigning(_ROTATES, primary=field_of(SCOPED_KEYS, "primary"))),
    ),
    Twin(
        "report-of-a-pod-never-ends",
        "TS-SCOPED_KEYS-4",
        "a pod that died is waited for for ever",
        without_expiry(SCOPED_KEYS),
    ),
    Twin(
        "report-of-any-generation-counts",
        "TS-SCOPED_KEYS-5",
        "a pod is told that its key is in use, whichever it is",
        changed(SCOPED_KEYS, "observe", answering("no key of that generation is in use", True)),
    ),
    Twin(
        "report-of-the-previous-key-is-refused",
        "TS-SCOPED_KEYS-5",
        "a pod that has not fetched the new key cannot report",
        changed(SCOPED_KEYS, "observe", without_case(_PREVIOUS)),
    ),
    Twin(
        "generation-stands-still",
        "TS-SCOPED_KEYS-2",
        "a rotation does not add one to the generation",
        changed(SCOPED_KEYS, "rotate", leaving(_ROTATES, "generation")),
    ),
    Twin(
        "report-of-the-primary-key-is-refused",
        "TS-SCOPED_KEYS-5",
        "only pods that still use the previous key can report",
        changed(SCOPED_KEYS, "observe", without_case("it is the generation of the primary key")),
    ),
)
