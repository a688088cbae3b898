"""Checking one history file, whatever is in it.

An unreadable file, or a bug in this program, is the outcome for that file; the others are checked all the same, and
the gravest outcome counts.
"""

from __future__ import annotations

import math
import os
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lawful.checkers.certificate.certify import Certificate, Disagreement, certify
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.conformance.configuration import Configuration
from lawful.conformance.durability import Durability, durability
from lawful.conformance.errors import ExitCode, InternalError, LawfulError, internal_error, unknown_name
from lawful.conformance.evidence import Evidence
from lawful.conformance.history.formats import load
from lawful.conformance.judging import EXIT_CODES, gather_evidence
from lawful.conformance.levels import examine
from lawful.conformance.model_choice import ModelOf, models_for
from lawful.models.history import NS_PER_MS, History, ObjectKey, Operation


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about one file."""

    path: Path
    history: History | None
    """None where it could not be read."""
    objects: tuple[ObjectVerdict, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """For each object in violation, what contradicts what."""
    certificates: tuple[Certificate, ...] = ()
    """Second opinions on the objects, where they were asked for."""
    error: LawfulError | None = None
    """Why there is no verdict."""
    losses: Mapping[ObjectKey, str] = field(default_factory=dict)
    """What was lost and may be lost at the level that the store claims, by object, in words."""
    durability: Durability | None = None
    """What was lost at crashes, and how stale reads were, where that was asked for."""

    @property
    def verdict(self) -> Verdict | None:
        """None where there is an error."""
        return HistoryVerdict(self.objects).verdict if self.error is None else None

    @property
    def code(self) -> ExitCode:
        verdict = self.verdict
        if verdict is not None:
            return EXIT_CODES[verdict]
        assert self.error is not None
        return self.error.code

    @property
    def seconds(self) -> float:
        """How long the search took."""
        return sum(part.seconds for part in self.objects)


def check_file(
    path: Path,
    configuration: Configuration,
    only: Sequence[str] = (),
    *,
    certified: bool = False,
    full: bool = False,
    durable: bool = False,
) -> Checked:
    """Read and check the file at `path`. `only`: objects, or single keys of them, to look at; empty: all.

    `certified`: every verdict is checked again by other means. `full`: by the full clauses, whatever the header claims.
    `durable`: what was lost at crashes is worked out.
    """
    history: History | None = None
    try:
        history = load(
            path,
            configuration.input_format,
            initial=configuration.initial,
            failed_cas=configuration.failed_cas,
            in_columns=True,
        )
        if full:
            history = replace(history, header=replace(history.header, levels={}))
        return _judged(path, history, configuration, only, certified, durable)
    except LawfulError as error:
        return Checked(path, history, error=error)
    except Exception as error:
        if os.environ.get("LAWFUL_DEBUG") == "1":
            traceback.print_exception(error)
        return Checked(path, history, error=internal_error(error))


def _judged(
    path: Path, history: History, configuration: Configuration, only: Sequence[str], certified: bool, durable: bool
) -> Checked:
    error_ms = configuration.clock_error_ms
    model_of = models_for(
        history.header,
        name=configuration.model,
        clock_error_ns=None if error_ms is None else round(error_ms * NS_PER_MS),
    )
    budget = Budget(limit(configuration.budget_s), limit(configuration.memory_mb))
    parts = chosen(history, only)
    found = examine(history, parts, model_of, budget, configuration.workers)
    evidence = gather_evidence(found.history, found.verdict, found.model_of, budget)
    certificates = _certificates(found.history, found.verdict, found.model_of, budget) if certified else ()
    told = durability(history, parts, found.verdict, model_of, budget) if durable else None
    return Checked(path, history, found.verdict.objects, evidence, certificates, losses=found.losses, durability=told)


def _certificates(
    history: History, verdict: HistoryVerdict, model_of: ModelOf, budget: Budget
) -> tuple[Certificate, ...]:
    """Second opinions. One that contradicts a verdict is a bug: which of the two is wrong, nobody can say here."""
    parts = history.by_object()
    try:
        found = [certify(part, parts[part.key], model_of(part.key), budget) for part in verdict.objects]
    except Disagreement as error:
        raise InternalError(
            "this is a bug in lawful: two of its checkers contradict each other",
            cause=str(error),
            hint="believe neither, and report this history",
        ) from error
    return tuple(one for one in found if one is not None)


def limit(value: float) -> float | None:
    """A limit of the settings as one of a budget: None for infinity."""
    return value if math.isfinite(value) else None


def chosen(history: History, only: Sequence[str]) -> dict[ObjectKey, tuple[Operation, ...]]:
    """The objects of `history` that `only` names, each with its operations; all where it names none."""
    parts = history.by_object()
    if not only:
        return parts
    names = {str(key) for key in parts} | {key.object for key in parts}
    for name in only:
        if name not in names:
            raise unknown_name("object", name, names)
    return {key: part for key, part in parts.items() if str(key) in only or key.object in only}
