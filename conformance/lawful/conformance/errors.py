"""Exit codes, and errors that a user can act on: what failed, why, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells the shell. Of several inputs the gravest counts, in the order of `GRAVITY`."""

    LAWFUL = 0
    VIOLATION = 1
    USAGE = 2
    INCONCLUSIVE = 3
    BACKEND_FAILED = 4
    NOTHING_CHECKED = 5
    INTERNAL_ERROR = 70


MEANINGS = {
    ExitCode.LAWFUL: "lawful: every answer is one that the model allows",
    ExitCode.VIOLATION: "violation: no order of the operations explains what clients saw",
    ExitCode.USAGE: "usage: a wrong option, an unknown name, an unreadable file",
    ExitCode.INCONCLUSIVE: "inconclusive: the budget was used up before the search ended",
    ExitCode.BACKEND_FAILED: "backend or recording failed",
    ExitCode.NOTHING_CHECKED: "nothing checked: no operation with a known outcome",
    ExitCode.INTERNAL_ERROR: "a bug in lawful itself",
}

GRAVITY = (
    ExitCode.INTERNAL_ERROR,
    ExitCode.VIOLATION,
    ExitCode.BACKEND_FAILED,
    ExitCode.USAGE,
    ExitCode.INCONCLUSIVE,
    ExitCode.NOTHING_CHECKED,
    ExitCode.LAWFUL,
)


def gravest(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that stands for several inputs; NOTHING_CHECKED where there was none.

    >>> gravest([ExitCode.LAWFUL, ExitCode.INCONCLUSIVE, ExitCode.VIOLATION]).name
    'VIOLATION'
    """
    seen = set(codes)
    return next((code for code in GRAVITY if code in seen), ExitCode.NOTHING_CHECKED)


def exit_code_table() -> list[tuple[str, str]]:
    """Every exit code with what it means, for help texts and documents."""
    return [(str(int(code)), meaning) for code, meaning in MEANINGS.items()]


class LawfulError(Exception):
    """An error with a cause and a hint; the command line prints the three and exits with `code`."""

    code = ExitCode.USAGE

    def __init__(self, problem: str, *, cause: str | None = None, hint: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.cause = cause
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.problem]
        if self.cause:
            lines.append(f"  cause: {self.cause}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class UsageError(LawfulError):
    """What was asked for does not make sense: an unknown name, an unreadable file, a wrong option."""


class BackendError(LawfulError):
    """A server or an adapter did not do its part."""

    code = ExitCode.BACKEND_FAILED


class BackendUnavailable(BackendError):
    """The backend is not installed here; the hint is the command that installs it."""


class InternalError(LawfulError):
    """An exception that nobody expected."""

    code = ExitCode.INTERNAL_ERROR


def internal_error(error: BaseException) -> InternalError:
    """What is said of an exception that nobody expected."""
    return InternalError(
        f"this is a bug in lawful: {type(error).__name__}: {error}",
        hint="run it again with LAWFUL_DEBUG=1, and report the output with the input that led to it",
    )


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that is not among `known`, with the nearest one as a hint."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
    return UsageError(f"unknown {kind} {name!r}", hint=hint)
