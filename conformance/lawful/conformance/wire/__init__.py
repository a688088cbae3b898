"""The protocol between the runner and whatever carries out operations: JSON Lines, described in docs/adapters.md.

Python adapters and those in any other language speak it alike: over the standard streams of a process, or a socket.
"""
