"""Raft as a transition system in first-order logic: any number of servers, logs as paths in a tree of entries."""
