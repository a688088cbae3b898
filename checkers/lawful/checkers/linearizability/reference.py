"""The reference checker: linearizability by its definition, to be read rather than to be fast.

A history of one object is linearizable (Herlihy and Wing, TOPLAS 1990) if its operations can be put in one order
such that the model, run in that order, allows every answer that a client saw, and an operation that returned before
another was called comes before it. The search is the one of Wing and Gong (1993): build the order front to back,
place next any operation that no unplaced operation precedes in real time, and remember which
configurations were seen so that none is explored twice.

What becomes of the outcomes: a failed operation did not happen and is left out. An operation with an unknown outcome
may be placed anywhere after its call, with any answer that the model allows, or not at all.

Faster engines are tested against this one; it has no cleverness to be wrong about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Placed, Refused, Verdict
from lawful.models.history import ObjectKey, Operation, Outcome
from lawful.models.model import (
    AnyModel,
    Call,
    ExplainsRefusals,
    OpenReply,
    Refusal,
    Transition,
    Window,
    state_after,
    transitions,
)
from lawful.models.values import Json, canonical

METHOD = "reference search"
_REFUSALS_KEPT = 3


class _Configuration(NamedTuple):
    """A prefix of a linearization: which operations are placed, and the state that they lead to."""

    returned: int
    """The completed operations [0, returned), in order of return, are placed."""
    ahead: frozenset[int]
    """Completed operations beyond these that are placed as well."""
    used: frozenset[int]
    """Operations with an unknown outcome that are placed."""
    latest_call_ns: int
    """The latest call among the placed: the next one takes effect no earlier. It follows from the sets."""
    state: Any


class _Step(NamedTuple):
    """How a configuration was reached."""

    operation: Operation
    transition: Transition[Any]


def check_object(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget | None = None) -> ObjectVerdict:
    """Decide whether `operations`, all on one object, are linearizable with respect to `model`.

    Raises `UnknownCall` where the model does not know an operation.
    """
    return _Search(operations, model, Meter(budget or Budget())).run()


def final_configurations(
    operations: Sequence[Operation], model: AnyModel[Any], meter: Meter
) -> frozenset[tuple[Any, frozenset[int]]]:
    """Every pair of a state and the unknown operations (by index) that led to it, over all linearizations.

    Empty where there is no linearization. Raises `BudgetExhausted`.
    """
    search = _Search(operations, model, meter)
    return frozenset(
        (configuration.state, frozenset(search.unknown[i].index for i in configuration.used))
        for configuration in search.explore_all()
        if configuration.returned == len(search.completed)
    )


class _Search:
    def __init__(self, operations: Sequence[Operation], model: AnyModel[Any], meter: Meter) -> None:
        self.key = operations[0].object_key if operations else ObjectKey("")
        self.model = model
        self.meter = meter
        self.completed = sorted(
            (operation for operation in operations if operation.outcome is Outcome.OK),
            key=lambda operation: (_return_ns(operation), operation.index),
        )
        self.unknown = [operation for operation in operations if operation.outcome is Outcome.UNKNOWN]
        self.open_at = self._open_at()
        self.deepest = 0
        self.stuck: list[tuple[_Configuration, tuple[_Step, ...]]] = []

    def _open_at(self) -> list[list[int]]:
        """Per completed operation r, those at or after r in order of return that were called by r's return."""
        open_at: list[list[int]] = []
        by_call = sorted(range(len(self.completed)), key=lambda i: self.completed[i].call_ns)
        called: list[int] = []
        position = 0
        for r, operation in enumerate(self.completed):
            # Closed intervals: what is called at the very instant of the return is concurrent with it.
            while position < len(by_call) and self.completed[by_call[position]].call_ns <= _return_ns(operation):
                called.append(by_call[position])
                position += 1
            called = [i for i in called if i >= r]
            open_at.append(sorted(called))
        return open_at

    def run(self) -> ObjectVerdict:
        if not self.completed:
            return self._verdict(Verdict.NOTHING_CHECKED)
        try:
            path = self._search()
        except BudgetExhausted as exhausted:
            done, total = self.deepest, len(self.completed)
            progress = f"{exhausted}; the first {done} of {total} returns are explained"
            return self._verdict(Verdict.INCONCLUSIVE, blocked_at=self._blocked(), progress=progress)
        if path is None:
            return self._verdict(Verdict.VIOLATION, blocked_at=self._blocked(), refusals=self._refusals())
        return self._verdict(Verdict.LAWFUL, linearization=_placed(path))

    def _verdict(self, verdict: Verdict, **evidence: Any) -> ObjectVerdict:
        return ObjectVerdict(
            self.key,
            verdict,
            METHOD,
            operations=len(self.completed),
            unknown=len(self.unknown),
            seconds=self.meter.seconds,
            **evidence,
        )

    def _search(self) -> tuple[_Step, ...] | None:
        """A linearization of every completed operation, or None where there is none. Depth first."""
        start = _Configuration(0, frozenset(), frozenset(), 0, self.model.initial())
        seen = {start}
        path: list[_Step] = []
        stack = [self._successors(start)]
        self._note(start, path)
        while stack:
            successor = next(stack[-1], None)
            if successor is None:
                stack.pop()
                if path:
                    path.pop()
                continue
            self.meter.step()
            step, configuration = successor
            if configuration in seen:
                continue
            seen.add(configuration)
            path.append(step)
            if configuration.returned == len(self.completed):
                return tuple(path)
            self._note(configuration, path)
            stack.append(self._successors(configuration))
        return None

    def explore_all(self) -> set[_Configuration]:
        """Every configuration that can be reached."""
        start = _Configuration(0, frozenset(), frozenset(), 0, self.model.initial())
        seen = {start}
        ahead = [start]
        while ahead:
            configuration = ahead.pop()
            if configuration.returned == len(self.completed):
                continue
            for _, successor in self._successors(configuration):
                self.meter.step()
                if successor not in seen:
                    seen.add(successor)
                    ahead.append(successor)
        return seen

    def _successors(self, configuration: _Configuration) -> Iterator[tuple[_Step, _Configuration]]:
        """Every configuration with one operation more."""
        for i in self.open_at[configuration.returned]:
            if i not in configuration.ahead:
                operation = self.completed[i]
                for transition in self._transitions(configuration, operation):
                    state = state_after(transition, operation.result)
                    if state is not None:
                        yield _Step(operation, transition), self._placed(configuration, i, state)
        for i, operation in enumerate(self.unknown):
            if i not in configuration.used and operation.call_ns <= self._deadline_ns(configuration):
                for transition in self._transitions(configuration, operation):
                    # Placing it where it changes nothing restricts what follows and explains nothing.
                    if transition.state != configuration.state:
                        yield (
                            _Step(operation, transition),
                            configuration._replace(
                                used=configuration.used | {i},
                                latest_call_ns=max(configuration.latest_call_ns, operation.call_ns),
                                state=transition.state,
                            ),
                        )

    def _placed(self, configuration: _Configuration, i: int, state: Any) -> _Configuration:
        returned, ahead = configuration.returned, configuration.ahead | {i}
        while returned in ahead:
            ahead = ahead - {returned}
            returned += 1
        latest_call_ns = max(configuration.latest_call_ns, self.completed[i].call_ns)
        return _Configuration(returned, ahead, configuration.used, latest_call_ns, state)

    def _deadline_ns(self, configuration: _Configuration) -> int:
        """The earliest return among the operations that are not placed: whatever is placed next comes before it."""
        return _return_ns(self.completed[configuration.returned])

    def _window(self, configuration: _Configuration, operation: Operation) -> Window:
        earliest_ns = max(configuration.latest_call_ns, operation.call_ns)
        return Window(earliest_ns, self._deadline_ns(configuration))

    def _transitions(self, configuration: _Configuration, operation: Operation) -> Sequence[Transition[Any]]:
        call = Call(operation.function, operation.arguments)
        return transitions(self.model, configuration.state, call, self._window(configuration, operation))

    def _note(self, configuration: _Configuration, path: list[_Step]) -> None:
        """Keep the first few configurations that explain the most returns, for the report."""
        if configuration.returned > self.deepest:
            self.deepest = configuration.returned
            self.stuck.clear()
        if configuration.returned == self.deepest and len(self.stuck) < _REFUSALS_KEPT:
            self.stuck.append((configuration, tuple(path)))

    def _blocked(self) -> int:
        return self.completed[self.deepest].index

    def _refusals(self) -> tuple[Refused, ...]:
        return tuple(self._refused(configuration, path) for configuration, path in self.stuck)

    def _refused(self, configuration: _Configuration, path: tuple[_Step, ...]) -> Refused:
        operation = self.completed[self.deepest]
        call = Call(operation.function, operation.arguments)
        window = self._window(configuration, operation)
        allowed = transitions(self.model, configuration.state, call, window)
        refusal = refusal_of(self.model, configuration.state, call, operation.result, window)
        return Refused(
            linearization=_placed(path),
            state=repr(configuration.state),
            answered=operation.result,
            allowed=tuple(allowed_text(transition) for transition in allowed),
            because=refusal.because,
            clause=refusal.clause,
        )


def refusal_of(model: AnyModel[Any], state: Any, call: Call, reply: Json, window: Window) -> Refusal:
    """Why `reply` is not what the model would have answered."""
    if isinstance(model, ExplainsRefusals):
        refusal = model.refusal(state, call, reply, window)
        if refusal is not None:
            return refusal
    first = transitions(model, state, call, window)[0]
    return Refusal(first.because, first.clause)


def allowed_text(transition: Transition[Any]) -> str:
    """An allowed answer, in words."""
    reply = transition.reply
    return reply.allowed if isinstance(reply, OpenReply) else canonical(reply)


def _placed(path: tuple[_Step, ...]) -> tuple[Placed, ...]:
    return tuple(Placed(step.operation.index, step.transition.because, step.transition.clause) for step in path)


def _return_ns(operation: Operation) -> int:
    """When a completed operation returned."""
    if operation.return_ns is None:
        raise ValueError(f"operation {operation.index} has the outcome ok but no return")
    return operation.return_ns
