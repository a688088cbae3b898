"""Why a history is in violation, beyond the answer that the search stopped at.

The search ends at one answer that no order of effects allows. Four questions tell which promise was broken: Is the
history lawful once failed operations may have taken effect? Then a failure was reported for something that happened.
Is it lawful once a server that crashes may lose what it acknowledged? Then that is what was lost, and how much. Was
the answer right a few operations earlier? Then the read was stale; the more so if its client had already seen
something newer; and if a server crashed in between, what was acknowledged before the crash was lost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from lawful.checkers.durability import CRASHES, losses, measured, server_crashes, without_crash_operations
from lawful.checkers.linearizability.prefix import failing_prefix
from lawful.checkers.verdict import HistoryVerdict, ObjectVerdict, Refused, Verdict
from lawful.models.crashes import with_crashes, without_crashes
from lawful.models.history import FaultEvent, History, ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel, Call, Refusal, Window, state_after, transitions
from lawful.models.wording import enumerated, loss_text
from lawful.specs.bound import Bound
from lawful.specs.task_store import TABLES

DURABILITY = "TS-ALL-3"
"""The clause that says that what was acknowledged stays."""

CheckObject: TypeAlias = Callable[[Sequence[Operation], AnyModel[Any]], ObjectVerdict]
"""A linearizability checker."""


def diagnose_history(
    history: History, verdict: HistoryVerdict, model_of: Callable[[ObjectKey], AnyModel[Any]], check: CheckObject
) -> dict[ObjectKey, Refusal]:
    """For each object in violation, the clause that it breaks, and why."""
    parts = history.by_object()
    found: dict[ObjectKey, Refusal] = {}
    for part in verdict.objects:
        model = model_of(part.key)
        shared = _shared_keys(part, parts, model, check)
        diagnosis = shared or diagnose(part, parts[part.key], history.faults, model, check)
        if diagnosis is not None:
            found[part.key] = diagnosis
    return found


def diagnose(
    part: ObjectVerdict,
    operations: Sequence[Operation],
    faults: Sequence[FaultEvent],
    model: AnyModel[Any],
    check: CheckObject,
) -> Refusal | None:
    """The clause that a violation on one object breaks, and why; None where the object is not in violation.

    `check` decides whether the same object with other outcomes is linearizable.
    """
    if part.verdict is not Verdict.VIOLATION or not part.refusals or part.blocked_at is None:
        return None
    refused = part.refusals[0]
    by_index = {operation.index: operation for operation in operations}
    blocked = by_index[part.blocked_at]
    found = (
        _effect_of_a_failure(operations, blocked, model, check)
        or _lost(operations, faults, model, check)
        or _stale(refused, blocked, by_index, faults, model)
    )
    return found or Refusal(refused.because, refused.clause)


def _shared_keys(
    part: ObjectVerdict,
    parts: Mapping[ObjectKey, Sequence[Operation]],
    model: AnyModel[Any],
    check: CheckObject,
) -> Refusal | None:
    """Whether the answers are right once all keys of the object are taken for one."""
    table = TABLES.get(part.key.object)
    clause = None if table is None else table.independence
    siblings = [key for key in parts if key.object == part.key.object]
    if part.verdict is not Verdict.VIOLATION or clause is None or len(siblings) == 1:
        return None
    merged = [dataclasses.replace(operation, key=None) for key in siblings for operation in parts[key]]
    merged.sort(key=lambda operation: operation.index)
    if check(merged, model).verdict is not Verdict.LAWFUL:
        return None
    names = ", ".join(str(key.key) for key in siblings)
    return Refusal(f"every answer is explained once {names} are one and the same", clause)


def _effect_of_a_failure(
    operations: Sequence[Operation], blocked: Operation, model: AnyModel[Any], check: CheckObject
) -> Refusal | None:
    failed = [operation for operation in operations if operation.outcome is Outcome.FAIL]
    if not failed:
        return None
    doubted = [operation.weakened() if operation.outcome is Outcome.FAIL else operation for operation in operations]
    verdict = check(failing_prefix(doubted, blocked.index), model)
    if verdict.verdict is not Verdict.LAWFUL or verdict.linearization is None:
        return None
    failed_indexes = {operation.index for operation in failed}
    took_effect = [f"#{placed.index}" for placed in verdict.linearization if placed.index in failed_indexes]
    because = (
        f"every answer is explained once {', '.join(took_effect)}, answered with an error, took effect all the same"
    )
    return Refusal(because, "TS-ALL-4")


def _lost(
    operations: Sequence[Operation], faults: Sequence[FaultEvent], model: AnyModel[Any], check: CheckObject
) -> Refusal | None:
    """Whether the answers are right once what was acknowledged before a server's crash may be lost with it."""
    crashes = server_crashes(faults)
    if not crashes:
        return None
    called = without_crash_operations(operations)
    first_index = max(operation.index for operation in called) + 1
    forgetful = with_crashes(without_crashes(model))

    def verdict_at(bound: Bound) -> Verdict:
        return check(losses(called, crashes, bound, called, first_index).with_crashes(), forgetful).verdict

    if verdict_at(Bound()) is not Verdict.LAWFUL:
        return None
    servers = enumerated(sorted({crash.target for crash in crashes}))
    lost = loss_text(measured(verdict_at))
    return Refusal(f"every answer is explained once {servers} lost acknowledged writes when killed: {lost}", DURABILITY)


