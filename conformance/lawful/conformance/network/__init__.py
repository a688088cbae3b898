"""Links between the places of a test: TCP connections that go through this process, which can cut, hold and delay them.

No root and no feature of the kernel is needed: a server is told the port of a proxy instead of its peer's.
"""

from lawful.conformance.network.network import Link, Network

__all__ = ["Link", "Network"]
