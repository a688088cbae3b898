"""How far back one object fell at each crash: the smallest loss that explains what clients saw afterwards.

Buffered durable linearizability (Izraelevitz, Mendes, Scott, DISC 2016, section 4) allows a store to go back, at a
crash, to the state after some prefix of what took effect. `checkers.durability` asks whether a given prefix suffices.
Here the question is turned round: of all prefixes, which is the longest? A longer one allows less, so the question is
answered by halving.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from lawful.checkers.durability import Losses
from lawful.checkers.verdict import ObjectVerdict, Placed, Verdict
from lawful.models.crashes import CRASH, MARKS, NUMBER, SAVED, with_crashes
from lawful.models.history import FaultEvent, ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel, Call, KnowsEffects, Model, Window, is_timed, state_after

Decide: TypeAlias = Callable[[Sequence[Operation], AnyModel[Any]], ObjectVerdict]
"""A linearizability checker for operations of one object."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """How far back an object fell at one crash."""

    crash: int
    """Which of the crashes, from 0."""
    lost: tuple[int, ...]
    """Acknowledged operations that changed something and are gone, by index, in one explanation that loses least."""
    kept_ns: int
    """Everything that had returned before this instant survived. The crash itself where nothing was lost."""
    reached_ns: int
    """Something survived that was called at this instant, and nothing that is known to have been called later. The
    crash before, or 0, where nothing is known to have survived."""
    crashed_ns: int
    """When the crash began."""

    @property
    def seconds(self) -> float:
        """From how long before the crash on something was lost; 0 where nothing was."""
        return max(0, self.crashed_ns - self.kept_ns) / 10**9


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of one object at all crashes."""

    key: ObjectKey
    verdict: Verdict
    """Lawful: it fell back to a prefix each time. A violation: no prefix explains what clients saw."""
    fallbacks: tuple[Fallback, ...] = ()
    writes: tuple[int, ...] = ()
    """Acknowledged operations that changed something, by index, whether they were lost or not."""
    progress: str | None = None
    """Where it was not found out: why."""


def recovered(
    operations: Sequence[Operation],
    crashes: Sequence[FaultEvent],
    model: AnyModel[Any],
    decide: Decide,
    first_index: int,
) -> Recovered:
    """What became of the object that `operations` are on. `first_index`: above the index of every operation."""
    return _Object(operations, crashes, model, decide, first_index).recovered()


