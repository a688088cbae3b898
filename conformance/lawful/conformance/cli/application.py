"""The group of all commands, and what becomes of their errors.

Whatever happens, the exit code is one of the table in `errors`, or 130 after Ctrl-C. What a user can act on is printed
as problem, cause and hint; anything else is a bug in this program and says so.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lawful.conformance.cli.registry import COMMANDS
from lawful.conformance.errors import ExitCode, LawfulError, UsageError, exit_code_table, internal_error, unknown_name

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""
OUTPUT_CLOSED = 141
"""128 and the number of SIGPIPE: whoever read the output stopped reading."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: `lawful check` waits for no other command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise unknown_name("command", args[0], COMMANDS)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([*exit_code_table(), (str(INTERRUPTED), "interrupted")])
        with formatter.indentation():
            formatter.write_paragraph()
            formatter.write_text("Of several inputs the gravest counts: 70, then 1, 4, 2, 3, 5, 0.")


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from lawful.conformance.version import version

        click.echo(f"lawful {version()}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="The version."
)
@click.pass_context
def lawful(ctx: click.Context) -> None:
    """Executable specifications and conformance checks for replicated task stores."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: Sequence[str] | None) -> int:
    """Run `lawful` and give its exit code, whatever happens."""
    for stream in (sys.stdout, sys.stderr):
        # A glyph that the terminal's encoding lacks must not become a crash.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Nobody reads on (`lawful check … | head`). What is left in the buffer must not raise once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except LawfulError as error:
        report_error(error)
        return int(error.code)
    except Exception as error:
        report_bug(error)
        return int(ExitCode.INTERNAL_ERROR)


def report_error(error: LawfulError, path: Path | None = None) -> None:
    """Print an error that the user can act on; `path`: the input that it is about, where it may not say so itself."""
    about = "" if path is None or str(path) in error.problem else f"{path}: "
    click.echo(f"error: {about}{error}", err=True)


def report_bug(error: BaseException) -> None:
    """Print an error that nobody expected; the traceback only where it was asked for."""
    if os.environ.get("LAWFUL_DEBUG") == "1":
        traceback.print_exception(error)
    report_error(internal_error(error))


def _invoke(arguments: Sequence[str] | None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        with lawful.make_context("lawful", list(arguments)) as context:
            result: Any = lawful.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.UsageError as error:
        raise _usage_error(error) from error
    return int(ExitCode.LAWFUL) if result is None else int(result)


def _usage_error(error: click.UsageError) -> UsageError:
    """What click says, in the form of our own errors, with where to read on as the hint."""
    hint = f"see {error.ctx.command_path if error.ctx else 'lawful'} --help"
    if isinstance(error, click.NoSuchOption):
        near = f"did you mean {error.possibilities[0]!r}? " if error.possibilities else ""
        return UsageError(f"unknown option {error.option_name!r}", hint=near + hint)
    problem = error.format_message().removesuffix(".")
    return UsageError(problem[:1].lower() + problem[1:], hint=hint)
