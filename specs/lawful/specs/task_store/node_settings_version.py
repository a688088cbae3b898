"""Table 2, `node_settings_version`: which version of an index's settings each node has applied.

Fixed here: an advance to the version that the node has already is answered false and changes nothing, `updated_at`
included, so an advance that is sent again does no harm. The first advance of a node may go to any version. Rows are
never removed. The clients give the time of the update; the store does not judge by it.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, EXISTED, EXISTS, Before
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import SHOWN, Function, ListRows, OnRow, case, insert, update
from lawful.specs.property import StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, table 2 and what must hold, node_settings_version"

_given_node = Argument("node_id", "string", drawn=Drawn.IDENTITY)
_given_version = Argument("version", "integer", drawn=Drawn.ABOVE_SEEN, like="version")
_given_updated_at = Argument("updated_at", "integer", drawn=Drawn.AGE)

_node = Field("node_id", "string")
_version = Field("version", "integer", clause="TS-NODE_SETTINGS_VERSION-1")
_updated_at = Field("updated_at", "integer", clause="TS-NODE_SETTINGS_VERSION-2")

_row_as_before = _version.is_(Before(_version)) & _updated_at.is_(Before(_updated_at))
_row_as_given = _version.is_(_given_version) & _updated_at.is_(_given_updated_at)


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-NODE_SETTINGS_VERSION-{number}", "node_settings_version", level, sentence, _SOURCE)


NODE_SETTINGS_VERSION = Table(
    name="node_settings_version",
    number="2",
    meaning="Which version of an index's settings each node has applied.",
    key="index_uid",
    row_key=(_node,),
    fields=(_version, _updated_at),
    independence="TS-NODE_SETTINGS_VERSION-4",
    functions=(
        Function(
            "get",
            (_given_node,),
            ("object", "null"),
            "The {node_id, version, updated_at} of a node, or null where it was never advanced.",
            OnRow(
                (
                    case(~EXISTS, None, "the node was never advanced", "TS-NODE_SETTINGS_VERSION-2"),
                    case(None, SHOWN, "a get answers the largest version so far", "TS-NODE_SETTINGS_VERSION-1"),
                )
            ),
            reads_only=True,
            weight=22,
        ),
        Function(
            "advance",
            (_given_node, _given_version, _given_updated_at),
            ("boolean",),
            "Raise the version of a node; whether it moved: false for one that is not above the present one.",
            OnRow(
                (
                    case(
                        ~EXISTS,
                        True,
                        "the node was never advanced",
                        "TS-NODE_SETTINGS_VERSION-2",
                        insert(version=_given_version, updated_at=_given_updated_at),
                    ),
                    case(
                        _given_version.is_(_version),
                        False,
                        "the node has version {version} already",
                        "TS-NODE_SETTINGS_VERSION-2",
                    ),
                    case(
                        _given_version.below(_version),
                        False,
                        "the node has version {version}, and never goes back",
                        "TS-NODE_SETTINGS_VERSION-1",
                    ),
                    case(
                        None,
                        True,
                        "the node had the smaller version {version}",
                        "TS-NODE_SETTINGS_VERSION-2",
                        update(version=_given_version, updated_at=_given_updated_at),
                    ),
                )
            ),
            weight=40,
        ),
        Function(
            "list",
            (),
            ("array",),
            "The rows of the index, in order of node_id.",
            ListRows("a list answers every node of the index, in order", "TS-NODE_SETTINGS_VERSION-3"),
            reads_only=True,
            weight=14,
        ),
    ),
    clauses=(
        _clause(1, Level.SEQUENTIAL, "A version never goes back, in whatever order its writers arrive."),
        _clause(
            2,
            Level.SEQUENTIAL,
            "An advance to a larger version moves it, and its time with it; one to an equal version changes nothing.",
        ),
        _clause(3, Level.SEQUENTIAL, "A list shows every node of the index that was advanced, in order of node."),
        _clause(4, Level.SEQUENTIAL, "Indexes are independent of each other."),
    ),
    properties=(
        StepProperty(
            "TS-NODE_SETTINGS_VERSION-1",
            "A version never goes back, and no row is removed.",
            ~EXISTED | (EXISTS & _version.at_least(Before(_version))),
        ),
        StepProperty(
            "TS-NODE_SETTINGS_VERSION-2",
            "An advance leaves a row as it was, or moves the one that it names to what it says.",
            (EXISTED & EXISTS & _row_as_before)
            | (~EXISTED & ~EXISTS)
            | (EXISTS & _node.is_(_given_node) & _row_as_given),
            of=("advance",),
        ),
        StepProperty(
            "TS-NODE_SETTINGS_VERSION-2",
            "An advance that is answered with true made the row or moved it.",
            ANSWER.is_(False) | ~_node.is_(_given_node) | ~EXISTED | _version.above(Before(_version)),
            of=("advance",),
        ),
        StepProperty(
            "TS-NODE_SETTINGS_VERSION-2",
            "The time of the update changes with the version only.",
            ~EXISTED | _version.above(Before(_version)) | _updated_at.is_(Before(_updated_at)),
        ),
    ),
)
