"""`lawful convert`: a history in another format."""

from __future__ import annotations

from pathlib import Path

import click

from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import UsageError
from lawful.conformance.history.formats import FORMATS, WRITABLE, dump, load
from lawful.models.wording import counted

_ENDINGS = {".jsonl": "lawful", ".parquet": "parquet", ".edn": "edn", ".json": "jepsen-json"}
"""What the name of the output says where --to does not."""
_COMPLETE = ("lawful", "parquet")
"""The formats that keep everything."""


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@setting_options("input_format", "failed_cas", "initial")
@click.option("--to", "format_", metavar="FORMAT", help=f"One of {', '.join(WRITABLE)}; else the name of OUT decides.")
def convert(source: Path, target: Path, format_: str | None, **options: str | None) -> None:
    """Write a history in another format.

    IN is recognized by its content. The formats of other tools cannot hold everything: what they leave out is said.
    """
    configuration = effective(options).configuration
    if format_ is None:
        format_ = _by_ending(target)
    history = load(
        source,
        configuration.input_format,
        initial=configuration.initial,
        failed_cas=configuration.failed_cas,
    )
    if target.exists() and source.resolve() == target.resolve():
        raise UsageError(f"{target} would replace the history that it is made from", hint="name another file")
    dump(history, target, format_)
    facts = f"{counted(len(history), 'operation')}, {counted(len(history.faults), 'fault')}"
    say(f"wrote {target}: {facts}, {format_} ({FORMATS[format_].meaning})")
    if format_ not in _COMPLETE:
        say("left out: header, servers, and when clients gave up waiting; lawful and parquet keep them")


def _by_ending(target: Path) -> str:
    try:
        return _ENDINGS[target.suffix.lower()]
    except KeyError:
        known = ", ".join(f"{ending} ({name})" for ending, name in _ENDINGS.items())
        raise UsageError(
            f"cannot tell the format of {target} by its name", hint=f"name it with --to, or end it in {known}"
        ) from None
