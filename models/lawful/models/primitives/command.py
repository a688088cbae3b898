"""Commands, and programs that send them: how an operation is put together from what a store offers.

A program is a generator that yields commands and is sent their answers, so that it reads like the code of a client:

    holder = yield GET("lease:a")
    if holder == me:
        yield DEL("lease:a")

Generators cannot be copied. A position within a program is therefore the tuple of answers that it was given so far,
and its next command is found by running it again from the start.

Assumption: a program depends on nothing but its arguments and the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from lawful.models.values import Json, canonical

Argument: TypeAlias = Any
"""A string, an integer, or for some commands a tuple of these or a script: hashable in any case."""
Answer: TypeAlias = Any
"""None, an integer, a string, an `ErrorReply`, or a tuple of answers."""


class Script(NamedTuple):
    """A Lua script, with the same written as a program. That the two agree is tested on a real server."""

    name: str
    lua: str
    body: Callable[..., Generator[Command, Answer, Answer]]
    """Called with the keys and the arguments; runs while no other client comes between."""


class Command(NamedTuple):
    """What a client sends at once."""

    name: str
    arguments: tuple[Argument, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.name.replace("_", " "), *(text for one in self.arguments if (text := _shown(one)))])


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """The store refused a command. The code is what programs go by, such as `WRONGTYPE` or `BUSY`."""

    code: str

    def __str__(self) -> str:
        return f"error {self.code}"


@dataclass(frozen=True, slots=True)
class Failed:
    """A program gave up: the operation took no effect, as the client is told."""

    reason: str


Program: TypeAlias = Generator[Command, Answer, Any]
"""Returns the answer of the operation, a JSON value, or `Failed`."""


class Primitive(NamedTuple):
    """The name of a command, called with its arguments: `GET("lease:a")`."""

    name: str

    def __call__(self, *arguments: Argument) -> Command:
        return Command(self.name, arguments)


class Done(NamedTuple):
    """The end of a program."""

    result: Json | Failed


NOW = Primitive("NOW")
"""The client's own clock, in milliseconds. It needs no store."""


def next_command(start: Callable[[], Program], answers: tuple[Answer, ...]) -> Command | Done:
    """What the program does after it was given `answers`."""
    program = start()
    try:
        command = next(program)
        for answer in answers:
            command = program.send(answer)
    except StopIteration as end:
        return Done(end.value)
    program.close()
    return command


def pairs(answer: Answer) -> dict[str, Any]:
    """A flat answer of names and values in turn, as HGETALL gives it.

    >>> pairs(("state", "queued", "type", "t"))
    {'state': 'queued', 'type': 't'}
    """
    return dict(zip(answer[::2], answer[1::2], strict=True))


def answer_text(answer: Answer) -> str:
    """An answer as shown in reports: `→ "w1"`, `→ null`, `→ error BUSY`."""
    return f"→ {_answer(answer)}"


def _answer(answer: Answer) -> str:
    if isinstance(answer, ErrorReply):
        return str(answer)
    if isinstance(answer, tuple):
        return f"[{', '.join(map(_answer, answer))}]"
    return canonical(answer)


def _shown(argument: Argument) -> str:
    if isinstance(argument, Script):
        return argument.name
    if isinstance(argument, tuple):
        return " ".join(_shown(one) for one in argument)
    return canonical(argument) if isinstance(argument, str) and (not argument or " " in argument) else str(argument)
