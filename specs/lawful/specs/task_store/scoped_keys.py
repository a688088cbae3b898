"""Extra E4, `scoped_keys`: the key that serves an index, the one before it, and which of the two each pod still uses.

A pod reports the generation of the key that it uses, for a limited time; while its report lasts it is live. Fixed here,
because a key would otherwise be taken from a live pod: the next rotation has to wait until the previous key is
revoked, as there is no place for a third key; and a pod that reports a key that is not in use any more is refused,
which tells it to fetch the current one.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, EXISTED, EXISTS, After, AnyRow, Before, Literal
from lawful.specs.field import INSTANT, Argument, Drawn, Field
from lawful.specs.function import SHOWN, Function, ListRows, OnRow, OnWhole, case, insert, update
from lawful.specs.property import Invariant, StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, high-availability extras and what must hold, scoped keys"

_new_key = Argument("new_key", "string")
_expected = Argument("expected_generation", "integer", drawn=Drawn.SEEN, like="generation")
_given_rotated_at = Argument("rotated_at", "integer", drawn=Drawn.AGE)
_given_pod = Argument("pod", "string", drawn=Drawn.SELF)
_used = Argument("generation", "integer", drawn=Drawn.SEEN)
_ttl_ms = Argument("ttl_ms", "integer", drawn=Drawn.DURATION)

_primary = Field("primary", "string", nullable=True, clause="TS-SCOPED_KEYS-3")
_previous = Field("previous", "string", nullable=True, clause="TS-SCOPED_KEYS-3")
_generation = Field("generation", "integer", initially=Literal(0), clause="TS-SCOPED_KEYS-2")
_rotated_at = Field("rotated_at", "integer", nullable=True, clause="TS-ALL-5")

_pod = Field("pod", "string")
_observed = Field("observed_generation", "integer", clause="TS-SCOPED_KEYS-5")
_expires = Field("expires_at", INSTANT, shown=False)

_in_use = _used.at_least(1) & (_used.is_(_generation) | (_previous.is_not(None) & _used.is_(_generation - 1)))
_some_pod_is_behind = AnyRow(_observed.below(_generation))
_mark = insert(observed_generation=_used, expires_at=After(_ttl_ms))


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-SCOPED_KEYS-{number}", "scoped_keys", level, sentence, _SOURCE)


SCOPED_KEYS = Table(
    name="scoped_keys",
    number="E4",
    meaning="The key that serves an index, the one before it, and which of the two each pod still uses.",
    key="index_uid",
    row_key=(_pod,),
    fields=(_observed, _expires),
    beside=(_primary, _previous, _generation, _rotated_at),
    expires=_expires,
    independence="TS-SCOPED_KEYS-6",
    functions=(
        Function(
            "rotate",
            (_new_key, _expected, _given_rotated_at),
            ("integer", "null"),
            "Make new_key the primary key: its generation; null where another rotation came first or the previous key "
            "is not revoked yet.",
            OnWhole(
                (
                    case(_expected.is_not(_generation), None, "the generation is {generation}", "TS-SCOPED_KEYS-2"),
                    case(_previous.is_not(None), None, "the previous key is not revoked yet", "TS-SCOPED_KEYS-3"),
                    case(
                        None,
                        _generation + 1,
                        "the generation was {generation}, and no previous key is in use",
                        "TS-SCOPED_KEYS-2",
                        update(
                            primary=_new_key,
                            previous=_primary,
                            generation=_generation + 1,
                            rotated_at=_given_rotated_at,
                        ),
                    ),
                )
            ),
            weight=20,
        ),
        Function(
            "get",
            (),
            ("object",),
            "The {primary, previous, generation, rotated_at}; before the first rotation 0 and nulls.",
            OnWhole((case(None, SHOWN, "a get answers the keys as last rotated or revoked", "TS-SCOPED_KEYS-3"),)),
            reads_only=True,
            weight=20,
        ),
        Function(
            "observe",
            (_given_pod, _used, _ttl_ms),
            ("boolean",),
            "Report the generation that a pod uses, for ttl; false where the key of that generation is not in use.",
            OnRow(
                (
                    case(_used.below(1), False, "the first key has generation 1", "TS-SCOPED_KEYS-5"),
                    case(
                        _used.is_(_generation),
                        True,
                        "it is the generation of the primary key",
                        "TS-SCOPED_KEYS-5",
                        _mark,
                    ),
                    case(
                        _previous.is_not(None) & _used.is_(_generation - 1),
                        True,
                        "it is the generation of the previous key",
                        "TS-SCOPED_KEYS-5",
                        _mark,
                    ),
                    case(None, False, "no key of that generation is in use", "TS-SCOPED_KEYS-5"),
                )
            ),
            weight=30,
        ),
        Function(
            "observers",
            (),
            ("array",),
            "The live pods as [{pod, observed_generation}], in order of pod.",
            ListRows(
                "each report that has not expired is listed, and no other",
                "TS-SCOPED_KEYS-4",
                choice="TS-SCOPED_KEYS-4",
            ),
            reads_only=True,
            weight=8,
        ),
        Function(
            "revoke_previous",
            (),
            ("boolean",),
            "Revoke the previous key; false where there is none, or a live pod still uses it.",
            OnWhole(
                (
                    case(_previous.is_(None), False, "there is no previous key", "TS-SCOPED_KEYS-3"),
                    case(
                        _some_pod_is_behind, False, "a live pod has not observed {generation} yet", "TS-SCOPED_KEYS-1"
                    ),
                    case(
                        None,
                        True,
                        "every live pod has observed {generation}",
                        "TS-SCOPED_KEYS-4",
                        update(previous=None),
                    ),
                )
            ),
            weight=16,
        ),
    ),
    clauses=(
        _clause(
            1,
            Level.CONCURRENT,
            "The previous key is not revoked while a live pod has not observed the new generation.",
        ),
        _clause(
            2,
            Level.CONCURRENT,
            "A rotation is conditional on the generation: of two from the same one, one wins; each adds one.",
        ),
        _clause(
            3,
            Level.SEQUENTIAL,
            "A rotation keeps the key before it as the previous one, and waits until an earlier one is revoked.",
        ),
        _clause(
            4,
            Level.TIMED,
            "A report ends after its time: once every live pod has observed the new generation, revoke succeeds.",
        ),
        _clause(
            5, Level.SEQUENTIAL, "A report counts where its key is in use: the primary one, or one not yet revoked."
        ),
        _clause(6, Level.SEQUENTIAL, "Indexes are independent of each other."),
    ),
    properties=(
        Invariant(
            "TS-SCOPED_KEYS-1",
            "No live pod uses a key that was revoked.",
            ~EXISTS
            | (_observed.at_least(1) & _observed.is_(_generation))
            | (_observed.at_least(1) & _previous.is_not(None) & _observed.is_(_generation - 1)),
        ),
        Invariant(
            "TS-SCOPED_KEYS-3",
            "From the first rotation on there is a primary key, and before it there is none.",
            _generation.at_least(0)
            & (_primary.is_(None) | _generation.at_least(1))
            & (_generation.is_(0) | _primary.is_not(None)),
        ),
        StepProperty(
            "TS-SCOPED_KEYS-2",
            "A generation grows by one or stays.",
            _generation.is_(Before(_generation)) | _generation.is_(Before(_generation) + 1),
        ),
        StepProperty(
            "TS-SCOPED_KEYS-2",
            "A rotation is answered with its generation, or changes nothing.",
            (ANSWER.is_(None) & _generation.is_(Before(_generation)) & _primary.is_(Before(_primary)))
            | (ANSWER.is_(_generation) & _expected.is_(Before(_generation)) & _previous.is_(Before(_primary))),
            of=("rotate",),
        ),
        StepProperty(
            "TS-SCOPED_KEYS-5",
            "A report counts where the key of its generation is in use, and nowhere else.",
            (_in_use & ANSWER.is_(True)) | (~_in_use & ANSWER.is_(False)),
            of=("observe",),
        ),
        StepProperty(
            "TS-SCOPED_KEYS-3",
            "Only a revoke removes a previous key.",
            Before(_previous).is_(None) | _previous.is_(Before(_previous)),
            of=("rotate", "observe"),
        ),
        StepProperty(
            "TS-SCOPED_KEYS-1",
            "A revoke finds no report of an older generation.",
            ANSWER.is_(False) | ~EXISTED | ~Before(_observed).below(_generation),
            of=("revoke_previous",),
        ),
    ),
)
