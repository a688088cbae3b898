"""Known failures: the clauses that a store is known to break, in a file that ships beside its adapter.

The file is strict. A clause in it that is broken is a *known failure* and does not fail a run; a clause in it that was
put to the test and kept is an *unexpected pass* and does, so that no entry outlives the failure that it stands for.
"""

from __future__ import annotations

import shlex
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lawful.checkers.clause_verdicts import ClauseStatus, ClauseVerdict
from lawful.conformance.backends.registry import EXTERNAL, BackendChoice, load_class
from lawful.conformance.errors import UsageError, unknown_name
from lawful.specs.task_store import CLAUSES

ENDING = "known-failures.toml"
NONE = "none"
"""Given instead of a file: look at none."""
_KEYS = ("reason", "link")


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """One entry of a file."""

    clause: str
    reason: str
    link: str | None = None
    """An issue, or a command that shows the failure."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The verdicts on clauses against what was known."""

    known: Mapping[str, KnownFailure] = field(default_factory=dict)
    """The broken clauses that were known to be, by id."""
    violations: tuple[str, ...] = ()
    """The broken clauses that were not."""
    unexpected_passes: tuple[str, ...] = ()
    """The clauses that were known to be broken, and were kept."""

    @property
    def excuses(self) -> bool:
        """Whether everything that is wrong was known."""
        return bool(self.known) and not self.violations


def compare(verdicts: Iterable[ClauseVerdict], known: Mapping[str, KnownFailure]) -> Compared:
    """What of the broken clauses was known, and what that was known is kept."""
    broken: list[str] = []
    kept: list[str] = []
    for verdict in verdicts:
        if verdict.status is ClauseStatus.VIOLATION:
            broken.append(verdict.clause.id)
        elif verdict.status is ClauseStatus.LAWFUL:
            kept.append(verdict.clause.id)
    return Compared(
        {clause: known[clause] for clause in broken if clause in known},
        tuple(clause for clause in broken if clause not in known),
        tuple(clause for clause in kept if clause in known),
    )


def known_failures(choice: BackendChoice, named: str | None = None) -> dict[str, KnownFailure]:
    """The known failures of a backend, by clause: from the file `named`, else from the one beside it, if there is one.

    Raises `UsageError` for a file that cannot be read, or that says something else than it should.
    """
    if named == NONE:
        return {}
    path = beside(choice) if named is None else Path(named)
    if path is None or (named is None and not path.is_file()):
        return {}
    return load(path)


def load(path: Path) -> dict[str, KnownFailure]:
    """The entries of the file at `path`, by clause. Raises `UsageError`."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read the known failures in {path}", cause=cause) from error
    return {clause: _entry(path, clause, entry) for clause, entry in entries.items()}


def beside(choice: BackendChoice) -> Path | None:
    """Where the file of a backend is, if it has one: beside its program or its module. None: there is no such place."""
    if choice.path in EXTERNAL.values():
        return _beside_program(choice.name.removeprefix("exec:")) if choice.name.startswith("exec:") else None
    return _first([choice.path.partition(":")[0], load_class(choice.path).__module__])


def beside_class(backend: type) -> Path | None:
    """Where the file of a backend is that was not chosen by name: beside the module of its class."""
    return _first([backend.__module__])


def _first(modules: Iterable[str]) -> Path | None:
    """The first file that there is beside one of the modules, else the place for one."""
    files = [Path(file) for name in modules if (file := sys.modules[name].__file__) is not None]
    places = [_beside(file) for file in files]
    return next((place for place in places if place.is_file()), places[0] if places else None)


def _beside_program(command: str) -> Path | None:
    """Beside the last word of the command line that names a file: the script rather than what runs it."""
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    return next((_beside(Path(word)) for word in reversed(words) if Path(word).is_file()), None)


def _beside(program: Path) -> Path:
    return program.with_name(ENDING if program.name == "__init__.py" else f"{program.stem}.{ENDING}")


def _entry(path: Path, clause: str, entry: object) -> KnownFailure:
    if clause not in CLAUSES:
        error = unknown_name("clause", clause, CLAUSES)
        raise UsageError(f"{path}: {error.problem}", hint=error.hint)
    if not isinstance(entry, dict):
        raise UsageError(f"{path}: {clause} is no table", hint=f'write [{clause}], then reason = "…"')
    for key, value in entry.items():
        if key not in _KEYS:
            error = unknown_name("key", key, _KEYS)
            raise UsageError(f"{path}: {error.problem} of {clause}", hint=error.hint)
        if not isinstance(value, str):
            raise UsageError(f"{path}: {key} of {clause} is no text")
    if not entry.get("reason"):
        raise UsageError(f"{path}: {clause} has no reason", hint='say why, with reason = "…"')
    return KnownFailure(clause, entry["reason"], entry.get("link"))
