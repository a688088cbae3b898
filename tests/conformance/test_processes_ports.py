"""Free ports: distinct, bindable, and out of the range that the system gives to outgoing connections."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from lawful.conformance.errors import BackendError
from lawful.conformance.processes import free_ports, ports


def test_ports_are_distinct_and_can_be_listened_on() -> None:
    found = free_ports(20)
    assert len(set(found)) == 20
    for port in found:
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_a_port_in_use_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    (taken,) = free_ports(1)
    monkeypatch.setattr(ports, "_LOWEST", taken)
    monkeypatch.setattr(ports, "_HIGHEST", taken)
    with socket.create_server(("127.0.0.1", taken)), pytest.raises(BackendError, match="0 of 1 free ports"):
        free_ports(1)


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    setting = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not setting.exists():
        pytest.skip("the range can be read on Linux only")
    lowest = int(setting.read_text().split()[0])
    if lowest <= 15_000:
        pytest.skip(f"this system hands out ports from {lowest} on")
    assert max(free_ports(50)) < lowest
