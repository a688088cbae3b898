"""A state of a cluster in text: servers with their logs, then what was said and done; and what a step changed of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lawful.models.first_order.expression import TRUTH, Sort, Symbol
from lawful.models.first_order.structure import Structure, Value
from lawful.models.first_order.system import symbols_of
from lawful.models.raft_proof.configurations import CHANGING_CLUSTER, CONFIGURATION_SYMBOLS
from lawful.models.raft_proof.joint import JOINT_SYMBOLS
from lawful.models.raft_proof.lease import LEASING_CLUSTER, lease_end, timer_end
from lawful.models.raft_proof.read_index import READING_CLUSTER
from lawful.models.raft_proof.sessions import SERVING_CLUSTER, client_of, number_of
from lawful.models.raft_proof.snapshots import COMPACTING_CLUSTER
from lawful.models.raft_proof.vocabulary import ENTRY, INDEX, SERVER, TERM, index_of, on_path, term_of

_SENTENCES = {
    "term": "{0} is in term {result}",
    "last": "{0} has the log {log}",
    "leads": "{0} leads",
    "stands": "{0} stands for election",
    "voted": "{0} voted for {2} in term {1}",
    "asked": "{0} asked for votes in term {1} with a log that ends in {2}",
    "elected": "{0} was elected in term {1}",
    "begun": "terms that have begun: {0}",
    "created": "{0} was created",
    "leader_log": "the leader of term {0} had {1}",
    "sent": "{1} was sent in term {0}",
    "acknowledged": "{0} acknowledged {2} in term {1}",
    "committed": "{1} was committed in term {0}",
    "electors": "the quorum that elected the leader of term {0} is {result}",
    "read_asked": "{0} was asked for",
    "read_term": "{0} is of term {result}",
    "read_point": "{0} sees the log up to {result}",
    "committed_before": "{1} had been committed in term {0} before {2}",
    "confirmed": "{0} confirmed {1}",
    "read_served": "{0} was served",
    "confirmers": "the quorum that confirmed {0} is {result}",
    "committers": "the quorum that had {1} when it was committed in term {0} is {result}",
    "client_of": "{0} carries a command of client {result}",
    "number_of": "{0} carries a command of number {result}",
    "applied": "{0} has applied its log up to {result}",
    "session": "{0} knows of client {1} the result of {result}",
    "took_effect": "at {0} the command of {1} took effect",
    "answered": "client {0} was answered command {1} with the result of {2}",
    "snapshot": "{0} has a snapshot that covers its log up to {result}",
    "offered": "a snapshot up to {1} was sent in term {0}",
    "dropped": "{0} dropped {1} from its log",
    "lease_end": "a lease of {0} from instant {1} on ends at {result} at the latest",
    "timer_end": "a timer that {0} starts at instant {1} ends at {result} at the earliest",
    "now": "it is instant {result}",
    "refrains_until": "{0} elects nobody until its timer ends at instant {result}",
    "round_begun": "round {0} has begun",
    "round_term": "round {0} is of term {result}",
    "begun_at": "round {0} began at instant {result}",
    "promised": "{0} answered the heartbeat of {1}",
    "configuration": "a log that ends in {0} has the configuration that {result} sets",
    "replaced": "{0} would replace the configuration of {result}",
    "quorum_of": "{0} is a quorum of the configuration of {1}",
    "adjacent": "the configuration of {0} may be replaced by that of {1}",
    "old_group": "the old group of {0} is {result}",
    "new_group": "the new group of {0} is {result}",
    "majority_of": "{0} has a majority of {1}",
    "elected_with": "the leader of term {0} was elected with a log that ends in {result}",
    "committed_with": "the leader of term {0} that committed {1} had a log that ends in {result}",
    "basis": "before the configuration of {0} its leader had committed {result}",
    "first_without": "the first leader without {0} is of term {result}",
}
_ON_SERVERS = ("term", "last", "leads", "stands")
_WITNESSES = ("electors", "committers", "read_term", "read_point", "confirmers")
_CLUSTERS: tuple[Any, ...] = (READING_CLUSTER, SERVING_CLUSTER, COMPACTING_CLUSTER, LEASING_CLUSTER, CHANGING_CLUSTER)
_FIXED = (client_of, number_of, lease_end, timer_end, *CONFIGURATION_SYMBOLS, *JOINT_SYMBOLS)
_SYMBOLS = {
    **{symbol.name: symbol for symbol in _FIXED},
    **{symbol.name: symbol for cluster in _CLUSTERS for symbol in symbols_of(cluster).values()},
}
"""Of all systems; a state has those of its own."""


def state_lines(state: Structure) -> Iterator[str]:
    """The servers, the entries, and every other relation that holds of something."""
    for server, name in enumerate(state.elements[SERVER]):
        yield _server_line(state, server, name)
    yield f"entries: {', '.join(_entry_texts(state))}"
    for name, symbol in _symbols(state):
        if symbol.result != TRUTH:
            yield from _function_lines(state, symbol)
        elif name not in _ON_SERVERS and name != "created":
            yield from _relation_lines(state, symbol)
    yield from _witnesses(state)


def change_lines(before: Structure, after: Structure) -> Iterator[str]:
    """What is different after a step, and nothing else."""
    for name, symbol in _symbols(after):
        for at, value in after.tables[name].items():
            if value != before.tables[name][at]:
                text = _sentence(after, symbol, at)
                yield text if value is not False else f"no longer: {text}"


def _symbols(state: Structure) -> Iterator[tuple[str, Symbol]]:
    yield from ((name, symbol) for name, symbol in _SYMBOLS.items() if name in state.tables)


def _relation_lines(state: Structure, symbol: Symbol) -> Iterator[str]:
    """What a relation holds of, tuples that differ only in the last place together."""
    together: dict[tuple[Value, ...], list[Value]] = {}
    for at, holds in state.tables[symbol.name].items():
        if holds:
            together.setdefault(at[:-1], []).append(at[-1])
    for first, last in together.items():
        names = [_name(state, sort, value) for sort, value in zip(symbol.arguments, first, strict=False)]
        lasts = ", ".join(_name(state, symbol.arguments[-1], value) for value in last)
        yield _SENTENCES[symbol.name].format(*names, lasts)


def _function_lines(state: Structure, symbol: Symbol) -> Iterator[str]:
    """Where a function of an extension gives something else than the first element, which says nothing yet."""
    if symbol.name not in (*_ON_SERVERS, *_WITNESSES):
        yield from (_sentence(state, symbol, at) for at, value in state.tables[symbol.name].items() if value)


def _server_line(state: Structure, server: int, name: str) -> str:
    role = "leads" if state.tables["leads"][server,] else "stands" if state.tables["stands"][server,] else ""
    term = state.name(TERM, state.tables["term"][server,])
    return f"{name}  term {term}  {role:6}  log {_log(state, server)}"


def _log(state: Structure, server: int) -> str:
    """The entries of a log, first to last, each with its term, as in `a·1 b·2`."""
    last = state.tables["last"][server,]
    path = [at for at, _ in _entries(state) if state.tables[on_path.name][at, last]]
    path.sort(key=lambda entry: state.tables[index_of.name][entry,])
    return " ".join(_entry(state, one) for one in path[1:]) or "empty"


def _entry(state: Structure, entry: Value) -> str:
    name = state.name(ENTRY, entry)
    return name if entry == 0 else f"{name}·{state.name(TERM, state.tables[term_of.name][entry,])}"


def _entry_texts(state: Structure) -> Iterator[str]:
    for entry, _ in _entries(state):
        if entry != 0 and state.tables["created"][entry,]:
            before = [one for one, _ in _entries(state) if one != entry and state.tables[on_path.name][one, entry]]
            previous = max(before, key=lambda one: state.tables[index_of.name][one,])
            index = state.name(INDEX, state.tables[index_of.name][entry,])
            yield f"{_entry(state, entry)} after {_entry(state, previous)} at index {index}"
        elif entry != 0:
            yield f"{_entry(state, entry)} not created"


def _entries(state: Structure) -> Iterator[tuple[int, str]]:
    yield from enumerate(state.elements[ENTRY])


def _witnesses(state: Structure) -> Iterator[str]:
    """Quorums, of elections that were won and of entries that were committed."""
    begun = (at for at, holds in state.tables["begun"].items() if holds)
    committed = (at for at, holds in state.tables["committed"].items() if holds)
    yield from (_sentence(state, _SYMBOLS["electors"], at) for at in begun)
    yield from (_sentence(state, _SYMBOLS["committers"], at) for at in committed)
    asked = [at for at, holds in state.tables.get("read_asked", {}).items() if holds]
    served = [at for at in asked if state.tables["read_served"][at]]
    yield from (_sentence(state, _SYMBOLS[name], at) for at in asked for name in ("read_term", "read_point"))
    yield from (_sentence(state, _SYMBOLS["confirmers"], at) for at in served)


def _sentence(state: Structure, symbol: Symbol, at: tuple[Value, ...]) -> str:
    names = [_name(state, sort, value) for sort, value in zip(symbol.arguments, at, strict=True)]
    result = _name(state, symbol.result, state.tables[symbol.name][at])
    log = _log(state, int(at[0])) if symbol.name == "last" else ""
    return _SENTENCES[symbol.name].format(*names, result=result, log=log)


def _name(state: Structure, sort: Sort, value: Value) -> str:
    return _entry(state, value) if sort == ENTRY else state.name(sort, value)
