"""A command as it stands in the replicated log: one JSON text, complete in itself.

Whatever a node could decide differently from another one is decided before the command enters the log: the time is
in it, and its arguments have been checked against the specification of the table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lawful.conformance.backends.raft.store.objects import OBJECTS, carried_out
from lawful.models.model import Call, UnknownCall
from lawful.models.task_store.execution import Execution
from lawful.models.values import Json
from lawful.specs.table import Function, Table
from lawful.specs.task_store import TABLES

DEEPEST_NESTING = 100
"""Levels of arrays and objects in a value. Python's parser gives up at a depth that depends on who calls it, and a
command that one node can read and another cannot would let the two drift apart."""


@cache
def execution_of(table: str) -> Execution:
    """What carries out the functions of `table`. No part of the state: a snapshot holds values only."""
    return Execution(TABLES[table])


class Refused(Exception):
    """The command is not one of the task store; it changes nothing on any node."""


@dataclass(frozen=True, slots=True)
class Command:
    """One operation. `now_ns` is the wall clock, since the epoch, of the node that took the request."""

    table: str
    key: str | None
    function: str
    arguments: Mapping[str, Json]
    now_ns: int

    def text(self) -> str:
        return json.dumps(
            {
                "table": self.table,
                "key": self.key,
                "function": self.function,
                "arguments": self.arguments,
                "now_ns": self.now_ns,
            },
            separators=(",", ":"),
        )


def parse_command(text: str) -> Command:
    """The command that `Command.text` wrote."""
    fields = json.loads(text)
    return Command(fields["table"], fields["key"], fields["function"], fields["arguments"], fields["now_ns"])


def check_command(command: Command) -> None:
    """Raise `Refused` where the specification of the table knows no such call."""
    if command.table in OBJECTS:
        _check_call_of_object(command)
        return
    table = TABLES.get(command.table)
    if table is None:
        raise Refused(f"there is no table {command.table!r}")
    function = table.function(command.function)
    if function is None:
        raise Refused(f"{command.table} has no function {command.function!r}")
    if (command.key is None) != (table.key is None):
        wanted = "no key" if table.key is None else f"a {table.key} as key"
        raise Refused(f"{command.table} takes {wanted}")
    _check_arguments(table, function, command.arguments)


def _check_arguments(table: Table, function: Function, arguments: Mapping[str, Json]) -> None:
    names = {argument.name for argument in function.arguments}
    if arguments.keys() != names:
        raise Refused(f"{function.name} takes {sorted(names)}, not {sorted(arguments)}")
    _check_depth(arguments)
    try:
        execution_of(table.name).checked(Call(function.name, arguments))
    except UnknownCall as error:
        raise Refused(str(error)) from error


def _check_call_of_object(command: Command) -> None:
    _check_depth(command.arguments)
    try:
        carried_out(command.table, None, Call(command.function, command.arguments))
    except UnknownCall as error:
        raise Refused(str(error)) from error


def _check_depth(arguments: Mapping[str, Json]) -> None:
    for name, value in arguments.items():
        if _deeper_than(value, DEEPEST_NESTING):
            raise Refused(f"{name!r} is nested deeper than {DEEPEST_NESTING} levels")


def _deeper_than(value: Json, levels: int) -> bool:
    if not isinstance(value, Mapping | list | tuple):
        return False
    inner = value.values() if isinstance(value, Mapping) else value
    return levels == 0 or any(_deeper_than(part, levels - 1) for part in inner)
