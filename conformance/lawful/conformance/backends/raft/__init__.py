"""A task store replicated by Raft: processes that keep it in the log of PySyncObj, and clients that call them.

Start with `store` (what is replicated), then `node` (how a command gets into the log, and what is known afterwards),
`server_process` and `client` (the two ends of the wire), `backend` (the whole group as the runner sees it).
"""

from lawful.conformance.backends.raft.backend import RaftBackend

__all__ = ["RaftBackend"]