def _stale(
    refused: Refused,
    blocked: Operation,
    by_index: Mapping[int, Operation],
    faults: Sequence[FaultEvent],
    model: AnyModel[Any],
) -> Refusal | None:
    """Whether a read answered what was right before some of the operations that precede it."""
    placed = [by_index[step.index] for step in refused.linearization]
    window = Window(blocked.call_ns, blocked.call_ns if blocked.return_ns is None else blocked.return_ns)
    call = Call(blocked.function, blocked.arguments)
    states = _states(model, placed, refused)
    if states is None or not _reads(model, states[-1], call, window):
        return None
    for age in range(len(states) - 2, -1, -1):
        if _admits(model, states[age], call, blocked, window):
            break
    else:
        return None
    if not _reads(model, states[age], call, window):
        # A second insert that is accepted was right before the first one too, but what it got wrong is no read.
        return None
    overlooked = placed[age]
    seen = [later for later in placed[age + 1 :] if later.process == blocked.process]
    if any(_reads(model, states[-1], Call(later.function, later.arguments), window) for later in seen):
        because = f"the answer was right before #{overlooked.index}, but this client had seen what came after"
        return Refusal(because, "TS-ALL-7")
    if overlooked.return_ns is not None and any(
        fault.fault in CRASHES and overlooked.return_ns <= fault.call_ns <= blocked.call_ns for fault in faults
    ):
        because = f"the answer was right before #{overlooked.index}, which was acknowledged before the crash"
        return Refusal(because, DURABILITY)
    if refused.clause is not None:
        return Refusal(f"{refused.because}; the answer was right before #{overlooked.index}", refused.clause)
    return Refusal(f"the answer was right before #{overlooked.index}, which had returned", "TS-ALL-1")


def _states(model: AnyModel[Any], placed: Sequence[Operation], refused: Refused) -> list[Any] | None:
    """The states along a linearization, the initial one first; None where it cannot be followed without the search."""
    states = [model.initial()]
    latest_call_ns = 0
    for position, operation in enumerate(placed):
        latest_call_ns = max(latest_call_ns, operation.call_ns)
        completed = [later for later in placed[position:] if later.outcome is Outcome.OK]
        returns = [later.return_ns for later in completed if later.return_ns is not None]
        window = Window(latest_call_ns, min(returns, default=latest_call_ns))
        steps = transitions(model, states[-1], Call(operation.function, operation.arguments), window)
        because = refused.linearization[position].because
        for step in steps:
            known = operation.outcome is Outcome.OK
            state = state_after(step, operation.result) if known else step.state
            if state is not None and step.because == because:
                states.append(state)
                break
        else:
            return None
    return states


def _reads(model: AnyModel[Any], state: Any, call: Call, window: Window) -> bool:
    return all(step.state == state for step in transitions(model, state, call, window))


def _admits(model: AnyModel[Any], state: Any, call: Call, operation: Operation, window: Window) -> bool:
    steps = transitions(model, state, call, window)
    return any(state_after(step, operation.result) is not None for step in steps)
