"""Schedules carried out on real stores: the model of the primitives is worth what the real ones say to it."""

from lawful.conformance.protocol_replay.replay import Disagreement, Replayed, carry_out
from lawful.conformance.protocol_replay.replayer import Replayer

__all__ = ["Disagreement", "Replayed", "Replayer", "carry_out"]
