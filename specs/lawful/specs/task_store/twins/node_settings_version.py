"""Broken twins of table 2, `node_settings_version`."""

from __future__ import annotations

from lawful.specs.expression import Literal
from lawful.specs.function import update
from lawful.specs.task_store.node_settings_version import NODE_SETTINGS_VERSION
from lawful.specs.twin import Twin, answering, argument_of, assigning, changed, doing, leaving, without_case

_BACK = "the node has version {version}, and never goes back"
_EQUAL = "the node has version {version} already"
_LARGER = "the node had the smaller version {version}"

NODE_SETTINGS_VERSION_TWINS = (
    Twin(
        "version-goes-back",
        "TS-NODE_SETTINGS_VERSION-1",
        "the last advance to arrive wins, whatever its version",
        changed(NODE_SETTINGS_VERSION, "advance", without_case("the node has version {version}, and never goes back")),
    ),
    Twin(
        "equal-version-counts-as-an-advance",
        "TS-NODE_SETTINGS_VERSION-2",
        "an advance to the version that the node has changes its time",
        changed(NODE_SETTINGS_VERSION, "advance", without_case(_EQUAL)),
    ),
    Twin(
        "advance-that-is-late-says-true",
        "TS-NODE_SETTINGS_VERSION-2",
        "an advance to the version that the node has is answered as one that moved it",
        changed(NODE_SETTINGS_VERSION, "advance", answering(_EQUAL, True)),
    ),
    Twin(
        "advance-leaves-the-time",
        "TS-NODE_SETTINGS_VERSION-2",
        "the time stays that of the first advance",
        changed(NODE_SETTINGS_VERSION, "advance", leaving(_LARGER, "updated_at")),
    ),
    Twin(
        "advance-sets-version-one",
        "TS-NODE_SETTINGS_VERSION-1",
        "an advance sets the version to 1, whatever it says",
        changed(NODE_SETTINGS_VERSION, "advance", assigning(_LARGER, version=Literal(1))),
    ),
    Twin(
        "larger-version-is-refused",
        "TS-NODE_SETTINGS_VERSION-2",
        "only the first advance of a node is accepted",
        changed(NODE_SETTINGS_VERSION, "advance", answering(_LARGER, False), doing(_LARGER)),
    ),
    Twin(
        "refused-advance-keeps-its-time",
        "TS-NODE_SETTINGS_VERSION-2",
        "an advance that is refused sets the time all the same",
        changed(
            NODE_SETTINGS_VERSION,
            "advance",
            doing(_BACK, update(updated_at=argument_of(NODE_SETTINGS_VERSION, "advance", "updated_at"))),
        ),
    ),
)
