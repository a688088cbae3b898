"""The first exchange of every conversation: the version of the protocol, and what the adapter can do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lawful.conformance.adapter import Fault
from lawful.conformance.wire.messages import PROTOCOL
from lawful.models.values import Json
from lawful.specs.bound import Bound
from lawful.specs.task_store import CLAUSES, TABLES


class Clients(StrEnum):
    """Whom one process, or one connection, serves."""

    ONE = "one"
    """One client: the runner starts one process, or opens one connection, for each."""
    MANY = "many"
    """All clients of the run, each request saying whose it is."""


class WrongHello(ValueError):
    """The answer to hello is not what the protocol says."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What an adapter says of itself."""

    name: str
    tables: Mapping[str, frozenset[str]]
    """The functions that it offers, by table."""
    clients: Clients = Clients.ONE
    any_order: bool = False
    """Answers may come in another order than the requests; of use with MANY."""
    faults: frozenset[Fault] = frozenset()
    """What the adapter can do to its servers."""
    extras: frozenset[str] = frozenset()
    """Abilities beyond the tables; the runner uses those that it knows."""
    versions: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    """The clauses that it keeps in their weaker form only, with the bound."""


def hello_message(version: str, options: Mapping[str, Json]) -> dict[str, Json]:
    """The request."""
    return {"do": "hello", "protocol": PROTOCOL, "lawful": version, "options": options}


_MEMBERS = ("protocol", "name", "tables", "clients", "any_order", "faults", "extras", "versions", "levels")


def parse_hello(answer: Json) -> Hello:
    """The answer to hello. Raises `WrongHello`, which says what is wrong with it and what would be right."""
    if not isinstance(answer, Mapping):
        raise WrongHello("its hello is no object; it has to be one with protocol, name and tables")
    for member in answer:
        _one_of("member", member, _MEMBERS)
    _require_protocol(answer.get("protocol"))
    name, any_order = answer.get("name"), answer.get("any_order", False)
    if not isinstance(name, str) or not name:
        raise WrongHello("its hello has no name, which has to be a string")
    if not isinstance(any_order, bool):
        raise WrongHello("any_order in its hello has to be true or false")
    clients = str(answer.get("clients", Clients.ONE.value))
    _one_of("value of clients", clients, [one.value for one in Clients])
    return Hello(
        name=name,
        tables=_tables(answer.get("tables")),
        clients=Clients(clients),
        any_order=any_order,
        faults=frozenset(map(Fault, _names("faults", answer.get("faults", []), [fault.value for fault in Fault]))),
        extras=frozenset(_names("extras", answer.get("extras", []), None)),
        versions=_texts("versions", answer.get("versions", {})),
        levels=_levels(answer.get("levels", {})),
    )


def _require_protocol(protocol: Json) -> None:
    if not isinstance(protocol, int) or isinstance(protocol, bool):
        has = "no protocol" if protocol is None else f"the protocol {protocol!r}"
        raise WrongHello(f"its hello has {has}, which has to be the number {PROTOCOL}")
    if protocol != PROTOCOL:
        raise WrongHello(f"it speaks version {protocol} of the protocol, and this is version {PROTOCOL}")


def _texts(member: str, texts: Json) -> dict[str, str]:
    if not isinstance(texts, Mapping) or not all(isinstance(one, str) for one in texts.values()):
        raise WrongHello(f"{member} in its hello has to be an object of strings")
    return {str(name): str(text) for name, text in texts.items()}


def _levels(levels: Json) -> dict[str, str]:
    found = _texts("levels", levels)
    for clause, bound in found.items():
        _one_of("clause with a weaker form", clause, [one.id for one in CLAUSES.values() if one.weaker is not None])
        try:
            Bound.parse(bound)
        except ValueError as error:
            raise WrongHello(f"its hello claims a level of {clause} that makes no sense: {error}") from error
    return found


def _tables(tables: Json) -> dict[str, frozenset[str]]:
    if not isinstance(tables, Mapping):
        raise WrongHello("its hello has no tables, which have to be an object from table to the functions offered")
    found: dict[str, frozenset[str]] = {}
    for table, functions in tables.items():
        _one_of("table", table, TABLES)
        known = [function.name for function in TABLES[table].functions]
        found[table] = frozenset(_names(f"functions of {table}", functions, known))
    return {table: functions for table, functions in found.items() if functions}


def _names(what: str, names: Json, known: Iterable[str] | None) -> list[str]:
    if not isinstance(names, list | tuple):
        raise WrongHello(f"the {what} in its hello have to be an array of strings")
    for name in names:
        if not isinstance(name, str):
            raise WrongHello(f"the {what} in its hello have to be strings, and one is {name!r}")
        if known is not None:
            _one_of(f"name among the {what}", name, known)
    return [str(name) for name in names]


def _one_of(kind: str, name: Json, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        near = difflib.get_close_matches(str(name), names, n=1)
        told = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
        raise WrongHello(f"its hello has the unknown {kind} {name!r}; {told}")
