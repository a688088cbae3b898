"""No server of a run listens where another machine could reach it."""

from __future__ import annotations

import psutil
import pytest

from lawful.conformance.backends.registry import choose
from lawful.conformance.processes import ProcessGroup


@pytest.mark.slow
@pytest.mark.parametrize("name", ["redis", "redis-sentinel", "redis-cluster", "etcd", "raft", "raft,links=on"])
def test_every_port_is_on_the_loopback_interface(name: str) -> None:
    backend = choose(name).build()
    here = psutil.Process()
    with ProcessGroup() as processes:
        try:
            backend.start(processes.workspace())
            family = [here, *here.children(recursive=True)]
            ports = [one for process in family for one in process.net_connections() if one.status == "LISTEN"]
        finally:
            backend.stop()
    assert ports, "nothing listens"
    assert {port.laddr.ip for port in ports} <= {"127.0.0.1", "::1"}, ports
