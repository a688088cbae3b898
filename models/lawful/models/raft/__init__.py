"""Raft as an executable model: `raft.Raft` within `raft.Bounds`."""
