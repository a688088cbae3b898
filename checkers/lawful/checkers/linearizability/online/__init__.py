"""Linearizability of a history that is still growing: the verdict after each event, in memory that does not grow.

Read `object_watch` first; `crossing` is its one step, `saved` what a checkpoint holds.
"""
