"""The JSON Schemas of what this package reads and writes; `lawful schema NAME` prints them.

The history's is made from the table that the reader itself goes by; the others stand in files.
"""

from __future__ import annotations

import json
from importlib import resources

from lawful.conformance.errors import unknown_name
from lawful.conformance.history.schema import HISTORY_SCHEMA
from lawful.models.values import Json

FILES = {
    "report": "report.json",
    "clauses": "clauses.json",
    "watch": "watch.json",
    "adapter": "adapter.json",
    "exploration": "exploration.json",
    "state-exploration": "state_exploration.json",
    "redis-exploration": "redis_exploration.json",
    "liveness": "liveness.json",
    "behaviour": "behaviour.json",
    "proof": "proof.json",
    "induction": "induction.json",
    "redis-proof": "redis_proof.json",
    "mutants": "mutants.json",
    "raft-mutants": "raft_mutants.json",
}
NAMES = ("history", *FILES)


def schema(name: str) -> Json:
    """The schema called `name`; raises `UsageError` where there is none."""
    if name == "history":
        return HISTORY_SCHEMA
    if name not in FILES:
        raise unknown_name("schema", name, NAMES)
    text = resources.files(__name__).joinpath(FILES[name]).read_text(encoding="utf-8")
    found: Json = json.loads(text)
    return found
