"""Weaker clauses: what a configuration does not promise may be lost, and nothing beyond it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from lawful.checkers.clause_verdicts import ClauseStatus
from lawful.checkers.diagnosis import diagnose_history
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.errors import UsageError
from lawful.conformance.judging import check_object
from lawful.conformance.levels import Examined, claimed, examine
from lawful.conformance.model_choice import models_for
from lawful.conformance.report.markdown import markdown
from lawful.conformance.run.judgement import Judgement, judge_history
from lawful.conformance.workloads import WORKLOADS
from lawful.models.history import FaultEvent, Header, History, Operation, Outcome
from lawful.models.model import Call
from lawful.models.values import Json
from lawful.models.wording import MARKS_TEXT

from .adapters.lossy import NS_PER_S, LossyStore

STEP_NS = NS_PER_S // 20
"""Between two calls."""
TAKES_NS = STEP_NS // 5
CLIENTS = 2
TABLES = ("tasks", pytest.param("jobs", marks=pytest.mark.slow), "leader_lease")


def recorded(store: LossyStore, table: str, kills_at_s: Iterable[float], seconds: float = 8.0) -> History:
    """What two clients saw of a store of which the clock is counted, and that was killed at the instants given."""
    scripts = [WORKLOADS[table].script(number, 5) for number in range(CLIENTS)]
    last = WORKLOADS[table].final_script(5)
    kills = [round(at * NS_PER_S) for at in kills_at_s]
    operations: list[Operation] = []
    faults: list[FaultEvent] = []
    now_ns = 0
    while (script := scripts[len(operations) % CLIENTS] if now_ns < seconds * NS_PER_S else last) is not None:
        if kills and now_ns >= kills[0]:
            kill_ns = kills.pop(0)
            store.kill(kill_ns)
            faults.append(FaultEvent("kill", "lossy-1", kill_ns, kill_ns + 1, details={"role": "server"}))
        intent = script.next()
        if intent is None:
            break
        answer = store.carry_out((table, intent.key), Call(intent.function, intent.arguments), now_ns + TAKES_NS // 2)
        script.saw(intent, Outcome.OK, answer)
        operations.append(
            Operation(
                index=len(operations),
                process=CLIENTS if script is last else len(operations) % CLIENTS,
                object=table,
                key=intent.key,
                function=intent.function,
                arguments=intent.arguments,
                outcome=Outcome.OK,
                call_ns=now_ns,
                return_ns=now_ns + TAKES_NS,
                result=answer,
            )
        )
        now_ns += STEP_NS
    return History(tuple(operations), tuple(faults), Header(clock_error_ns=20_000_000))


def two_jobs(left: list[str], killed_at_ns: int = 25) -> History:
    """The jobs j-1 and j-2 were added, the server was killed, and these are left."""
    calls: list[tuple[str, dict[str, Json], Json, int]] = [
        ("enqueue", {"id": "j-1", "type": "x", "params": None}, True, 0),
        ("enqueue", {"id": "j-2", "type": "x", "params": None}, True, 10),
        ("list", {"state": None, "limit": None}, [_job(id) for id in left], killed_at_ns + 10),
    ]
    operations = tuple(
        Operation(number, 0, "jobs", function, arguments, Outcome.OK, at_ns, at_ns + 5, result=answer)
        for number, (function, arguments, answer, at_ns) in enumerate(calls)
    )
    kill = FaultEvent("kill", "lossy-1", killed_at_ns, killed_at_ns + 1, details={"role": "server"})
    return History(operations, (kill,))


def _job(id: str) -> Json:
    return {"id": id, "type": "x", "params": None, "state": "queued", "claimed_by": None, "progress": None}


def at_level(history: History, claim: str | None) -> History:
    return replace(history, header=replace(history.header, levels={} if claim is None else {"TS-ALL-3": claim}))


def at_most_s(text: str) -> float:
    """How many seconds were lost at the most, as a sentence says."""
    found = re.search(r"last (?:[\d.]+ to )?([\d.]+) s (?:or less )?were lost", text)
    assert found is not None, text
    return float(found[1])


def examined(history: History, claim: str | None) -> Examined:
    """The verdict without the evidence, which takes longer."""
    claiming = at_level(history, claim)
    return examine(claiming, claiming.by_object(), models_for(claiming.header), Budget(20))


def judged(history: History, claim: str | None) -> Judgement:
    return judge_history(at_level(history, claim), Path("history.jsonl"), Budget(20))


@pytest.mark.parametrize("table", TABLES)
def test_half_a_second_lost_is_lawful_at_the_level_of_one_second_and_a_violation_in_full(table: str) -> None:
    history = recorded(LossyStore(loses_s=0.5), table, [6.02])
    found = examined(history, "1 s")
    assert found.verdict.verdict is Verdict.LAWFUL
    assert found.losses
    # Reads need not show all that was lost, so it may seem to be less.
    assert all(at_most_s(text) <= 0.5 for text in found.losses.values()), found.losses
    assert examined(history, None).verdict.verdict is Verdict.VIOLATION


@pytest.mark.parametrize(
    ("table", "loses_s"),
    [
        ("tasks", 5.0),
        pytest.param("jobs", 3.0, marks=pytest.mark.slow),
        pytest.param("leader_lease", 5.0, marks=pytest.mark.slow),
    ],
)
def test_more_than_a_second_lost_is_a_violation_at_the_level_of_one_second(table: str, loses_s: float) -> None:
    history = recorded(LossyStore(loses_s=loses_s), table, [loses_s + 1.02], loses_s + 2)
    found = examined(history, "1 s")
    assert found.verdict.verdict is Verdict.VIOLATION
    check = partial(check_object, budget=Budget(5))
    refusals = diagnose_history(found.history, found.verdict, found.model_of, check)
    assert {refusal.clause for refusal in refusals.values()} == {"TS-ALL-3"}
    assert all("lossy-1 lost acknowledged writes when killed" in refusal.because for refusal in refusals.values())
    assert all(at_most_s(refusal.because) > 1 for refusal in refusals.values())


def test_the_report_of_too_great_a_loss_says_how_great_it_was_and_which_level_was_claimed() -> None:
    judgement = judged(two_jobs([], killed_at_ns=3 * NS_PER_S), "1 s")
    assert {one.clause.id for one in judgement.clauses if one.status is ClauseStatus.VIOLATION} == {"TS-ALL-3"}
    told = markdown(judgement)
    assert "**TS-ALL-3 at 1 s**" in told
    assert at_most_s(told) > 2
    assert MARKS_TEXT in told


def test_every_amount_is_lawful_where_any_is_claimed() -> None:
    history = recorded(LossyStore(loses_s=5), "tasks", [6.02])
    assert examined(history, "any").verdict.verdict is Verdict.LAWFUL


def test_what_is_left_has_to_be_a_prefix() -> None:
    """Of two writes the earlier one is lost: within every bound, and yet no state that there ever was."""
    assert examined(two_jobs(["j-1"]), "any").verdict.verdict is Verdict.LAWFUL
    assert examined(two_jobs(["j-2"]), "any").verdict.verdict is Verdict.VIOLATION


@pytest.mark.parametrize(
    ("loses", "claim", "verdict"),
    [
        (3, "3 writes", Verdict.LAWFUL),
        (3, "2 writes", Verdict.VIOLATION),
        (3, "0 writes", Verdict.VIOLATION),
        (9, "3 writes", Verdict.VIOLATION),
    ],
)
def test_a_bound_can_count_writes(loses: int, claim: str, verdict: Verdict) -> None:
    assert examined(recorded(LossyStore(loses_writes=loses), "tasks", [6.02]), claim).verdict.verdict is verdict


def test_each_crash_may_lose_as_much() -> None:
    history = recorded(LossyStore(loses_s=0.5), "tasks", [2.02, 2.42, 6.02])
    assert examined(history, "1 s").verdict.verdict is Verdict.LAWFUL
    assert examined(history, "0.2 s").verdict.verdict is Verdict.VIOLATION


def test_nothing_may_be_lost_when_a_client_dies() -> None:
    history = recorded(LossyStore(loses_s=0.5), "tasks", [6.02])
    (kill,) = history.faults
    by_client = replace(history, faults=(replace(kill, details={"role": "client"}),))
    assert examined(by_client, "any").verdict.verdict is Verdict.VIOLATION


def test_a_store_that_loses_nothing_is_lawful_at_every_level_and_says_so() -> None:
    judgement = judged(recorded(LossyStore(), "tasks", [6.02]), "1 s")
    assert judgement.verdict.verdict is Verdict.LAWFUL
    assert not judgement.losses
    (clause,) = [one.clause for one in judgement.clauses if one.clause.id == "TS-ALL-3"]
    assert clause.label == "TS-ALL-3 at 1 s"
    assert "but for what was acknowledged in the last 1 s before a server crashed" in clause.sentence


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ({"TS-ALL-33": "1 s"}, "did you mean 'TS-ALL-3'?"),
        ({"TS-ALL-1": "1 s"}, "has no weaker form"),
        ({"TS-ALL-3": "1 minute"}, "write it as '1 s', '20 writes' or 'any'"),
        ({"TS-ALL-3": "1.5 writes"}, "a number of writes is whole"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(levels: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError) as refused:
        claimed(levels)
    assert told in str(refused.value)
