"""What seems to only look is asked wherever it might have come later, and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from lawful.checkers.linearizability import reference, search
from lawful.checkers.linearizability.check import check_object
from lawful.checkers.verdict import Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import Call, Transition
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


class Looked:
    """A model of random steps; most of them leave the state as it is, or do not answer what was seen."""

    def __init__(self, random: Random) -> None:
        self.name = "random"
        self.states, self.calls = 4, 4
        self._steps = {
            (state, call): [
                (random.choice((0, 0, 0, 0, 0, 0, 1)), random.choice((state, state, random.randrange(self.states))))
                for _ in range(random.choice((1, 1, 1, 2)))
            ]
            for state in range(self.states)
            for call in range(self.calls)
        }
        self.asked: Counter[str] = Counter()

    def initial(self) -> int:
        return 0

    def step(self, state: int, call: Call) -> Sequence[Transition[int]]:
        self.asked[call.function] += 1
        return [Transition(answer, after, "") for answer, after in self._steps[state, int(call.function[1:])]]


def _history(random: Random, calls: int, operations: int) -> list[Operation]:
    """Each of a few clients goes on under a new number after an unknown outcome, as clients do."""
    clients, free_ns, found = list(range(3)), [0] * 3, []
    for _ in range(operations):
        client = random.randrange(3)
        call_ns = free_ns[client] + 1
        return_ns = free_ns[client] = call_ns + random.randrange(1, 10)
        outcome = random.choice((*[Outcome.OK] * 4, Outcome.UNKNOWN))
        answer = random.choice((0, 0, 0, 0, 0, 0, 1)) if outcome is Outcome.OK else None
        found.append((call_ns, return_ns, clients[client], f"f{random.randrange(calls)}", outcome, answer))
        if outcome is Outcome.UNKNOWN:
            clients[client] += 3
    return [
        Operation(rank, client, "random", function, {}, outcome, call_ns, return_ns, result=answer)
        for rank, (call_ns, return_ns, client, function, outcome, answer) in enumerate(sorted(found, key=str))
    ]


def test_random_steps_are_judged_as_by_the_definition() -> None:
    random = Random(8)
    verdicts: Counter[Verdict] = Counter()
    for _ in range(2_000):
        model = Looked(random)
        operations = _history(random, model.calls, random.randrange(5, 10))
        expected = reference.check_object(operations, model).verdict
        assert search.check_object(operations, model).verdict is expected, operations
        verdicts[expected] += 1
    assert min(verdicts[Verdict.VIOLATION], verdicts[Verdict.LAWFUL]) > 400


def _one_client(operations: int) -> list[Operation]:
    """Jobs are enqueued, refused and counted, until one is completed that nobody claimed."""
    found = []
    for number in range(0, operations, 3):
        calls: tuple[tuple[str, dict[str, Json], Json], ...] = (
            ("enqueue", {"id": f"j{number}", "type": "t", "params": None}, True),
            ("complete", {"id": f"j{number}", "worker": "w"}, number == operations - 3),
            ("queue_depth", {}, number // 3 + 1),
        )
        for index, (function, arguments, result) in enumerate(calls, number):
            at_ns = 10 * index
            outcome = Outcome.OK
            found.append(Operation(index, 0, "jobs", function, arguments, outcome, at_ns, at_ns + 5, result=result))
    return found


def test_a_client_alone_needs_no_more_steps_than_operations() -> None:
    """Each operation has a window of its own, so each is a call of its own: states times calls is too many to ask."""
    model: Any = model_of(TABLES["jobs"])
    asked: Counter[str] = Counter()
    steps = model.timed_step

    def counted(*arguments: Any) -> Any:
        asked["step"] += 1
        return steps(*arguments)

    model.timed_step = counted
    found = check_object(_one_client(900), model)
    assert found.verdict is Verdict.VIOLATION
    assert found.blocked_at == 898
    assert asked["step"] < 5 * 900
