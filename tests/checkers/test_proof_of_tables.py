"""Every claim about every table is proved, and a declaration that breaks one is shown a step that does so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from lawful.checkers.proof.finding import Finding, Goal
from lawful.checkers.proof.proof_of_table import prove
from lawful.checkers.verdict import Verdict
from lawful.specs.expression import (
    BELIEVED_UNTIL,
    EXISTED,
    EXISTS,
    AnyRow,
    Before,
    Expression,
    Literal,
    WithoutFirstItems,
)
from lawful.specs.field import Field
from lawful.specs.function import Function, Insert, KeepGreatest, OnRow, OnWhole
from lawful.specs.property import Exclusive, Invariant, StepProperty
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES
from lawful.specs.task_store.twins import DECLARED_TWINS

TWINS = {twin.name: twin.table for twin in DECLARED_TWINS}


def failing(table: Table) -> list[Finding]:
    return [one for one in prove(table) if one.verdict is not Verdict.LAWFUL]


def only(table: Table, *names: str) -> Table:
    """The table with these functions: what is asked of the others takes time and is no matter."""
    return dataclasses.replace(table, functions=tuple(one for one in table.functions if one.name in names))


def named(fields: tuple[Field, ...], name: str) -> Field:
    (found,) = [field for field in fields if field.name == name]
    return found


def claiming(table: Table, *claims: Invariant | StepProperty | Exclusive) -> Table:
    return dataclasses.replace(table, properties=(*table.properties, *claims))


def with_function(table: Table, changed: Function) -> Table:
    return dataclasses.replace(
        table, functions=tuple(changed if one.name == changed.name else one for one in table.functions)
    )


@pytest.mark.parametrize("name", TABLES)
def test_every_claim_of_a_table_is_proved(name: str) -> None:
    findings = list(prove(TABLES[name]))
    assert [one for one in findings if one.verdict is not Verdict.LAWFUL] == []
    proved = {(one.clause, one.sentence) for one in findings if one.goal is Goal.STEP}
    assert {(one.clause, one.sentence) for one in TABLES[name].properties} <= proved
    functions = {one.name for one in TABLES[name].functions}
    assert {one.function for one in findings if one.goal is Goal.ALIVE} == functions


REJECTED = {
    "claim-takes-what-others-hold": (Goal.STEP, "TS-JOBS-1", "claim"),
    "claim-expires-at-once": (Goal.STEP, "TS-JOBS-6", "claim"),
    "heartbeat-without-end-of-claim": (Goal.GRANT, "TS-JOBS-1", "heartbeat"),
    "late-worker-completes": (Goal.STEP, "TS-JOBS-3", "complete"),
    "terminal-status-overwritten": (Goal.STEP, "TS-TASKS-3", "update_status"),
    "failed-node-is-overlooked": (Goal.STEP, "TS-TASKS-4", "update_node"),
    "prune-includes-the-bound": (Goal.STEP, "TS-TASKS-6", "prune"),
    "history-is-never-trimmed": (Goal.STEP, "TS-ALIASES-3", "flip"),
    "acquire-without-holder-check": (Goal.STEP, "TS-LEADER_LEASE-1", "acquire"),
    "token-restarts-after-expiry": (Goal.STEP, "TS-LEADER_LEASE-4", "acquire"),
    "cursor-goes-back": (Goal.STEP, "TS-CDC_CURSORS-2", "advance"),
    "version-goes-back": (Goal.STEP, "TS-NODE_SETTINGS_VERSION-1", "advance"),
    "validity-ignores-the-revocation": (Goal.STEP, "TS-ADMIN_SESSIONS-2", "is_valid"),
    "one-hit-above-the-limit": (Goal.STEP, "TS-RATE_LIMITS-1", "hit"),
    "overflow-without-bound": (Goal.STEP, "TS-CDC_OVERFLOW-1", "append"),
    "revoke-without-asking-the-pods": (Goal.STEP, "TS-SCOPED_KEYS-1", "revoke_previous"),
    "runs-are-never-trimmed": (Goal.STEP, "TS-CANARY_RUNS-1", "insert"),
    "one-run-too-many-is-kept": (Goal.STEP, "TS-CANARY_RUNS-1", "insert"),
    "one-session-too-few-is-kept": (Goal.STEP, "TS-SESSIONS-3", "upsert"),
    "tenant-upsert-merges": (Goal.STEP, "TS-TENANT_MAP-1", "upsert"),
}
"""Mistakes, each with the proof that fails because of it."""


@pytest.mark.parametrize("name", REJECTED)
def test_a_mistake_breaks_a_proof_by_a_step_that_the_model_takes(name: str) -> None:
    goal, clause, function = REJECTED[name]
    failed = failing(only(TWINS[name], function))
    found = [one for one in failed if (one.goal, one.clause, one.function) == (goal, clause, function)]
    assert found
    for one in found:
        assert one.verdict is Verdict.VIOLATION
        assert one.counterexample is not None
        assert one.counterexample.replayed
        assert one.counterexample.call is not None
        assert one.counterexample.call.function == function
        assert one.counterexample.after is not None


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_most_mistakes_break_a_proof_and_none_is_left_open() -> None:
    """What no proof sees: lists and counts, answers of lookups, and what is missing, such as a row that nobody adds."""
    verdicts = {name: {one.verdict for one in failing(table)} for name, table in TWINS.items()}
    assert [name for name, found in verdicts.items() if Verdict.INCONCLUSIVE in found] == []
    assert sum(Verdict.VIOLATION in found for found in verdicts.values()) > 0.7 * len(TWINS)


JOBS, LEASE, LIMITS, BACKOFF = (TABLES[name] for name in ("jobs", "leader_lease", "rate_limits", "login_backoff"))
STATE, CLAIMED_BY = named(JOBS.fields, "state"), named(JOBS.fields, "claimed_by")


def test_a_newer_row_that_goes_before_an_older_one_is_found() -> None:
    runs = TABLES["canary_runs"]
    insert = runs.function("insert")
    assert insert is not None and isinstance(insert.body, OnRow)
    *cases, last = insert.body.cases
    made, kept = last.effects
    assert isinstance(kept, KeepGreatest)
    slowest = KeepGreatest(kept.most, named(runs.fields, "latency_ms"))
    body = OnRow((*cases, dataclasses.replace(last, effects=(made, slowest))))
    failed = failing(only(with_function(runs, dataclasses.replace(insert, body=body)), "insert"))
    (found,) = [one for one in failed if one.clause == "TS-CANARY_RUNS-1"]
    assert found.verdict is Verdict.VIOLATION
    assert found.counterexample is not None and found.counterexample.replayed
    assert len(found.counterexample.before.rows) >= 1


def without_state() -> Table:
    """A job that is enqueued without a state."""
    enqueue = JOBS.function("enqueue")
    assert enqueue is not None and isinstance(enqueue.body, OnRow)
    *cases, last = enqueue.body.cases
    (effect,) = last.effects
    assert isinstance(effect, Insert)
    effect = Insert(tuple((name, value) for name, value in effect.values if name != "state"))
    body = OnRow((*cases, dataclasses.replace(last, effects=(effect,))))
    return only(with_function(JOBS, dataclasses.replace(enqueue, body=body)), "enqueue")


def failures_below_nought() -> Table:
    failures = dataclasses.replace(named(BACKOFF.beside, "failures"), initially=Literal(-1))
    others = tuple(field for field in BACKOFF.beside if field.name != "failures")
    return dataclasses.replace(BACKOFF, beside=(failures, *others))


def window_that_lasts() -> Table:
    passed = named(LIMITS.beside, "window_ends_at").passed
    return claiming(LIMITS, Invariant("TS-RATE_LIMITS-2", "No window ends.", ~passed))


def right_that_names_nobody() -> Table:
    (exclusive,) = [one for one in JOBS.properties if isinstance(one, Exclusive)]
    expires = named(JOBS.fields, "claim_expires_at")
    weaker = dataclasses.replace(exclusive, invariant=EXISTS & expires.at_least(BELIEVED_UNTIL))
    return only(dataclasses.replace(JOBS, properties=(weaker,)), "heartbeat")


def guarded_to_the_end(table: Table, name: str, guard: Expression) -> Table:
    function = table.function(name)
    assert function is not None and isinstance(function.body, OnWhole)
    *cases, last = function.body.cases
    body = OnWhole((*cases, dataclasses.replace(last, guard=guard)))
    return with_function(table, dataclasses.replace(function, body=body))


def lease_that_only_null_or_somebody_may_release() -> Table:
    return guarded_to_the_end(LEASE, "release", named(LEASE.beside, "token").above(0))


def case_that_never_applies() -> Table:
    release = LEASE.function("release")
    assert release is not None and isinstance(release.body, OnWhole)
    first, *others = release.body.cases
    body = OnWhole((first, dataclasses.replace(first, because="said twice"), *others))
    return with_function(LEASE, dataclasses.replace(release, body=body))


def condition_that_is_never_met() -> Table:
    never = ~Before(STATE).is_("queued") | Before(CLAIMED_BY).is_(None) | EXISTS
    return claiming(only(JOBS, "heartbeat"), StepProperty("TS-JOBS-2", "A queued job that is claimed stays.", never))


def claim_about_nothing() -> Table:
    return claiming(
        only(JOBS, "heartbeat"), StepProperty("TS-JOBS-2", "A queued job was queued.", EXISTED | ~EXISTED | EXISTS)
    )


BROKEN: dict[Goal, tuple[Callable[[], Table], str | None]] = {
    Goal.STEP: (without_state, "enqueue"),
    Goal.INITIAL: (failures_below_nought, None),
    Goal.TIME: (window_that_lasts, None),
    Goal.EXCLUSION: (right_that_names_nobody, None),
    Goal.COMPLETE: (lease_that_only_null_or_somebody_may_release, "release"),
    Goal.ALIVE: (case_that_never_applies, "release"),
    Goal.NOT_VACUOUS: (condition_that_is_never_met, None),
    Goal.BREAKABLE: (claim_about_nothing, None),
}


@pytest.mark.parametrize("goal", BROKEN)
def test_each_kind_of_obligation_fails_where_it_should(goal: Goal) -> None:
    broken, function = BROKEN[goal]
    found = [one for one in failing(broken()) if one.goal is goal and one.function == function]
    assert [one.verdict for one in found[:1]] == [Verdict.VIOLATION]
    if goal in (Goal.STEP, Goal.TIME, Goal.EXCLUSION, Goal.INITIAL):
        assert found[0].counterexample is not None
    else:
        assert found[0].reason


def test_two_that_believe_are_shown() -> None:
    (found,) = [one for one in failing(right_that_names_nobody()) if one.goal is Goal.EXCLUSION]
    assert found.counterexample is not None
    first, second = found.counterexample.beliefs
    assert first.believer != second.believer


def test_what_the_solver_knows_too_little_about_is_unknown_and_not_broken() -> None:
    """True, and yet nothing that is known of arrays says so: the step that is found is not one of the model."""
    overflow = TABLES["cdc_overflow"]
    events = named(overflow.beside, "events")
    twice = WithoutFirstItems(WithoutFirstItems(Before(events), Literal(1)), Literal(1))
    claim = StepProperty(
        "TS-CDC_OVERFLOW-3",
        "One and one more are two.",
        events.is_not(Before(events)) | twice.is_(WithoutFirstItems(Before(events), Literal(2))),
        of=("drain",),
    )
    found = [one for one in failing(claiming(overflow, claim)) if one.function == "drain"]
    assert [one.verdict for one in found] == [Verdict.INCONCLUSIVE]
    assert "the model does not take the step" in str(found[0].reason)


def test_what_cannot_be_said_to_the_solver_is_unknown() -> None:
    claim = StepProperty("TS-JOBS-6", "Some job is there.", AnyRow(EXISTS), of=("enqueue",))
    found = failing(claiming(only(JOBS, "enqueue"), claim))
    assert {one.verdict for one in found if one.sentence == claim.sentence} == {Verdict.INCONCLUSIVE}


def test_a_declaration_that_cannot_be_said_to_the_solver_is_unknown() -> None:
    """A text is no condition."""
    table = guarded_to_the_end(LEASE, "release", Literal("text"))
    (found,) = list(prove(table))
    assert (found.verdict, found.function) == (Verdict.INCONCLUSIVE, None)
    assert "as a condition" in str(found.reason)
