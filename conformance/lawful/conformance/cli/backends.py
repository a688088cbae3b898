"""`lawful backends`: the stores that can be put to the test, and what is missing for the others."""

from __future__ import annotations

from collections.abc import Iterable

import click

from lawful.checkers.verdict import Verdict
from lawful.conformance.adapter import objects_of
from lawful.conformance.backends import registry
from lawful.conformance.cli.terminal import LOOKS, coloured, say
from lawful.conformance.errors import LawfulError, UsageError, unknown_name


@click.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
def backends(names: tuple[str, ...]) -> None:
    """List the stores that can be put to the test.

    Says of each whether it can be run here, and if not, what installs it. With NAMEs, only these are looked at; the
    others are not even imported.
    """
    installed = registry.installed()
    for name in names:
        if name not in installed:
            raise unknown_name("backend", name, installed)
    if not installed:
        raise UsageError("no backend is installed", hint=f"a package offers one by an entry point {registry.GROUP!r}")
    chosen = [name for name in installed if name in names] if names else sorted(installed)
    width = max(map(len, chosen))
    for name in chosen:
        for line in _lines(name, width):
            say(line)


def _lines(name: str, width: int) -> Iterable[str]:
    try:
        backend = registry.choose(name).build()
        versions = backend.versions()
    except LawfulError as error:
        look = LOOKS[Verdict.INCONCLUSIVE]
        yield f"{coloured('-', look.colour)} {name.ljust(width)}  {error.problem}"
        yield from (f"  {'':{width}}  {line.strip()}" for line in str(error).splitlines()[1:])
        return
    look = LOOKS[Verdict.LAWFUL]
    parts = ", ".join(f"{part} {version}" for part, version in versions.items())
    yield f"{coloured(look.glyph, look.colour)} {name.ljust(width)}  {parts or 'available'}"
    yield f"  {'':{width}}  tables: {', '.join(sorted(backend.tables))}"
    if objects_of(backend):
        yield f"  {'':{width}}  simple objects: {', '.join(sorted(objects_of(backend)))}"
    if hasattr(type(backend), "cluster"):
        links = "and links" if getattr(backend, "has_links", False) else "(no links, as it is configured)"
        yield f"  {'':{width}}  a cluster: faults can be aimed at its primary {links}"
