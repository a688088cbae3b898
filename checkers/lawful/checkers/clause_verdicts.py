"""From the verdict on a history to one verdict per clause.

A lawful history keeps every clause, but speaks only of those that decided one of its answers: a clause that no
operation put to the test is *not exercised*, which is no pass. In a violation the clauses blamed are those that the
refused answers contradict; what else the same table promises is *blocked*, because past the first contradiction
nothing is known about the state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lawful.checkers.durability import CRASHES
from lawful.checkers.verdict import HistoryVerdict, ObjectVerdict, Verdict
from lawful.models.history import History, ObjectKey, Operation, Outcome
from lawful.models.model import Refusal
from lawful.models.values import canonical
from lawful.specs.clause import Clause
from lawful.specs.function import ListRows
from lawful.specs.table import Table

GENERAL = "TS-ALL-1"
"""The clause that is blamed where no more special one decided the refused answer."""


class ClauseStatus(StrEnum):
    """What a run says about one clause."""

    VIOLATION = "violation"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"
    LAWFUL = "lawful"
    NOT_EXERCISED = "not exercised"


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """The verdict on one clause."""

    clause: Clause
    status: ClauseStatus
    observations: int
    """How many operations put the clause to the test."""
    because: str | None = None
    """VIOLATION: why the answer was refused."""


def judge_clauses(
    history: History,
    verdict: HistoryVerdict,
    diagnoses: Mapping[ObjectKey, Refusal],
    clauses: Mapping[str, Clause],
    tables: Mapping[str, Table],
) -> tuple[ClauseVerdict, ...]:
    """The verdict on each clause of the tables that `history` worked on, and on the clauses for every table.

    `diagnoses`: for each object in violation, the clause that it breaks (see `diagnosis`).
    """
    worked_on = {part.key.object for part in verdict.objects}
    blamed = _blamed(verdict.objects, diagnoses)
    observations = _observations(history, verdict.objects, tables)
    return tuple(
        ClauseVerdict(
            clause,
            _status(clause, verdict.objects, blamed, observations[clause.id]),
            observations[clause.id],
            blamed.get(clause.id),
        )
        for clause in clauses.values()
        if clause.table in worked_on or (clause.table == "all" and worked_on & tables.keys())
    )


def _blamed(objects: Iterable[ObjectVerdict], diagnoses: Mapping[ObjectKey, Refusal]) -> dict[str, str]:
    """The clauses that are broken, with the reason."""
    blamed: dict[str, str] = {}
    for part in objects:
        if part.verdict is Verdict.VIOLATION:
            unexplained = Refusal("no order of the operations explains every answer", GENERAL)
            diagnosis = diagnoses.get(part.key, unexplained)
            blamed.setdefault(diagnosis.clause or GENERAL, diagnosis.because)
    return blamed


def _status(
    clause: Clause, objects: Sequence[ObjectVerdict], blamed: Mapping[str, str], observations: int
) -> ClauseStatus:
    if clause.id in blamed:
        return ClauseStatus.VIOLATION
    verdicts = {part.verdict for part in objects if clause.table in ("all", part.key.object)}
    if Verdict.VIOLATION in verdicts:
        return ClauseStatus.BLOCKED
    if Verdict.INCONCLUSIVE in verdicts:
        return ClauseStatus.INCONCLUSIVE
    return ClauseStatus.LAWFUL if observations else ClauseStatus.NOT_EXERCISED


def _observations(history: History, objects: Iterable[ObjectVerdict], tables: Mapping[str, Table]) -> Counter[str]:
    counted: Counter[str] = Counter()
    decided: set[tuple[int, str | None]] = set()
    for part in objects:
        explained = part.linearization or (part.refusals[0].linearization if part.refusals else ())
        counted.update(placed.clause for placed in explained if placed.clause is not None)
        decided.update((placed.index, placed.clause) for placed in explained)
    parts = history.by_object()
    for operations in parts.values():
        counted[GENERAL] += sum(_overlaps(operations))
    for table in tables.values():
        siblings = [operations for key, operations in parts.items() if key.object == table.name]
        if table.independence is not None and len(siblings) > 1:
            counted[table.independence] += sum(map(len, siblings))
    last_kill_ns = max((fault.call_ns for fault in history.faults if fault.fault in CRASHES), default=None)
    seen_by: Counter[int] = Counter()
    offered: set[tuple[ObjectKey, str]] = set()
    for operation in history:
        if operation.outcome is Outcome.FAIL:
            counted["TS-ALL-4"] += 1
        if operation.outcome is not Outcome.OK:
            continue
        if last_kill_ns is not None and operation.return_ns is not None and operation.return_ns < last_kill_ns:
            counted["TS-ALL-3"] += 1
        if _reads(operation, tables):
            counted["TS-ALL-2"] += operation.function == "list"
            counted["TS-ALL-5"] += operation.result is not None
            seen_by[operation.process] += 1
            counted["TS-ALL-7"] += seen_by[operation.process] > 1
            shown = _shown_clauses(tables[operation.object], operation)
            counted.update(clause for clause in shown if (operation.index, clause) not in decided)
        elif _makes_once(operation, tables):
            row = [operation.arguments.get(field.name) for field in tables[operation.object].row_key]
            identity = (operation.object_key, canonical(row))
            counted["TS-ALL-6"] += identity in offered
            offered.add(identity)
    return counted


def _shown_clauses(table: Table, operation: Operation) -> frozenset[str]:
    """What the table promises of the fields that an answer shows, and of which rows a list shows.

    Other clauses decide such an answer, so that these would count as never put to the test.
    """
    function = table.function(operation.function)
    choice = function.body.choice if function is not None and isinstance(function.body, ListRows) else None
    result = operation.result
    rows = [result] if isinstance(result, Mapping) else result if isinstance(result, Sequence) else ()
    names = {name for row in rows if isinstance(row, Mapping) for name in row}
    clauses = {field.clause for field in (*table.row_key, *table.fields, *table.beside) if field.name in names}
    own = {clause.id for clause in table.clauses}
    return frozenset(clause for clause in (choice, *clauses) if clause is not None and clause in own)


def _overlaps(operations: Sequence[Operation]) -> Iterable[bool]:
    """For each operation, in order of call, whether an earlier one was still open when it was called."""
    open_until_ns = -1.0
    for operation in operations:
        yield operation.call_ns <= open_until_ns
        open_until_ns = max(open_until_ns, float("inf") if operation.return_ns is None else operation.return_ns)


def _makes_once(operation: Operation, tables: Mapping[str, Table]) -> bool:
    table = tables.get(operation.object)
    function = table.function(operation.function) if table is not None else None
    return function is not None and function.makes_once


def _reads(operation: Operation, tables: Mapping[str, Table]) -> bool:
    table = tables.get(operation.object)
    function = table.function(operation.function) if table is not None else None
    return function is not None and function.reads_only
