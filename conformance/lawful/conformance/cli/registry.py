"""Every command of `lawful`, by name. A new command is a file of its own and a line here."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A command that is imported when it is called."""

    target: str
    """`module:attribute` of the click command."""
    summary: str
    """One sentence for `lawful --help`; the first of the command's own help."""


COMMANDS: dict[str, Entry] = {
    "run": Entry("lawful.conformance.cli.run:run", "Put a store to the test."),
    "demo": Entry("lawful.conformance.cli.demo:demo", "Show what this program does."),
    "check": Entry("lawful.conformance.cli.check:check", "Judge recorded histories."),
    "watch": Entry("lawful.conformance.cli.watch:watch", "Judge a history while it is written."),
    "shrink": Entry(
        "lawful.conformance.cli.shrink:shrink", "Reduce a violation to the operations that contradict each other."
    ),
    "explore": Entry("lawful.conformance.cli.explore:explore_group", "Try every schedule of a model."),
    "replay": Entry("lawful.conformance.cli.replay:replay", "Carry out a behaviour that a search found."),
    "prove": Entry("lawful.conformance.cli.prove:prove_group", "Prove what is claimed of a specification."),
    "refine": Entry(
        "lawful.conformance.cli.refine:refine_group", "Check that a model that runs takes only steps that are proved."
    ),
    "mutants": Entry(
        "lawful.conformance.cli.mutants:mutants_group",
        "Put the clauses to the test, with stores and models that have one mistake.",
    ),
    "controls": Entry(
        "lawful.conformance.cli.controls:controls", "Put stores to the test that must come out differently."
    ),
    "lint": Entry("lawful.conformance.cli.lint:lint", "Examine history files without judging them."),
    "convert": Entry("lawful.conformance.cli.convert:convert", "Write a history in another format."),
    "schema": Entry("lawful.conformance.cli.schema:schema", "Print the JSON Schema of a format."),
    "clauses": Entry("lawful.conformance.cli.clauses:clauses", "List what must hold."),
    "contract": Entry("lawful.conformance.cli.contract:contract", "Print the contract as a page."),
    "models": Entry("lawful.conformance.cli.models:models", "List the models that histories are checked against."),
    "backends": Entry("lawful.conformance.cli.backends:backends", "List the stores that can be put to the test."),
    "adapter": Entry(
        "lawful.conformance.cli.adapter:adapter", "Write an adapter for a store, and find its first failures."
    ),
    "config": Entry("lawful.conformance.cli.config:config", "Show the settings in force and where they come from."),
}