class _Object:
    """One object, its crashes, and questions about what it lost."""

    def __init__(
        self,
        operations: Sequence[Operation],
        crashes: Sequence[FaultEvent],
        model: AnyModel[Any],
        decide: Decide,
        first_index: int,
    ) -> None:
        self._operations = operations
        self._crashes = crashes
        self._model = model
        self._lifted = with_crashes(model)
        self._decide = decide
        self._first_index = first_index
        self._widest = tuple(_widest(operations, crashes))

    def recovered(self) -> Recovered:
        key = self._operations[0].object_key
        windows = list(self._widest)
        whole = self._asked(windows)
        if whole.verdict is not Verdict.LAWFUL:
            return Recovered(key, whole.verdict, progress=whole.progress)
        for number in range(len(self._crashes)):
            windows[number] = self._latest(windows, number)
        shown = self._asked(windows)
        if shown.linearization is None:
            return Recovered(key, Verdict.INCONCLUSIVE, progress="what was found could not be shown again")
        order = self._in_order(shown.linearization)
        changed = effectful(order, self._lifted)
        acknowledged = {one.index for one in order if one.outcome is Outcome.OK and one.function not in MARKS}
        writes = changed & acknowledged
        lost = self._lost(order, writes)
        fallbacks = tuple(
            Fallback(number, lost[number], windows[number].earliest_ns, self._reached(windows, number), crash.call_ns)
            for number, crash in enumerate(self._crashes)
        )
        return Recovered(key, Verdict.LAWFUL, fallbacks, tuple(sorted(writes)))

    def _asked(self, windows: Sequence[Window]) -> ObjectVerdict:
        """The verdict where what survives each crash is settled in these windows."""
        losses = Losses(self._operations, self._crashes, windows, self._first_index)
        return self._decide(losses.with_crashes(), self._lifted)

    def _latest(self, windows: Sequence[Window], number: int) -> Window:
        """The window of one crash that begins as late as can be, the others staying as they are."""
        window = windows[number]

        def suffices(instant_ns: int) -> bool:
            return self._allows(windows, number, Window(instant_ns, window.latest_ns))

        crashed_ns = self._crashes[number].call_ns
        if suffices(crashed_ns):
            return Window(crashed_ns, window.latest_ns)
        instants = _instants(window, [one.return_ns for one in self._operations])
        # What returned at an instant may be lost where the window begins there.
        too_late = bisect_left(instants, True, key=lambda instant_ns: not suffices(instant_ns))
        return Window(instants[too_late - 1] if too_late else window.earliest_ns, window.latest_ns)

    def _reached(self, windows: Sequence[Window], number: int) -> int:
        """The earliest instant by which what survives may be settled."""
        window = self._widest[number]
        if number == 0:  # before the first call, so that this too may be what survived
            window = Window(window.earliest_ns - 1, window.latest_ns)

        def suffices(instant_ns: int) -> bool:
            return self._allows(windows, number, Window(window.earliest_ns, instant_ns))

        instants = _instants(window, [one.call_ns for one in self._operations])
        enough = bisect_left(instants, True, key=suffices)
        if enough == 0:  # nothing that was called since the crash before is known to have survived
            return self._crashes[number - 1].call_ns if number else 0
        return instants[enough] if enough < len(instants) else self._crashes[number].call_ns

    def _allows(self, windows: Sequence[Window], number: int, window: Window) -> bool:
        changed = [*windows[:number], window, *windows[number + 1 :]]
        return self._asked(changed).verdict is Verdict.LAWFUL

    def _in_order(self, linearization: Sequence[Placed]) -> list[Operation]:
        marked = Losses(self._operations, self._crashes, self._widest, self._first_index).with_crashes()
        by_index = {one.index: one for one in marked}
        return [by_index[placed.index] for placed in linearization]

    def _lost(self, order: Sequence[Operation], writes: set[int]) -> list[tuple[int, ...]]:
        """For each crash, which of the `writes` stand between the last save and the crash."""
        found: list[tuple[int, ...]] = [() for _ in self._crashes]
        since: list[int] = []
        for operation in order:
            if operation.function == SAVED:
                since = []
            elif operation.function == CRASH:
                number = operation.arguments[NUMBER]
                assert isinstance(number, int)
                found[number] = tuple(sorted(since))
                since = []
            elif operation.index in writes:
                since.append(operation.index)
        return found


def _widest(operations: Sequence[Operation], crashes: Sequence[FaultEvent]) -> Iterator[Window]:
    """For each crash the window in which everything since the one before may be lost."""
    begins_ns = min(operation.call_ns for operation in operations)
    for crash in crashes:
        ends_ns = crash.call_ns if crash.return_ns is None else crash.return_ns
        yield Window(min(begins_ns, crash.call_ns), ends_ns)
        begins_ns = max(begins_ns, crash.call_ns)


def _instants(window: Window, given: Sequence[int | None]) -> list[int]:
    """The given instants within a window, in order; the first one is its beginning."""
    inside = {one for one in given if one is not None and window.earliest_ns < one <= window.latest_ns}
    return [window.earliest_ns, *sorted(inside)]


def effectful(order: Sequence[Operation], model: AnyModel[Any]) -> set[int]:
    """The operations of a linearization that may have changed the state, by index.

    A model that can tell from answers is asked; another one, without time, is run, and all states that it may be in
    are compared.
    """
    known = model if isinstance(model, KnowsEffects) else None
    if is_timed(model):
        return {one.index for one in order if known is None or not known.had_no_effect(one)}
    states: tuple[Any, ...] = (model.initial(),)
    found: set[int] = set()
    for operation in order:
        after = _after(states, operation, cast(Model[Any], model))
        if after != states and not (known is not None and known.had_no_effect(operation)):
            found.add(operation.index)
        states = after
    return found


def _after(states: tuple[Any, ...], operation: Operation, model: Model[Any]) -> tuple[Any, ...]:
    """The states that may follow, each once."""
    call = Call(operation.function, operation.arguments)
    following: dict[Any, None] = {}
    for state in states:
        for transition in model.step(state, call):
            known = operation.outcome is Outcome.OK
            after = state_after(transition, operation.result) if known else transition.state
            if after is not None:
                following[after] = None
    return tuple(following)
