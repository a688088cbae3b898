"""Own windows only widen: what is lawful with narrow windows is lawful with them, and clear violations stay."""

from __future__ import annotations

import random

import pytest

from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import Call, OpenReply, Window
from lawful.models.own_window import OwnWindows, with_own_windows
from lawful.models.task_store.declared import TimedDeclaredModel
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

MS = 1_000_000
MODEL = TimedDeclaredModel(TABLES["leader_lease"], clock_error_ns=MS)


def recorded(seed: int, count: int = 16) -> list[Operation]:
    """What three clients see of a lease store that is right; some give up waiting."""
    random_ = random.Random(seed)
    state = MODEL.initial()
    free_ns = [0, 0, 0]
    operations: list[Operation] = []
    effect_ns = 0
    for index in range(count):
        effect_ns += random_.randint(1, 20) * MS
        client = min(range(3), key=lambda one: free_ns[one])
        call_ns = max(free_ns[client], effect_ns - random_.randint(0, 12) * MS)
        effect_ns = max(effect_ns, call_ns)
        holder = f"h{client}"
        function = random_.choice(("acquire", "acquire", "renew", "release", "get"))
        arguments: dict[str, Json] = {} if function == "get" else {"holder": holder}
        if function in ("acquire", "renew"):
            arguments["ttl_ms"] = random_.choice((10, 40))
        step = random_.choice(MODEL.timed_step(state, Call(function, arguments), Window(effect_ns, effect_ns)))
        answer: Json = None
        if isinstance(step.reply, OpenReply):
            token = state.beside.get("token")
            assert isinstance(token, int), "every grant was seen"
            answer = token + random_.randint(1, 3)
            after = step.reply.state_after(answer)
            assert after is not None
            state = after
        else:
            answer, state = step.reply, step.state
        unknown = random_.random() < 0.2
        return_ns = effect_ns + random_.randint(0, 12) * MS
        if unknown:  # the client may give up before the store gets to it
            return_ns = max(call_ns, effect_ns - 5 * MS)
        operations.append(
            Operation(
                index,
                index,
                "leader_lease",
                function,
                arguments,
                Outcome.UNKNOWN if unknown else Outcome.OK,
                call_ns,
                return_ns,
                result=None if unknown else answer,
            )
        )
        free_ns[client] = return_ns + 1
    return sorted(operations, key=lambda one: one.call_ns)


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_what_a_right_store_shows_is_lawful_with_own_windows(first: int) -> None:
    for seed in range(first, first + 50):
        operations = recorded(seed)
        if all(one.outcome is Outcome.UNKNOWN for one in operations):
            continue
        assert check_object(operations, MODEL, Budget(10)).verdict is Verdict.LAWFUL, seed
        found = check_object(with_own_windows(operations), OwnWindows(MODEL), Budget(10))
        assert found.verdict is Verdict.LAWFUL, seed


def test_two_holders_at_once_are_a_violation_all_the_same() -> None:
    def acquire(index: int, token: int, call_ms: int) -> Operation:
        arguments: dict[str, Json] = {"holder": f"h{index}", "ttl_ms": 100}
        call_ns = call_ms * MS
        return Operation(
            index, index, "leader_lease", "acquire", arguments, Outcome.OK, call_ns, call_ns + MS, result=token
        )

    operations = with_own_windows([acquire(0, 1, 0), acquire(1, 2, 50)])
    found = check_object(operations, OwnWindows(MODEL))
    assert found.verdict is Verdict.VIOLATION
    assert found.refusals[0].clause == "TS-LEADER_LEASE-1"
