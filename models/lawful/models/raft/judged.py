"""Which properties are judged of a model of Raft."""

from __future__ import annotations

from lawful.models.local_steps import LocalProperty
from lawful.models.raft.invariants import invariants_of
from lawful.models.raft.properties import properties_of
from lawful.models.raft.raft import Raft


def judged(model: Raft) -> tuple[LocalProperty, ...]:
    """The promises of Raft with the model's extensions, and the runtime invariants where the model is made for them."""
    invariants = invariants_of(model.features) if model.invariants else ()
    return (*properties_of(model.features), *invariants)
