"""Broken twins of table 3, `aliases`."""

from __future__ import annotations

from lawful.specs.expression import EMPTY_ARRAY, EXISTS, FirstItems, WithItem, record
from lawful.specs.task_store.aliases import ALIASES
from lawful.specs.twin import (
    Twin,
    answering,
    argument_of,
    assigning,
    changed,
    doing,
    field_of,
    guarded,
    leaving,
    without_case,
)

_version = field_of(ALIASES, "version")
_MOVED = ("the alias is at version {version}", True)
_ELSEWHERE = ("the alias is at version {version}", False)
_OTHER_KIND = "the alias is of kind {kind}"
_prior_state = record(
    version=_version, current_uid=field_of(ALIASES, "current_uid"), target_uids=field_of(ALIASES, "target_uids")
)

ALIASES_TWINS = (
    Twin(
        "flip-without-compare",
        "TS-ALIASES-1",
        "a flip does not ask for the version",
        changed(ALIASES, "flip", without_case(_ELSEWHERE)),
    ),
    Twin(
        "flip-keeps-the-target",
        "TS-ALIASES-1",
        "a flip is counted, and the alias still stands for what it did",
        changed(ALIASES, "flip", leaving(_MOVED, "current_uid")),
    ),
    Twin(
        "flip-keeps-the-version",
        "TS-ALIASES-2",
        "a flip does not add one to the version",
        changed(ALIASES, "flip", leaving(_MOVED, "version")),
    ),
    Twin(
        "flip-of-several-adds-two",
        "TS-ALIASES-2",
        "a flip of an alias of several indexes adds two to the version",
        changed(ALIASES, "flip_multi", assigning(_MOVED, version=_version + 2)),
    ),
    Twin(
        "history-is-never-trimmed",
        "TS-ALIASES-3",
        "all prior states are kept",
        changed(ALIASES, "flip", assigning(_MOVED, history=WithItem(field_of(ALIASES, "history"), _prior_state))),
    ),
    Twin(
        "history-holds-the-last-state-only",
        "TS-ALIASES-3",
        "a flip begins the history anew",
        changed(ALIASES, "flip", assigning(_MOVED, history=WithItem(EMPTY_ARRAY, _prior_state))),
    ),
    Twin(
        "history-holds-the-new-version",
        "TS-ALIASES-3",
        "the prior state is written down with the version of the one that follows",
        changed(
            ALIASES,
            "flip",
            assigning(
                _MOVED,
                history=WithItem(
                    field_of(ALIASES, "history"),
                    record(
                        version=_version + 1,
                        current_uid=field_of(ALIASES, "current_uid"),
                        target_uids=field_of(ALIASES, "target_uids"),
                    ),
                    argument_of(ALIASES, "flip", "retention"),
                ),
            ),
        ),
    ),
    Twin(
        "alias-of-several-takes-one",
        "TS-ALIASES-4",
        "a flip to one index is not refused by an alias of several",
        changed(ALIASES, "flip", without_case(_OTHER_KIND)),
    ),
    Twin(
        "alias-of-one-takes-several",
        "TS-ALIASES-4",
        "a flip to several indexes is not refused by an alias of one",
        changed(ALIASES, "flip_multi", without_case(_OTHER_KIND)),
    ),
    Twin(
        "second-alias-overwrites",
        "TS-ALIASES-5",
        "a create replaces the alias that has the name",
        changed(ALIASES, "create", without_case("the name is taken")),
    ),
    Twin(
        "alias-delete-keeps-the-row",
        "TS-ALIASES-6",
        "a delete is answered, and nothing is removed",
        changed(ALIASES, "delete", doing("there is such an alias")),
    ),
    Twin(
        "second-alias-compares-the-target",
        "TS-ALIASES-5",
        "a create is refused only where the alias stands for the same",
        changed(
            ALIASES,
            "create",
            guarded(
                "the name is taken",
                EXISTS & field_of(ALIASES, "current_uid").is_(argument_of(ALIASES, "create", "current_uid")),
            ),
        ),
    ),
    Twin(
        "alias-delete-is-always-right",
        "TS-ALIASES-6",
        "a delete says of every name that it was there",
        changed(ALIASES, "delete", answering("there is no such alias", True)),
    ),
    Twin(
        "retention-keeps-the-oldest",
        "TS-ALIASES-3",
        "of too many prior states the newest goes",
        changed(
            ALIASES,
            "flip",
            assigning(
                _MOVED,
                history=FirstItems(
                    WithItem(field_of(ALIASES, "history"), _prior_state), argument_of(ALIASES, "flip", "retention")
                ),
            ),
        ),
    ),
    Twin(
        "flip-of-an-alias-that-is-gone",
        "TS-ALIASES-6",
        "a flip of a name that stands for nothing is answered as if it had moved it",
        changed(ALIASES, "flip", answering("there is no such alias", True)),
    ),
)
