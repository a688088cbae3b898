"""What a model must keep to for the search to be about it, checked on every local step that the search used.

A step must depend on nothing but the server's own state and the message: the model is asked again for every step, in
the opposite order and so in other surroundings. A model that looks at another server's state, or remembers something,
answers differently then.

Symmetry is sound where the model, its first states and its properties do not care how servers are called: then the
states that a renaming leads to have the same future. It is checked on the exchanges of two neighbours, of which every
renaming is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lawful.checkers.exploration.invariants import Invariants
from lawful.checkers.exploration.numbered import Renaming
from lawful.checkers.exploration.step_table import Block, StepTable
from lawful.checkers.exploration.wrong_model import WrongModel, differing, marks, steps_of
from lawful.models.local_steps import AnyModel, AnyStep, LocalProperty, OfPair, OfServer, OfStep


def require_pure(table: StepTable) -> None:
    """Raises `WrongModel` where a step depends on more than the state of its server and the message."""
    for block in reversed(table.blocks):
        steps = table.steps(block.server, block.state, block.message)
        if marks(steps) != block.marks:
            raise WrongModel(
                f"{differing(block.marks, marks(steps))} of server {block.server} depends on more than the server's "
                "own state and the message, such as on the state of another server: asked once more at the end, the "
                f"model answers differently for {table.states.values[block.state]!r}"
            )
        if not (table.states.is_unchanged(block.state) and table.messages.is_unchanged(block.message)):
            raise WrongModel(
                f"a state or a message was changed after it was made: {table.states.values[block.state]!r}"
            )


def require_symmetric(table: StepTable, properties: Sequence[LocalProperty], invariants: Invariants) -> None:
    """Raises `WrongModel` where it makes a difference how servers are called."""
    model = table.model
    for renaming in exchanges(model.servers):
        which = table.renamings.index(renaming)
        _require_renamings(table, which)
        for server in range(model.servers):
            initial = model.initial(server)
            if model.renamed_state(initial, renaming) != model.initial(renaming[server]):
                raise WrongModel(
                    f"servers do not start alike, so they cannot be renamed: server {server} in {initial!r}"
                )
        for block in table.blocks:
            _require_same_steps(table, block, renaming)
        _require_same_judgement(table, properties, invariants, which)


def exchanges(servers: int) -> list[Renaming]:
    """The renamings that exchange two neighbours."""
    return [(*range(first), first + 1, first, *range(first + 2, servers)) for first in range(servers - 1)]


def _require_renamings(table: StepTable, which: int) -> None:
    for numbered in (table.states, table.messages):
        value = numbered.wrongly_renamed(which)
        if value is not None:
            raise WrongModel(f"renaming servers twice is not renaming them once by both: it goes wrong with {value!r}")


def _require_same_steps(table: StepTable, block: Block, renaming: Renaming) -> None:
    model = table.model
    state = table.states.values[block.state]
    message = table.messages.values[block.message] if block.message else None
    renamed = [_renamed(model, step, renaming) for step in steps_of(model, block.server, state, message)]
    there = None if message is None else model.renamed_message(message, renaming)
    if there is not None and model.destination(there) != renaming[block.server]:
        raise WrongModel(f"renaming servers does not rename where a message goes: {message!r}")
    found = steps_of(model, renaming[block.server], model.renamed_state(state, renaming), there)
    if marks(renamed) != marks(found):
        raise WrongModel(
            f"it makes a difference how servers are called, so symmetry is not sound: server {block.server} and server "
            f"{renaming[block.server]} differ in {differing(marks(renamed), marks(found))}, in {state!r}"
            + ("" if message is None else f" with {message!r}")
        )


def _renamed(model: AnyModel, step: AnyStep, renaming: Renaming) -> AnyStep:
    sends = tuple(model.renamed_message(message, renaming) for message in step.sends)
    return replace(step, after=model.renamed_state(step.after, renaming), sends=sends)


def _require_same_judgement(
    table: StepTable, properties: Sequence[LocalProperty], invariants: Invariants, which: int
) -> None:
    values, images = table.states.values, table.states.images[:, which]
    steps = {(int(before), int(after)) for before, after in zip(table.before, table.after, strict=True)}
    for one in properties:
        things: list[tuple[int, ...]]
        if isinstance(one, OfStep):
            things = sorted(steps)
        elif isinstance(one, OfPair):
            things = [*invariants.pairs, *((b, a) for a, b in invariants.pairs)]
        else:
            assert isinstance(one, OfServer)
            things = [(state,) for state in sorted({before for before, _ in steps})]
        for thing in things:
            if one.holds(*(values[i] for i in thing)) != one.holds(*(values[images[i]] for i in thing)):
                shown: list[Any] = [values[i] for i in thing]
                raise WrongModel(f"{one.id} depends on how servers are called, so symmetry is not sound: {shown!r}")
