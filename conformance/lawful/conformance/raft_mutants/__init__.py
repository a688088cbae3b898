"""Raft with one mistake at a time: which engine rejects it, by which property, and after how many steps."""
