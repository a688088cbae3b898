"""Proofs by induction that claims hold of every state of a transition system in first-order logic."""
