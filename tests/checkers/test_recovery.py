"""What was lost at a crash, to the operation, and how stale reads were, on histories of which that is known."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from lawful.checkers.linearizability import reference
from lawful.checkers.recovery.fallback import recovered
from lawful.checkers.recovery.staleness import StaleRead, staleness
from lawful.checkers.recovery.store import StoreLoss, store_loss
from lawful.checkers.verdict import ObjectVerdict, Verdict
from lawful.models.append_list import AppendList
from lawful.models.fifo_queue import FifoQueue
from lawful.models.history import FaultEvent, History, ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel
from lawful.models.register import Register
from lawful.models.values import Json


def decide(operations: Sequence[Operation], model: AnyModel[Any]) -> ObjectVerdict:
    return reference.check_object(operations, model)


def operation(index: int, function: str, argument: Json, result: Json, at_ns: int, key: str | None = None) -> Operation:
    """One that takes 5 ns."""
    arguments: dict[str, Json] = {} if argument is None else {"value": argument}
    return Operation(index, 0, "object", function, arguments, Outcome.OK, at_ns, at_ns + 5, key=key, result=result)


def crash(at_ns: int) -> FaultEvent:
    return FaultEvent("kill", "server", at_ns, at_ns + 1, details={"role": "server"})


def loss_of(operations: Sequence[Operation], crashes: Sequence[FaultEvent], model: AnyModel[Any]) -> StoreLoss:
    history = History(tuple(operations), tuple(crashes))
    parts = history.by_object()
    verdicts = [decide(part, model) for part in parts.values()]
    return store_loss(history, verdicts, dict.fromkeys(parts, model), decide)


def added(count: int, first: int = 0) -> list[Operation]:
    """So many elements, one every 10 ns."""
    return [operation(first + i, "append", first + i, None, 10 * (first + i)) for i in range(count)]


def test_nothing_is_lost_of_a_store_that_keeps_all() -> None:
    operations = [*added(4), operation(4, "read", None, [0, 1, 2, 3], 60)]
    (found,) = loss_of(operations, [crash(50)], AppendList()).crashes
    assert (found.acknowledged, found.count, found.writes, found.seconds) == (4, 0, 0, 0.0)
    assert found.at_one_instant


@pytest.mark.parametrize("kept", range(5))
def test_the_last_writes_that_are_gone_are_named(kept: int) -> None:
    operations = [*added(5), operation(5, "read", None, list(range(kept)), 70)]
    (found,) = loss_of(operations, [crash(60)], AppendList()).crashes
    assert found.lost == {ObjectKey("object"): tuple(range(kept, 5))}
    assert (found.acknowledged, found.writes) == (5, 5 - kept)
    # From the return of the first one that was lost.
    assert found.seconds == pytest.approx((60 - (10 * kept + 5)) / 10**9)
    assert found.at_one_instant


def test_a_hole_is_no_prefix() -> None:
    operations = [*added(3), operation(3, "read", None, [0, 2], 60)]
    found = loss_of(operations, [crash(50)], AppendList())
    assert found.no_prefix == (ObjectKey("object"),)
    assert found.verdict is Verdict.VIOLATION


def test_each_crash_has_its_own_losses() -> None:
    operations = [
        *added(2),
        operation(2, "read", None, [0], 40),
        *added(3, first=5),
        operation(8, "read", None, [0, 5, 6], 100),
    ]
    found = loss_of(operations, [crash(30), crash(90)], AppendList()).crashes
    assert [one.lost for one in found] == [{ObjectKey("object"): (1,)}, {ObjectKey("object"): (7,)}]
    assert [one.acknowledged for one in found] == [2, 3]


def test_objects_that_fell_back_to_different_instants_lost_no_suffix() -> None:
    """What was written to `b` is there; what was written to `a` before that is gone."""
    operations = [
        operation(0, "write", 1, None, 0, key="a"),
        operation(1, "write", 1, None, 10, key="b"),
        operation(2, "read", None, None, 40, key="a"),
        operation(3, "read", None, 1, 50, key="b"),
    ]
    (found,) = loss_of(operations, [crash(30)], Register()).crashes
    assert (found.lost, found.writes) == ({ObjectKey("object", "a"): (0,)}, 2)
    assert not found.at_one_instant
    operations[3] = operation(3, "read", None, None, 50, key="b")
    (found,) = loss_of(operations, [crash(30)], Register()).crashes
    assert found.count == 2
    assert found.at_one_instant


def test_an_element_that_was_handed_out_twice_is_a_lost_dequeue() -> None:
    operations = [
        Operation(0, 0, "q", "enqueue", {"value": 1}, Outcome.OK, 0, 5, result=None),
        Operation(1, 0, "q", "dequeue", {}, Outcome.OK, 10, 15, result=1),
        Operation(2, 0, "q", "dequeue", {}, Outcome.OK, 40, 45, result=1),
    ]
    (found,) = loss_of(operations, [crash(30)], FifoQueue()).crashes
    assert found.lost == {ObjectKey("q"): (1,)}


def test_random_losses_are_found_out_exactly() -> None:
    """A list that loses so many of the last additions, at crashes at random; the last read shows what is left."""
    for seed in range(30):
        random = Random(seed)
        held: list[int] = []
        operations: list[Operation] = []
        crashes: list[FaultEvent] = []
        expected: list[tuple[int, ...]] = []
        now_ns = 0
        for _ in range(3):
            since: list[int] = []
            for _ in range(random.randint(1, 4)):
                index = len(operations)
                operations.append(operation(index, "append", index, None, now_ns))
                held.append(index)
                since.append(index)
                now_ns += 10
            gone = random.randint(0, len(since))
            crashes.append(crash(now_ns))
            expected.append(tuple(since[len(since) - gone :]))
            held = held[: len(held) - gone]
            operations.append(operation(len(operations), "read", None, sorted(held), now_ns + 10))
            now_ns += 20
        found = recovered(operations, crashes, AppendList(), decide, len(operations))
        assert [one.lost for one in found.fallbacks] == expected, seed


def test_stale_reads_are_counted_with_what_they_did_not_see() -> None:
    operations = [
        operation(0, "write", 1, None, 0),
        operation(1, "write", 2, None, 10),
        operation(2, "write", 3, None, 20),
        operation(3, "read", None, 1, 100_000),
        operation(4, "read", None, 3, 100_010),
    ]
    found = staleness(operations, Register(), decide)
    assert found is not None
    assert found.reads == 2
    assert found.stale == (StaleRead(3, 2, (100_000 - 15) / 10**9),)
    assert found.allowance_s == pytest.approx(99_985 / 10**9, abs=10_001 / 10**9)


def test_what_nobody_wrote_is_not_stale() -> None:
    operations = [operation(0, "write", 1, None, 0), operation(1, "read", None, 2, 10)]
    assert staleness(operations, Register(), decide) is None


def test_fresh_reads_are_not_stale() -> None:
    operations = [operation(0, "write", 1, None, 0), operation(1, "read", None, 1, 10)]
    found = staleness(operations, Register(), decide)
    assert found is not None
    assert found.stale == ()
