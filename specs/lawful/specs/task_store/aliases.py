"""Table 3, `aliases`: names that stand for one index or for several, and are moved from one to another at once.

Fixed here: the contract's create and flip are two functions each, one per kind, so that no call can name a target of
neither kind or of both. The first version is 1. A flip says how many prior states are kept, and of more than that the
oldest go. A prior state is the {version, current_uid, target_uids} that the flip replaced. A name that was deleted may
be created again, and starts again at version 1.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import (
    ANSWER,
    EMPTY_ARRAY,
    EXISTED,
    EXISTS,
    Before,
    CountOfItems,
    Expression,
    Literal,
    WithItem,
    record,
)
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import (
    SHOWN,
    Blame,
    Delete,
    Function,
    ListRows,
    OnRow,
    case,
    insert,
    update,
)
from lawful.specs.property import Invariant, StepProperty
from lawful.specs.table import Table

ALIAS_KINDS = ("single", "multi")

_SOURCE = "task-store contract, table 3 and what must hold, aliases"

_alias_name = Argument("name", "string", drawn=Drawn.IDENTITY)
_given_uid = Argument("current_uid", "string")
_given_uids = Argument("target_uids", "array")
_given_created_at = Argument("created_at", "integer", drawn=Drawn.AGE)
_expected_version = Argument("expected_version", "integer", drawn=Drawn.SEEN, like="version")
_retention = Argument("retention", "integer", drawn=Drawn.FEW)

_name = Field("name", "string")
_kind = Field("kind", "string", values=ALIAS_KINDS, clause="TS-ALIASES-4")
_current_uid = Field("current_uid", "string", nullable=True, clause="TS-ALIASES-1")
_target_uids = Field("target_uids", "array", nullable=True, clause="TS-ALIASES-1")
_version = Field("version", "integer", initially=Literal(1), clause="TS-ALIASES-2")
_created_at = Field("created_at", "integer", clause="TS-ALIASES-5")
_history = Field("history", "array", initially=EMPTY_ARRAY, clause="TS-ALIASES-3")

_prior_state = record(version=_version, current_uid=_current_uid, target_uids=_target_uids)


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-ALIASES-{number}", "aliases", level, sentence, _SOURCE)


def _create(name: str, kind: str, target: Argument, meaning: str) -> Function:
    made = insert(kind=kind, created_at=_given_created_at, **{target.name: target})
    return Function(
        name,
        (_alias_name, target, _given_created_at),
        ("boolean",),
        meaning,
        OnRow(
            (
                case(EXISTS, False, "the name is taken", "TS-ALIASES-5"),
                case(None, True, "the name is free", "TS-ALIASES-5", made),
            )
        ),
        weight=10,
    )


def _flip(name: str, kind: str, target: Argument, meaning: str) -> Function:
    history = WithItem(_history, _prior_state, _retention)
    flipped = update(version=_version + 1, history=history, **{target.name: target})
    return Function(
        name,
        (_alias_name, _expected_version, target, _retention),
        ("boolean",),
        meaning,
        OnRow(
            (
                case(~EXISTS, False, "there is no such alias", "TS-ALIASES-6"),
                case(_kind.is_not(kind), False, "the alias is of kind {kind}", "TS-ALIASES-4"),
                case(_version.is_not(_expected_version), False, "the alias is at version {version}", "TS-ALIASES-1"),
                case(None, True, "the alias is at version {version}", "TS-ALIASES-1", flipped),
            )
        ),
        weight=24,
    )


def _stays(field: Expression) -> Expression:
    return field.is_(Before(field))


ALIASES = Table(
    name="aliases",
    number="3",
    meaning="Names that stand for one index or for several, and are flipped from one version to the next.",
    key=None,
    row_key=(_name,),
    fields=(_kind, _current_uid, _target_uids, _version, _created_at, _history),
    functions=(
        _create("create", "single", _given_uid, "Make an alias of one index; false where the name is taken."),
        _create("create_multi", "multi", _given_uids, "Make an alias of several; false where the name is taken."),
        Function(
            "get",
            (_alias_name,),
            ("object", "null"),
            "The row {name, kind, current_uid, target_uids, version, created_at, history}, or null.",
            OnRow(
                (
                    case(~EXISTS, None, "there is no such alias", "TS-ALIASES-6"),
                    case(None, SHOWN, "a get answers the alias as last flipped", "TS-ALIASES-1"),
                )
            ),
            reads_only=True,
            weight=24,
            blames=(Blame(~EXISTS, "there is no alias {name}: it was not created, or was deleted", "TS-ALIASES-6"),),
        ),
        _flip(
            "flip",
            "single",
            _given_uid,
            "Point an alias of one index to another, if it is at expected_version; whether it was.",
        ),
        _flip(
            "flip_multi",
            "multi",
            _given_uids,
            "Point an alias of several indexes to others, if it is at expected_version; whether it was.",
        ),
        Function(
            "delete",
            (_alias_name,),
            ("boolean",),
            "Remove the alias; false where there is none.",
            OnRow(
                (
                    case(~EXISTS, False, "there is no such alias", "TS-ALIASES-6"),
                    case(None, True, "there is such an alias", "TS-ALIASES-6", Delete()),
                )
            ),
            weight=4,
        ),
        Function(
            "list",
            (),
            ("array",),
            "All rows, in order of name.",
            ListRows("a list answers every alias, in order of name", "TS-ALIASES-7"),
            reads_only=True,
        ),
    ),
    clauses=(
        _clause(
            1,
            Level.CONCURRENT,
            "A flip is conditional on the version that it read: of two flips from one version exactly one wins.",
        ),
        _clause(2, Level.SEQUENTIAL, "The version begins at 1 and grows by one per flip."),
        _clause(
            3,
            Level.SEQUENTIAL,
            "The history holds the prior states, newest last, and no more of them than the latest flip said.",
        ),
        _clause(
            4,
            Level.SEQUENTIAL,
            "An alias of several indexes refuses a flip to one, and the reverse; its kind never changes.",
        ),
        _clause(5, Level.SEQUENTIAL, "Names are unique: a second create is refused and changes nothing."),
        _clause(6, Level.SEQUENTIAL, "A deleted alias is gone: it is neither returned nor flipped."),
        _clause(7, Level.SEQUENTIAL, "A list shows every alias, in order of name."),
    ),
    properties=(
        Invariant(
            "TS-ALIASES-4",
            "An alias has the target of its kind and no other.",
            (_kind.is_("single") & _current_uid.is_not(None) & _target_uids.is_(None))
            | (_kind.is_("multi") & _current_uid.is_(None) & _target_uids.is_not(None)),
        ),
        Invariant("TS-ALIASES-2", "Versions begin at 1.", _version.at_least(1)),
        Invariant(
            "TS-ALIASES-3", "There are fewer prior states than versions.", CountOfItems(_history).below(_version)
        ),
        StepProperty(
            "TS-ALIASES-2",
            "A version stays or grows by one.",
            ~EXISTED | ~EXISTS | _stays(_version) | _version.is_(Before(_version) + 1),
        ),
        StepProperty(
            "TS-ALIASES-1",
            "The target and the history of an alias change with its version only.",
            ~EXISTED
            | ~EXISTS
            | _version.above(Before(_version))
            | (_stays(_current_uid) & _stays(_target_uids) & _stays(_history)),
        ),
        StepProperty(
            "TS-ALIASES-1",
            "What is flipped was at the version that the flip expected.",
            ~EXISTED | _stays(_version) | (Before(_version).is_(_expected_version) & ANSWER.is_(True)),
            of=("flip", "flip_multi"),
        ),
        StepProperty(
            "TS-ALIASES-3",
            "A flip leaves no more prior states than it said.",
            ~EXISTED | _stays(_version) | _retention.below(0) | CountOfItems(_history).at_most(_retention),
            of=("flip", "flip_multi"),
        ),
        StepProperty(
            "TS-ALIASES-1",
            "A flip leads to where it says.",
            ~EXISTED | _stays(_version) | _current_uid.is_(_given_uid),
            of=("flip",),
        ),
        StepProperty(
            "TS-ALIASES-1",
            "A flip to several indexes leads to where it says.",
            ~EXISTED | _stays(_version) | _target_uids.is_(_given_uids),
            of=("flip_multi",),
        ),
        StepProperty("TS-ALIASES-4", "The kind never changes.", ~EXISTED | ~EXISTS | _stays(_kind)),
        StepProperty(
            "TS-ALIASES-4",
            "A flip to one index leaves aliases of several alone.",
            ~EXISTED | Before(_kind).is_("single") | (_stays(_target_uids) & _stays(_version)),
            of=("flip",),
        ),
        StepProperty(
            "TS-ALIASES-4",
            "A flip to several indexes leaves aliases of one alone.",
            ~EXISTED | Before(_kind).is_("multi") | (_stays(_current_uid) & _stays(_version)),
            of=("flip_multi",),
        ),
        StepProperty(
            "TS-ALIASES-5",
            "A create changes no alias that is there.",
            ~EXISTED | (EXISTS & _stays(_version) & _stays(_kind) & _stays(_created_at)),
            of=("create", "create_multi"),
        ),
        StepProperty(
            "TS-ALIASES-6",
            "A delete removes no alias but the one that it names.",
            ~EXISTED | EXISTS | Before(_name).is_(_alias_name),
            of=("delete",),
        ),
    ),
)
