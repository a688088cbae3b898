"""Free ports on the loopback interface, for servers that are killed and started again on the same port.

The ports lie below those that the system hands to outgoing connections (from 32768 on Linux, from 49152 on macOS).
From among those, some client's connection could take the port while its server is down, so that the restart fails;
and a client that keeps knocking at the closed port can be given that very port as its own, be connected to itself,
and read its own command as the answer (TCP simultaneous open, RFC 9293 section 3.5).
"""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

from lawful.conformance.errors import BackendError

_LOWEST, _HIGHEST = 15_000, 32_000
_ATTEMPTS_PER_PORT = 50


def free_ports(count: int) -> list[int]:
    """`count` different ports of 127.0.0.1 on which nothing listens at the moment.

    Chosen at random, so that runs side by side hardly ever choose alike. Raises `BackendError` where none is free.
    """
    choice = random.SystemRandom()
    with ExitStack() as held:
        ports: list[int] = []
        for _ in range(count * _ATTEMPTS_PER_PORT):
            if len(ports) == count:
                break
            port = choice.randint(_LOWEST, _HIGHEST)
            listener = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            ports.append(port)
    if len(ports) < count:
        raise BackendError(
            f"found only {len(ports)} of {count} free ports on 127.0.0.1",
            cause=f"nearly every port from {_LOWEST} to {_HIGHEST} is taken",
        )
    return ports
