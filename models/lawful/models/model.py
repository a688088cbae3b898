"""What a sequential model is: a pure function from a state and a call to everything that may happen next.

A model never sees what a client observed; it says what it *would* answer, and the checkers compare. The same
`step` therefore serves the linearizability search (does some allowed answer match?), operations whose outcome is
unknown (any allowed answer will do), generated programs (run it) and reports (this is what was allowed, and why).

Non-determinism is in the return value: `step` gives every transition that is allowed, for example one for each
job that `claim` may hand out. A model refuses a call with a transition whose answer says so, never with an
exception, and every transition carries the reason for its answer.

Assumption: states are immutable and hashable, and `step` depends on nothing but its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeAlias, TypeVar, cast, runtime_checkable

from lawful.models.history import Operation
from lawful.models.values import Json, identical

S = TypeVar("S", bound=Hashable)
S_contra = TypeVar("S_contra", bound=Hashable, contravariant=True)


class Call(NamedTuple):
    """What a client asks for."""

    function: str
    arguments: Mapping[str, Json]


class Window(NamedTuple):
    """The instants, in nanoseconds and inclusive, at one of which a call takes effect.

    The search knows the set of operations that took effect before; so the instant is no earlier than the latest
    of their calls, and no later than the earliest return among those that have not taken effect yet.
    """

    earliest_ns: int
    latest_ns: int


@dataclass(frozen=True, slots=True)
class OpenReply(Generic[S]):
    """An answer that the model leaves open: a fencing token need not be the next number, only a larger one."""

    allowed: str
    """What is admitted, in words: `any integer above 4`."""
    state_after: Callable[[Json], S | None]
    """The state that follows where a client saw this answer; None for an answer that is not admitted."""


class Transition(NamedTuple, Generic[S]):
    """One thing that a call may lead to."""

    reply: Json | OpenReply[S]
    state: S
    """The state that follows. Where the answer is open, the one after its smallest instance: it restricts later
    answers least, so it is also the one to assume where nobody saw the answer."""
    because: str
    """Why this answer, as a sentence without a full stop."""
    clause: str | None = None
    """Id of the clause that decides the answer; a client that saw another answer saw this clause broken."""


class Refusal(NamedTuple):
    """Why an answer is not allowed."""

    because: str
    clause: str | None


class Model(Protocol[S]):
    """A sequential object without a notion of time."""

    @property
    def name(self) -> str: ...

    def initial(self) -> S: ...

    def step(self, state: S, call: Call) -> Sequence[Transition[S]]:
        """Every transition that `call` may make in `state`; at least one.

        Raises `UnknownCall` for a function or argument that the object does not have.
        """
        ...


@runtime_checkable
class TimedModel(Protocol[S]):
    """A sequential object whose answers also depend on when a call takes effect."""

    @property
    def name(self) -> str: ...

    def initial(self) -> S: ...

    def timed_step(self, state: S, call: Call, window: Window) -> Sequence[Transition[S]]:
        """Every transition that `call` may make in `state` at some instant of `window`; at least one."""
        ...


@runtime_checkable
class ExplainsRefusals(Protocol[S_contra]):
    """A model that can say more about a wrong answer than why the right ones are right."""

    def refusal(self, state: S_contra, call: Call, reply: Json, window: Window) -> Refusal | None:
        """Why `reply` is not allowed; None where the reasons of the allowed answers say it all."""
        ...


@runtime_checkable
class KnowsEffects(Protocol):
    """A model that can tell from an answer that nothing was changed, whatever the state."""

    def had_no_effect(self, operation: Operation) -> bool:
        """Whether the answer of a completed `operation` says that it left the state as it was.

        Such an operation can be left out of any linearization, and the rest remains one.
        """
        ...


@runtime_checkable
class KnowsRows(Protocol):
    """A model of a table whose rows hardly depend on each other."""

    def rows(self, operation: Operation) -> frozenset[str]:
        """The rows that `operation` names, in its arguments or in its answer."""
        ...

    def projected(self, operation: Operation, row: str) -> Operation | None:
        """What remains of `operation` in a table that has `row` alone; None where it does not concern that row.

        Where a history is linearizable, so is its projection: a projection in violation proves that the history is.
        """
        ...


AnyModel: TypeAlias = Model[S] | TimedModel[S]


class UnknownCall(ValueError):
    """The object has no such function, or the function no such argument."""


def argument(call: Call, name: str) -> Json:
    """The argument `name` of `call`; raises `UnknownCall` where it was not given."""
    try:
        return call.arguments[name]
    except KeyError:
        given = ", ".join(call.arguments) or "none"
        raise UnknownCall(f"{call.function} needs the argument {name!r}; given: {given}") from None


def text_argument(call: Call, name: str) -> str:
    """A string argument."""
    value = argument(call, name)
    if not isinstance(value, str):
        raise UnknownCall(f"{call.function} needs a string as {name!r}, not {value!r}")
    return value


def integer_argument(call: Call, name: str) -> int:
    """An integer argument."""
    value = argument(call, name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnknownCall(f"{call.function} needs an integer as {name!r}, not {value!r}")
    return value


def unknown_call(model: str, call: Call, functions: Sequence[str]) -> UnknownCall:
    """The error for a function that the object does not have."""
    return UnknownCall(f"{model} has no function {call.function!r}; it has {', '.join(functions)}")


def is_timed(model: AnyModel[S]) -> bool:
    """Whether the answers of `model` depend on when calls take effect."""
    return hasattr(model, "timed_step")


def transitions(model: AnyModel[S], state: S, call: Call, window: Window) -> Sequence[Transition[S]]:
    """What `call` may lead to, for either kind of model."""
    # `isinstance` of a protocol takes longer than most steps do.
    if is_timed(model):
        return cast(TimedModel[S], model).timed_step(state, call, window)
    return cast(Model[S], model).step(state, call)


def state_after(transition: Transition[S], result: Json) -> S | None:
    """The state after `transition` where the client saw `result`; None where it must have seen something else."""
    reply = transition.reply
    if isinstance(reply, OpenReply):
        return reply.state_after(result)
    return transition.state if identical(reply, result) else None
