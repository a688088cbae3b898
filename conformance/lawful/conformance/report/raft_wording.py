"""How the steps of a model of Raft are called, with what clients notice of them where its log means something."""

from __future__ import annotations

from functools import partial

from lawful.conformance.report.behaviour_columns import RAFT_WORDING, Wording
from lawful.models.raft.client_wording import client_lines
from lawful.models.raft.judged import clients_of
from lawful.models.raft.raft import Raft


def wording_of(model: Raft) -> Wording:
    """The wording of a model's behaviours, in text and in pictures."""
    clients = clients_of(model)
    return RAFT_WORDING if clients is None else RAFT_WORDING._replace(more=partial(client_lines, clients))
