"""Stores in any language, through an adapter that speaks the protocol of docs/adapters.md.

`exec:./adapter` starts the adapter as a child process; `tcp://host:port` connects to one that runs already.
"""

from lawful.conformance.backends.external.backend import ExecBackend, ExternalBackend, TcpBackend

__all__ = ["ExecBackend", "ExternalBackend", "TcpBackend"]
