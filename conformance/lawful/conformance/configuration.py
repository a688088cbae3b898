"""Settings and where they come from: an option, else a variable `LAWFUL_…`, else `[tool.lawful]` in pyproject.toml.

The three spell one setting alike: `--budget-s 30`, `LAWFUL_BUDGET_S=30`, `budget-s = 30`. The file is the nearest
pyproject.toml, from the current directory upwards, that has a table `[tool.lawful]`. A name that is not known is an
error in each of the three: a budget that is misspelt and silently ignored would be found out after the hour that it
was meant to prevent.
"""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lawful.conformance.errors import UsageError, unknown_name
from lawful.models.values import Json

VARIABLE_PREFIX = "LAWFUL_"
SWITCHES = {"LAWFUL_DEBUG": "1 shows the traceback of an unexpected error."}
"""Variables that have neither an option nor a key."""


class Kind(NamedTuple):
    """What a setting may be."""

    metavar: str
    """What stands for the value in help texts."""
    expected: str
    """In words: `a number above 0`."""
    from_text: Callable[[str], object]
    """Reads an option or a variable; raises `ValueError`."""
    checked: Callable[[object], object]
    """The value in the type that the program uses; raises `ValueError` for a value of another kind."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _json(value: object) -> object:
    try:
        json.dumps(value, allow_nan=False)
    except TypeError as error:
        raise ValueError from error
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError
    return float(value)


def _limit(value: object) -> float:
    number = _number(value)
    if not number > 0:
        raise ValueError
    return number


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError
    return value


def _duration(value: object) -> float:
    number = _number(value)
    if not 0 <= number < math.inf:
        raise ValueError
    return number


def one_of(*choices: str) -> Kind:
    """One of a few words."""

    def choice(value: object) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return Kind(f"[{'|'.join(choices)}]", f"one of {', '.join(choices)}", str, choice)


TEXT = Kind("NAME", "a text", str, _text)
JSON = Kind("JSON", "a JSON value (a string needs its double quotes)", json.loads, _json)
LIMIT = Kind("NUMBER", "a number above 0, or inf for no limit", float, _limit)
COUNT = Kind("NUMBER", "a whole number, 1 or more", int, _count)
DURATION = Kind("NUMBER", "a number, 0 or more", float, _duration)


def _setting(default: object, kind: Kind, meaning: str) -> Any:
    return field(default=default, metadata={"kind": kind, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class Configuration:
    """The effective settings. A new one is a line here."""

    backend: str | None = _setting(None, TEXT, "Store to test: NAME or module:Class, then ,option=value.")
    model: str | None = _setting(None, TEXT, "Model to check against; else the history says, else its objects' names.")
    initial: Json = _setting(None, JSON, "Initial value of each object; else the history says.")  # noqa: RUF009 field()
    format: str = _setting("text", one_of("text", "json"), "Form of the output.")
    input_format: str | None = _setting(None, TEXT, "Format of the histories; else the content decides.")
    budget_s: float = _setting(60.0, LIMIT, "Time for each object, in seconds.")
    memory_mb: float = _setting(2048.0, LIMIT, "Memory for the search, in megabytes.")
    workers: int | None = _setting(
        None, COUNT, "Processes that check files and objects at the same time; else as many as are worth it."
    )
    failed_cas: Literal["observed", "dropped"] | None = _setting(
        None,
        one_of("observed", "dropped"),
        "A failed compare-and-set in a foreign log: an answer, or left out; else its format decides.",
    )
    clock_error_ms: float | None = _setting(
        None, DURATION, "Clock error of the servers while a lease runs; else the history says."
    )


class Setting(NamedTuple):
    """One field of `Configuration`, described."""

    field: str
    kind: Kind
    meaning: str
    default: Any

    @property
    def key(self) -> str:
        """As in pyproject.toml, and with two dashes in front as an option."""
        return self.field.replace("_", "-")

    @property
    def option(self) -> str:
        return f"--{self.key}"

    @property
    def variable(self) -> str:
        return VARIABLE_PREFIX + self.field.upper()


SETTINGS: dict[str, Setting] = {
    one.name: Setting(one.name, one.metadata["kind"], one.metadata["meaning"], one.default)
    for one in fields(Configuration)
}


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings in force, and the origin of each."""

    configuration: Configuration
    origins: Mapping[str, str]
    """By field: `default`, a file, a variable or an option."""


def effective(
    options: Mapping[str, str | None] | None = None,
    *,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Effective:
    """The settings in force: `options` (by field, as typed; None: not given) over variables over the file.

    Raises `UsageError` for unknown names and for values of the wrong kind, naming where they stand.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = dict.fromkeys(SETTINGS, "default")
    for layer in (
        _from_file(directory or Path.cwd()),
        _from_environment(os.environ if environment is None else environment),
        _from_options(options or {}),
    ):
        for name, (value, origin) in layer.items():
            values[name] = value
            origins[name] = origin
    return Effective(Configuration(**values), origins)


Layer = dict[str, tuple[object, str]]


def _from_options(options: Mapping[str, str | None]) -> Layer:
    layer: Layer = {}
    for name, text in options.items():
        if text is not None:
            setting = SETTINGS[name]
            layer[name] = (_read_text(setting, text, setting.option), setting.option)
    return layer


def _from_environment(environment: Mapping[str, str]) -> Layer:
    by_variable = {setting.variable: setting for setting in SETTINGS.values()}
    layer: Layer = {}
    for variable in sorted(environment):
        if not variable.startswith(VARIABLE_PREFIX) or variable in SWITCHES:
            continue
        if variable not in by_variable:
            raise unknown_name("variable", variable, [*by_variable, *SWITCHES])
        setting = by_variable[variable]
        layer[setting.field] = (_read_text(setting, environment[variable], variable), variable)
    return layer


def _from_file(directory: Path) -> Layer:
    found = _nearest_table(directory.resolve())
    if found is None:
        return {}
    path, table = found
    by_key = {setting.key: setting for setting in SETTINGS.values()}
    layer: Layer = {}
    for key, value in table.items():
        if key not in by_key:
            error = unknown_name("key", key, by_key)
            raise UsageError(f"{path}: {error.problem} in [tool.lawful]", hint=error.hint)
        setting = by_key[key]
        try:
            layer[setting.field] = (setting.kind.checked(value), str(path))
        except ValueError:
            problem = f"{path}: {key} = {value!r} in [tool.lawful] will not do"
            raise UsageError(problem, hint=f"it has to be {setting.kind.expected}") from None
    return layer


def _nearest_table(directory: Path) -> tuple[Path, Mapping[str, object]] | None:
    for folder in (directory, *directory.parents):
        path = folder / "pyproject.toml"
        if not path.is_file():
            continue
        try:
            tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read the configuration in {path}", cause=str(error)) from error
        if "lawful" in tool:
            table = tool["lawful"]
            if not isinstance(table, Mapping):
                raise UsageError(f"{path}: tool.lawful is not a table", hint="write [tool.lawful], then key = value")
            return path, table
    return None


def _read_text(setting: Setting, text: str, origin: str) -> object:
    """The value that `text` stands for; `origin` is what to blame."""
    try:
        return setting.kind.checked(setting.kind.from_text(text))
    except ValueError:
        raise UsageError(f"{origin}: {text!r} will not do", hint=f"it has to be {setting.kind.expected}") from None
