"""A behaviour of Raft as a JSON file: the model it is of, and every step with what it read, sent and left behind.

A step is found again among those that the model allows by all of that, so a file of another version of the model, or
one that was edited, is refused at the first step that differs; no state is ever made from a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import Field, asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from lawful.checkers.exploration.behaviour import Moment, Move, beginning, moved, moves
from lawful.conformance.errors import UsageError, unknown_name
from lawful.models.raft.features import NO_FEATURES, Feature, Features
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.mistakes_of_liveness import MISTAKES_OF_LIVENESS
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.state import EXTENSION
from lawful.models.raft.task_store_machine import COMMANDS, TableMachine
from lawful.models.values import Json

FORMAT_VERSION = 1
_HINT = "lawful explore raft --output FILE writes such a file"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a file says."""

    model: Raft
    mistake: str | None
    property: str
    """The property that the behaviour violates, or `deadlock`."""
    moves: tuple[Move, ...]
    moments: tuple[Moment, ...]
    """The global states, the first one included."""
    loop: int | None = None
    """After how many moves the loop begins that the last ones are, and which goes on for ever; None: there is none."""


def model_of(
    bounds: Bounds,
    mistake: str | None,
    features: Features = NO_FEATURES,
    *,
    invariants: bool = False,
    state_machine: str | None = None,
) -> Raft:
    """Raft, or one of its broken twins, with extensions, and replicating a table of the task store.

    Raises `UsageError` for an unknown twin, an unknown table, and for more values than there are commands of the table.
    """
    if mistake is None:
        model = Raft(bounds)
    elif mistake in MISTAKES_OF_LIVENESS:
        model = MISTAKES_OF_LIVENESS[mistake].model(bounds)
    elif mistake in MISTAKES:
        model = MISTAKES[mistake].model(bounds)
    else:
        raise unknown_name("mistake", mistake, {**MISTAKES, **MISTAKES_OF_LIVENESS})
    table = state_machine or (None if model.machine is None else model.machine.name)
    return replace(
        model,
        features=model.features | features,
        machine=None if table is None else _machine(table, bounds.values),
        invariants=model.invariants or invariants,
    )


def _machine(table: str, commands: int) -> TableMachine:
    if table not in COMMANDS:
        raise unknown_name("state machine", table, COMMANDS)
    if commands > len(COMMANDS[table]):
        raise UsageError(f"there are {len(COMMANDS[table])} commands of {table}, not {commands}", hint="lower --values")
    return TableMachine(table, commands)


def features_named(names: Iterable[str]) -> Features:
    """The extensions; raises `UsageError` for an unknown one."""
    for name in names:
        if name not in tuple(Feature):
            raise unknown_name("extension", name, [one.value for one in Feature])
    return frozenset(map(Feature, names))


def sorted_names(features: Features) -> list[str]:
    """The names of extensions, in the order in which they are declared."""
    return [one.value for one in Feature if one in features]


def write(
    path: Path,
    model: Raft,
    mistake: str | None,
    property_: str,
    behaviour: Sequence[Move],
    loop: int | None = None,
) -> None:
    """Write a behaviour; after `loop` moves its loop begins. Raises `UsageError` where the file cannot be written."""
    document = {
        "format": FORMAT_VERSION,
        "model": "raft",
        "bounds": asdict(model.bounds),
        "with": sorted_names(model.features),
        **({} if model.machine is None else {"state_machine": model.machine.name}),
        **({"invariants": True} if model.invariants else {}),
        "mistake": mistake,
        "property": property_,
        **({} if loop is None else {"loop": loop}),
        "steps": [step_json(move) for move in behaviour],
    }
    try:
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}", cause=str(error)) from error


def step_json(move: Move) -> Json:
    """One step, with everything that tells it from others."""
    return {
        "server": move.server,
        "action": move.step.action,
        "received": None if move.received is None else _json(move.received),
        "sent": [_json(message) for message in move.step.sends],
        "kept": move.step.keeps,
        "after": _json(move.step.after),
    }


def read(path: Path) -> Recorded:
    """Read a behaviour and carry it out on the model. Raises `UsageError` where one of the two is not possible."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}", cause=str(error), hint=_HINT) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT_VERSION or document.get("model") != "raft":
        raise UsageError(f"{path} is not a behaviour of Raft in format {FORMAT_VERSION}", hint=_HINT)
    bounds, mistake, steps = _bounds(path, document), document.get("mistake"), document.get("steps")
    if not isinstance(steps, list) or not isinstance(document.get("property"), str):
        raise UsageError(f"{path} lacks its steps or its property", hint=_HINT)
    if mistake is not None and not isinstance(mistake, str):
        raise UsageError(f"{path} has a mistake without a name", hint=_HINT)
    loop = document.get("loop")
    if loop is not None and (type(loop) is not int or not 0 <= loop <= len(steps)):
        raise UsageError(f"{path} has a loop that begins nowhere", hint=_HINT)
    names = document.get("with", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"{path} has extensions without a name", hint=_HINT)
    table, invariants = document.get("state_machine"), document.get("invariants") is True
    if table is not None and not isinstance(table, str):
        raise UsageError(f"{path} has a state machine without a name", hint=_HINT)
    model = model_of(bounds, mistake, features_named(names), invariants=invariants, state_machine=table)
    behaviour, moments = _carried_out(path, model, steps)
    return Recorded(model, mistake, document["property"], behaviour, moments, loop)


def _bounds(path: Path, document: dict[str, Any]) -> Bounds:
    given = document.get("bounds")
    types = {one.name: type(one.default) for one in fields(Bounds)}
    if isinstance(given, dict):
        # Files need not say what bounds were added since.
        given = {"leases": 1, "loss": True, "duplication": True} | given
    if not isinstance(given, dict) or {name: type(one) for name, one in given.items()} != types:
        raise UsageError(f"{path} lacks the bounds {', '.join(sorted(types))}", hint=_HINT)
    if not 1 <= given["servers"] <= _MOST_SERVERS:
        raise UsageError(f"{path} is about {given['servers']} servers; there can be 1 to {_MOST_SERVERS}")
    return Bounds(**given)


_MOST_SERVERS = 9


def _carried_out(path: Path, model: Raft, steps: Sequence[Json]) -> tuple[tuple[Move, ...], tuple[Moment, ...]]:
    behaviour: list[Move] = []
    moments = [beginning(model)]
    for number, step in enumerate(steps, 1):
        move = next((move for move in moves(model, moments[-1]) if step_json(move) == step), None)
        if move is None:
            raise UsageError(
                f"step {number} of {path} is not one that the model allows there",
                cause="the file was edited, or the model has changed since",
                hint="explore again, and write the behaviour anew",
            )
        behaviour.append(move)
        moments.append(moved(moments[-1], move))
    return tuple(behaviour), tuple(moments)


def _json(value: Any) -> Json:
    """Messages and states as JSON: data classes as objects that say what they are."""
    if is_dataclass(value):
        members = {one.name: _json(getattr(value, one.name)) for one in fields(value) if not _is_unused(value, one)}
        return {"type": type(value).__name__, **members}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    plain: Json = value
    return plain


def _is_unused(value: Any, one: Field[Any]) -> bool:
    """Fields of extensions are left out where they say nothing, as they do wherever the extension is off."""
    return EXTENSION in one.metadata and bool(getattr(value, one.name) == one.default)
