"""Broken twins of the extensions of Raft; `models.raft.mistakes` has them with all others."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.raft import rules
from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import mistake
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import Server
from lawful.specs.raft import ELECTION_SAFETY


def _votes_of_before(server: Server) -> Server:
    return replace(rules.stands(server), answered=server.answered, granted=server.granted)


MISTAKES_OF_FEATURES = (
    mistake(
        "pre-votes-count",
        "A candidate counts the pre-votes that it got as votes",
        "Raft dissertation, section 9.6",
        ELECTION_SAFETY,
        Bounds(log=0),
        features=frozenset({Feature.PRE_VOTE}),
        stands=_votes_of_before,
    ),
)
