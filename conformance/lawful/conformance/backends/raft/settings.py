"""What the backend tells each node process, as its one argument: who it is, its peers, where its files go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """The settings of one node."""

    name: str
    raft_address: str
    """`host:port` on which its peers find it; it listens on nothing else but this and the client port."""
    peers: tuple[str, ...]
    """The addresses of the others."""
    client_port: int
    folder: str
    """Where its journal goes; exists."""
    guards: bool = True
    """Whether to work around known defects of PySyncObj (see `transport`)."""
    compact_every: int = 0
    """Replace the log by a snapshot whenever it has so many entries; 0: never (see `node`)."""
    dialled: Mapping[str, int] = field(default_factory=dict)
    """For the addresses of peers that are reached through a proxy: its port."""

    def text(self) -> str:
        return json.dumps(asdict(self))


def parse_settings(text: str) -> NodeSettings:
    """What `NodeSettings.text` wrote."""
    fields = json.loads(text)
    return NodeSettings(**{**fields, "peers": tuple(fields["peers"])})
