"""The command line: `lawful COMMAND`. One file per command, imported only when it is called."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on `arguments` (None: those of this process); the exit code."""
    from lawful.conformance.cli.application import run

    return run(arguments)
