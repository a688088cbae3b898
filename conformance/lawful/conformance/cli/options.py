"""Options that stand for settings, and the settings that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from lawful.conformance.configuration import SETTINGS

Command = TypeVar("Command", bound=Callable[..., Any])


def setting_options(*names: str) -> Callable[[Command], Command]:
    """One option for each of the settings `names`, taken by the command under these names, as typed.

    The text is read by `configuration.effective`, so that an option, a variable and a key have the same rules and the
    same errors.
    """

    def decorate(command: Command) -> Command:
        for name in reversed(names):
            setting = SETTINGS[name]
            shown = "" if setting.default is None else f"  [default: {_default_text(setting.default)}]"
            option = click.option(setting.option, name, metavar=setting.kind.metavar, help=setting.meaning + shown)
            command = option(command)
        return command

    return decorate


def _default_text(default: object) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)
