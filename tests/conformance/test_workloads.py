"""Workloads: the same seed gives the same calls, every call is one that the model knows, and clients collide."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from lawful.conformance.errors import UsageError
from lawful.conformance.workloads import WORKLOADS, workload_named
from lawful.conformance.workloads.script import Intent, Script
from lawful.models.catalogue import MODELS
from lawful.models.history import Outcome
from lawful.models.model import Call, OpenReply, Window, transitions
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

CLIENTS = 4
TICKS = 70
TICK_NS = 40_000_000


class Play:
    """Scripts against the model: what a store without concurrency would answer."""

    def __init__(self, table: str, seed: int) -> None:
        self.table = table
        self.intents: list[Intent] = []
        self.refused = 0
        self._states = {}  # type: ignore[var-annotated]
        self._random = random.Random(seed)
        scripts = [WORKLOADS[table].script(client, seed) for client in range(CLIENTS)]
        for tick in range(TICKS):
            for script in scripts:
                self.act(script, tick)
        final = WORKLOADS[table].final_script(seed)
        while self.act(final, TICKS + 100) and len(self.intents) < 10_000:
            pass

    def act(self, script: Script, tick: int) -> bool:
        intent = script.next()
        if intent is None:
            return False
        self.intents.append(intent)
        model = MODELS[self.table](None, 0)
        state = self._states.get(intent.key, model.initial())
        now_ns = tick * TICK_NS
        steps = transitions(model, state, Call(intent.function, intent.arguments), Window(now_ns, now_ns))
        step = self._random.choice(steps)
        self._states[intent.key] = step.state
        answer: Json = 1 + tick if isinstance(step.reply, OpenReply) else step.reply
        self.refused += answer in (False, None)
        script.saw(intent, Outcome.OK, answer)
        return True


@pytest.mark.parametrize("table", WORKLOADS)
def test_the_seed_decides_everything(table: str) -> None:
    assert Play(table, 7).intents == Play(table, 7).intents
    assert Play(table, 7).intents != Play(table, 8).intents


@pytest.mark.parametrize("table", WORKLOADS)
def test_every_function_is_called_with_its_arguments_and_often_refused(table: str) -> None:
    play = Play(table, 3)
    functions = {function.name: function for function in TABLES[table].functions}
    called = Counter(intent.function for intent in play.intents)
    assert called.keys() == functions.keys()
    assert min(called.values()) >= 3
    for intent in play.intents:
        assert set(intent.arguments) == {argument.name for argument in functions[intent.function].arguments}
        assert (intent.key is None) == (TABLES[table].key is None)
    assert play.refused > len(play.intents) / 20, "clients that never collide find nothing"


@pytest.mark.parametrize("table", WORKLOADS)
def test_clients_differ_from_each_other(table: str) -> None:
    scripts = [WORKLOADS[table].script(client, 5) for client in range(3)]
    programs = []
    for script in scripts:
        program = []
        for _ in range(30):
            intent = script.next()
            assert intent is not None
            script.saw(intent, Outcome.FAIL, None)
            program.append(intent)
        programs.append(program)
    assert programs[0] != programs[1] != programs[2]


@pytest.mark.parametrize("table", WORKLOADS)
def test_a_client_in_doubt_looks_next(table: str) -> None:
    script = WORKLOADS[table].script(0, 1)
    intent = script.next()
    assert intent is not None
    script.saw(intent, Outcome.UNKNOWN, None)
    look = script.next()
    assert look is not None
    function = TABLES[table].function(look.function)
    assert function is not None
    assert function.reads_only


@pytest.mark.parametrize("table", WORKLOADS)
def test_the_final_script_ends_even_where_every_operation_fails(table: str) -> None:
    script = WORKLOADS[table].final_script(0)
    for _ in range(1000):
        intent = script.next()
        if intent is None:
            return
        script.saw(intent, Outcome.FAIL, None)
    raise AssertionError("the final script does not end")


def test_an_unknown_workload_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'leader_lease'"):
        workload_named("leader-lease")
