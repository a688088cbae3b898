"""Random small histories, half of them lawful by construction and half of them spoiled.

Each operation gets an instant of effect, the model runs in the order of these instants, and clients see its answers:
that is lawful. A spoiled history is one of these with one to three things changed, and whether it is still lawful is
left to the reference checker. What breaks checkers is small: calls and returns at the same nanosecond, operations
that take no time, outcomes that nobody knows, values that occur twice, and a value that was seen of a write that
nobody heard back from. So times, values and sizes are drawn from a few.

Equal seeds give equal histories.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple, TypeAlias

from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, OpenReply, Window, state_after, transitions
from lawful.models.values import Json

Draw: TypeAlias = Callable[[Random, int], Call]
"""The next call, from a source of chance and the number of the operation."""

NEVER = 1 << 40


class _Plan(NamedTuple):
    """One operation before it is known what it does. Times are in ticks."""

    effect: float
    called: int
    returned: int
    outcome: Outcome


@dataclass(frozen=True)
class Sampler:
    """What histories of one data type are made of."""

    model: AnyModel[Any]
    draw: Draw
    answers: Sequence[Json] = ()
    """Answers that spoiled histories get now and then."""
    unknown: Sequence[float] = (0.0, 0.0, 0.15, 0.4)
    """How likely an outcome is unknown: one of these for each history."""
    failed: Sequence[float] = (0.0, 0.0, 0.0, 0.15)
    """How likely an operation fails, likewise."""
    most: int = 9
    """Most operations of a history."""
    tick_ns: int = 1
    """The grain of the clock."""

    def sample(self, random: Random) -> list[Operation]:
        """One random history, spoiled or not, in order of call."""
        history = self._lawful(random)
        if random.random() < 0.5:
            for _ in range(random.choice((1, 1, 2, 3))):
                self._spoil(random, history)
        history.sort(key=lambda operation: (operation.call_ns, operation.index))
        return [replace(one, index=index, process=index) for index, one in enumerate(history)]

    def _spoil(self, random: Random, history: list[Operation]) -> None:
        """One change, or none where a few that were drawn do not apply."""
        before = history[:]
        for _ in range(8):
            random.choice(_CHANGES)(self, random, history)
            if history != before:
                break

    def _lawful(self, random: Random) -> list[Operation]:
        state = self.model.initial()
        history = []
        for number, plan in enumerate(sorted(self._plans(random))):
            call = self.draw(random, number)
            result: Json = None
            if plan.effect < NEVER:
                instant_ns = int(plan.effect * self.tick_ns)
                result, state = _effect(random, self.model, state, call, Window(instant_ns, instant_ns))
            history.append(self._operation(random, number, call, plan, result))
        return history

    def _plans(self, random: Random) -> list[_Plan]:
        count = max(random.randint(1, self.most), random.randint(1, self.most))
        length = random.choice((0, 2, 6, 2 * count, 3 * count))
        unknown, failed = random.choice(self.unknown), random.choice(self.failed)
        plans = []
        for _ in range(count):
            called = random.randint(0, 3 * count)
            returned = called + random.randint(0, length)
            chance = random.random()
            if chance < unknown:
                latest = random.choice((returned, returned + 10, NEVER))
                effect = NEVER if latest == NEVER else random.uniform(called, latest)
                plans.append(_Plan(effect, called, returned, Outcome.UNKNOWN))
            elif chance < unknown + failed:
                plans.append(_Plan(NEVER, called, returned, Outcome.FAIL))
            else:
                plans.append(_Plan(random.uniform(called, returned), called, returned, Outcome.OK))
        return plans

    def _operation(self, random: Random, number: int, call: Call, plan: _Plan, result: Json) -> Operation:
        is_told = plan.outcome is not Outcome.UNKNOWN or random.random() < 0.5
        return Operation(
            index=number,
            process=number,
            object="sample",
            function=call.function,
            arguments=call.arguments,
            outcome=plan.outcome,
            call_ns=plan.called * self.tick_ns,
            return_ns=plan.returned * self.tick_ns if is_told else None,
            result=result if plan.outcome is Outcome.OK else None,
        )

    def plausible(self, random: Random, history: Sequence[Operation], function: str) -> Json:
        """What others were answered, or an answer that does not come out of the history."""
        seen = [one.result for one in history if one.function == function and one.outcome is Outcome.OK]
        return random.choice([*seen, *self.answers, None])

    def moment(self, random: Random, history: Sequence[Operation]) -> int:
        """An instant of the clock, in nanoseconds."""
        return random.randint(0, 3 * len(history)) * self.tick_ns


def _effect(random: Random, model: AnyModel[Any], state: Any, call: Call, window: Window) -> tuple[Json, Any]:
    """One of the allowed answers, and the state after it. Open answers are integers above some bound."""
    transition = random.choice(transitions(model, state, call, window))
    if not isinstance(transition.reply, OpenReply):
        return transition.reply, transition.state
    skipped = random.choice((0, 0, 2))
    least = next(answer for answer in range(1_000) if state_after(transition, answer) is not None)
    return least + skipped, state_after(transition, least + skipped)


Change: TypeAlias = Callable[[Sampler, Random, list[Operation]], None]
"""Spoils a history in place; one that does not apply leaves it as it is."""


def _other_answer(sampler: Sampler, random: Random, history: list[Operation]) -> None:
    at = random.randrange(len(history))
    if history[at].outcome is Outcome.OK:
        history[at] = replace(history[at], result=sampler.plausible(random, history, history[at].function))


def _swapped_answers(sampler: Sampler, random: Random, history: list[Operation]) -> None:
    one, other = random.randrange(len(history)), random.randrange(len(history))
    left, right = history[one], history[other]
    if left.outcome is right.outcome is Outcome.OK and left.function == right.function:
        history[one], history[other] = replace(left, result=right.result), replace(right, result=left.result)


def _other_time(sampler: Sampler, random: Random, history: list[Operation]) -> None:
    at = random.randrange(len(history))
    call_ns = sampler.moment(random, history)
    return_ns = None if history[at].return_ns is None else call_ns + random.randint(0, 6) * sampler.tick_ns
    history[at] = replace(history[at], call_ns=call_ns, return_ns=return_ns)


def _an_instant(sampler: Sampler, random: Random, history: list[Operation]) -> None:
    at = random.randrange(len(history))
    end_ns = history[at].return_ns
    if end_ns is not None:
        instant_ns = random.choice((history[at].call_ns, end_ns))
        history[at] = replace(history[at], call_ns=instant_ns, return_ns=instant_ns)


def _forgotten(sampler: Sampler, random: Random, history: list[Operation]) -> None:
    at = random.randrange(len(history))
    if history[at].outcome is Outcome.OK:
        history[at] = replace(history[at], outcome=random.choice((Outcome.FAIL, Outcome.UNKNOWN)), result=None)


def _remembered(sampler: Sampler, random: Random, history: list[Operation]) -> None:
    """A client that did not know the outcome is answered after all."""
    doubtful = [at for at, one in enumerate(history) if one.outcome is not Outcome.OK]
    if doubtful:
        at = random.choice(doubtful)
        end_ns = history[at].return_ns
        history[at] = replace(
            history[at],
            outcome=Outcome.OK,
            return_ns=history[at].call_ns + random.randint(0, 8) * sampler.tick_ns if end_ns is None else end_ns,
            result=sampler.plausible(random, history, history[at].function),
        )


def _dropped(sampler: Sampler, random: Random, history: list[Operation]) -> None:
    if len(history) > 1:
        del history[random.randrange(len(history))]


def _doubled(sampler: Sampler, random: Random, history: list[Operation]) -> None:
    if len(history) <= sampler.most:
        history.append(replace(random.choice(history), index=1 + max(one.index for one in history)))


_CHANGES: tuple[Change, ...] = (
    _other_answer,
    _other_answer,
    _other_answer,
    _swapped_answers,
    _swapped_answers,
    _other_time,
    _an_instant,
    _forgotten,
    _remembered,
    _dropped,
    _doubled,
)
