"""What the proof calls terms, entries, quorums and reads, in terms of the model that runs.

Terms: the proof begins with term nought, the model with term 1; an empty log has the last term 0, and is the root of
the tree, of term nought. An entry of the tree is a log that ends with it: entries after different ones are different,
though their term and value may be the same. A read is known by the leader's term and its number in that term.
"""

from __future__ import annotations

import itertools
from typing import TypeAlias

from lawful.models.first_order.expression import Sort
from lawful.models.first_order.facts import Facts, Fixed
from lawful.models.raft.state import FIRST_TERM, Entry
from lawful.models.raft.wording import log_text
from lawful.models.raft_proof.read_index import READ
from lawful.models.raft_proof.sessions import CLIENT, NUMBER
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    INDEX,
    QUORUM,
    SERVER,
    TERM,
    in_quorum,
    index_at_most,
    index_of,
    on_path,
    root,
    term_at_most,
    term_nought,
    term_of,
)

Log: TypeAlias = tuple[Entry, ...]
_MOST_READS = 100
"""In a term."""


def proved_term(term: int) -> int:
    """A term of the model, in the proof."""
    return max(term - FIRST_TERM, 0)


class Things:
    """The numbers of all things: those of entries are given as they come up."""

    def __init__(self, servers: int, terms: int, log: int, *, members_change: bool = False, clients: int = 0) -> None:
        self.servers = range(servers)
        self._terms, self._log, self._clients = terms, log, clients
        majority = servers // 2 + 1
        # What is a quorum of a configuration may be no majority of all servers: any servers are one of some.
        sizes = range(1, servers + 1) if members_change else (majority,)
        sets = itertools.chain.from_iterable(itertools.combinations(range(servers), size) for size in sizes)
        self._quorums = [frozenset(one) for one in sets]
        self._numbers: dict[Log, int] = {(): 0}
        self._paths: list[tuple[int, ...]] = [(0,)]
        self._logs: list[Log] = [()]

    def path(self, log: Log) -> tuple[int, ...]:
        """The entries of a log, from the root on: at each index, the number of the one there."""
        number = self._numbers.get(log)
        if number is None:
            before = self.path(log[:-1])
            number = self._numbers[log] = len(self._logs)
            self._logs.append(log)
            self._paths.append((*before, number))
        return self._paths[number]

    def entry(self, log: Log) -> int:
        """The last entry of a log."""
        return self.path(log)[-1]

    def log(self, entry: int) -> Log:
        return self._logs[entry]

    def path_to(self, entry: int) -> tuple[int, ...]:
        return self._paths[entry]

    def quorum(self, number: int) -> frozenset[int]:
        return self._quorums[number]

    def read(self, term: int, number: int) -> int:
        """A read, by the term of the model in which it was begun."""
        return term * _MOST_READS + number

    def fixed(self) -> Fixed:
        """What the symbols that never change mean."""
        paths, logs, quorums = self._paths, self._logs, self._quorums
        return {
            in_quorum.name: lambda server, quorum: server in quorums[quorum],
            term_at_most.name: int.__le__,
            index_at_most.name: int.__le__,
            on_path.name: lambda one, last: one in paths[last],
            term_of.name: lambda entry: proved_term(logs[entry][-1].term) if entry else 0,
            index_of.name: lambda entry: len(logs[entry]),
            root.name: lambda: 0,
            term_nought.name: lambda: 0,
        }

    def beginning(self, relations: frozenset[str], functions: frozenset[str]) -> Facts:
        """Nothing has happened, and there is but the root."""
        things = {
            SERVER.name: frozenset(self.servers),
            QUORUM.name: frozenset(range(len(self._quorums))),
            TERM.name: frozenset(range(self._terms)),
            INDEX.name: frozenset(range(self._log + 1)),
            ENTRY.name: frozenset({0}),
            READ.name: frozenset[int](),
            CLIENT.name: frozenset(range(self._clients + 1)),
            NUMBER.name: frozenset(range(self._log + 1)),
        }
        holding = {name: frozenset[tuple[int, ...]]() for name in relations}
        return Facts(things, {**holding, "created": frozenset({(0,)})}, {name: {} for name in functions})

    def name(self, sort: Sort, thing: int) -> str:
        """As users know it: terms as the model counts them, entries as the log that ends with them."""
        if sort == SERVER:
            return f"s{thing}"
        if sort == TERM:
            return str(thing + FIRST_TERM)
        if sort == QUORUM:
            return "{" + " ".join(f"s{one}" for one in sorted(self._quorums[thing])) + "}"
        if sort == CLIENT:
            return str(thing) if thing else "none"
        if sort == ENTRY:
            return log_text(self._logs[thing])
        return f"read {thing % _MOST_READS} of term {thing // _MOST_READS}" if sort == READ else str(thing)
