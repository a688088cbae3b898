"""Links between places: what a cut, a held, a slow and a reset link do to connections, and to no others."""

from __future__ import annotations

import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lawful.conformance.network import Link, Network, owners

SILENCE_S = 0.15
PATIENCE_S = 20.0


class Echo(socketserver.StreamRequestHandler):
    """Sends back each line, and keeps what it was sent."""

    def handle(self) -> None:
        for line in self.rfile:
            self.server.heard.append(line)  # type: ignore[attr-defined]
            self.wfile.write(line)


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.heard: list[bytes] = []
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@pytest.fixture
def server() -> Iterator[EchoServer]:
    with EchoServer() as server:
        yield server
        server.shutdown()


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def says(connection: socket.socket, line: bytes) -> bytes:
    connection.sendall(line)
    return answer(connection)


def answer(connection: socket.socket) -> bytes:
    return connection.recv(100)


def is_silent(connection: socket.socket) -> bool:
    connection.settimeout(SILENCE_S)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    else:
        return False
    finally:
        connection.settimeout(PATIENCE_S)


def both_ways(a: str, b: str) -> set[Link]:
    return {Link(a, b), Link(b, a)}


def test_an_open_link_carries_bytes_and_ends(network: Network, server: EchoServer) -> None:
    with connect(network.port("a", "b", server.port)) as connection:
        assert says(connection, b"one\n") == b"one\n"
        connection.shutdown(socket.SHUT_WR)
        assert answer(connection) == b""


def test_a_held_link_is_silent_until_it_is_healed_and_then_loses_nothing(network: Network, server: EchoServer) -> None:
    with connect(network.port("a", "b", server.port)) as connection:
        assert says(connection, b"one\n") == b"one\n"
        network.hold(both_ways("a", "b"))
        connection.sendall(b"two\n")
        assert is_silent(connection)
        assert server.heard == [b"one\n"]
        network.heal()
        assert answer(connection) == b"two\n"


def test_what_waits_before_a_cut_link_is_lost_with_its_connection(network: Network, server: EchoServer) -> None:
    port = network.port("a", "b", server.port)
    with connect(port) as connection, connect(port) as other:
        assert says(connection, b"one\n") == b"one\n"
        assert says(other, b"1\n") == b"1\n"
        network.cut({Link("a", "b")})
        connection.sendall(b"two\n")
        assert is_silent(connection)
        network.heal()
        with pytest.raises(ConnectionError):
            answer(connection)
        with connect(port) as fresh:
            assert says(fresh, b"three\n") == b"three\n"
    assert server.heard == [b"one\n", b"1\n", b"three\n"]


def test_one_way_only(network: Network, server: EchoServer) -> None:
    with connect(network.port("a", "b", server.port)) as connection:
        assert says(connection, b"one\n") == b"one\n"
        network.hold({Link("b", "a")})
        connection.sendall(b"two\n")
        assert is_silent(connection)
        assert server.heard == [b"one\n", b"two\n"], "what is sent the other way arrives"


def test_a_new_connection_over_a_shut_link_waits(network: Network, server: EchoServer) -> None:
    port = network.port("a", "b", server.port)
    network.hold({Link("b", "a")})
    with connect(port) as connection:
        connection.sendall(b"one\n")
        assert is_silent(connection)
        assert server.heard == [], "a connection needs both directions"
        network.heal()
        assert answer(connection) == b"one\n"


def test_other_links_are_left_alone(network: Network, server: EchoServer) -> None:
    network.hold(both_ways("a", "b"))
    with connect(network.port("c", "b", server.port)) as connection:
        assert says(connection, b"one\n") == b"one\n"


def test_a_slow_link_delivers_late_and_in_order(network: Network, server: EchoServer) -> None:
    with connect(network.port("a", "b", server.port)) as connection:
        network.delay({Link("a", "b")}, 0.1)
        began_s = time.monotonic()
        for number in range(5):
            connection.sendall(b"%d\n" % number)
            time.sleep(0.005)
        received = b""
        while len(received) < 10:
            received += answer(connection)
        assert received == b"0\n1\n2\n3\n4\n"
        assert time.monotonic() - began_s >= 0.1, "never early, however fast the machine"
        network.heal()


def test_a_reset_link_can_be_used_again_at_once(network: Network, server: EchoServer) -> None:
    port = network.port("a", "b", server.port)
    with connect(port) as connection:
        assert says(connection, b"one\n") == b"one\n"
        network.reset({Link("b", "a")})
        with pytest.raises(ConnectionError):
            answer(connection)
    with connect(port) as connection:
        assert says(connection, b"two\n") == b"two\n"


def test_a_shared_port_tells_places_apart_by_their_processes(network: Network, server: EchoServer) -> None:
    port = network.shared_port("b", server.port)
    network.hold(both_ways("a", "b"))
    with caller(network, port, "a") as held, caller(network, port, "c") as free:
        assert free.stdout is not None
        assert free.stdout.read() == b"c\n"
        assert server.heard == [b"c\n"]
        network.heal()
        assert held.stdout is not None
        assert held.stdout.read() == b"a\n"


def caller(network: Network, port: int, place: str) -> subprocess.Popen[bytes]:
    """A process at `place` that sends its name and prints what comes back."""
    program = f"""
import socket
with socket.create_connection(("127.0.0.1", {port})) as connection:
    connection.sendall(b"{place}\\n")
    print(connection.recv(10).decode(), end="")
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    network.settle(process.pid, place)
    return process


@pytest.mark.parametrize("table", [owners.TABLE, owners.TABLE / "missing"])
def test_the_connections_of_a_process_are_found_with_and_without_the_table_of_sockets(
    server: EchoServer, monkeypatch: pytest.MonkeyPatch, table: Path
) -> None:
    monkeypatch.setattr(owners, "TABLE", table)
    with connect(server.port) as connection:
        assert owners.Ends(connection.getsockname()[1], server.port) in owners.connections()(os.getpid())
    assert owners.Ends(1, server.port) not in owners.connections()(os.getpid())
    assert owners.connections()(2**22 + 1) == set(), "there is no such process"


def test_whoever_is_at_no_place_is_turned_away(
    network: Network, server: EchoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lawful.conformance.network.network._OWNER_ATTEMPTS", 2)
    with connect(network.shared_port("b", server.port)) as connection:
        assert answer(connection) == b""
    assert server.heard == []


def test_a_closed_network_leaves_no_thread_and_no_port(server: EchoServer) -> None:
    network = Network()
    port = network.port("a", "b", server.port)
    with connect(port) as connection:
        assert says(connection, b"one\n") == b"one\n"
        network.hold(both_ways("a", "b"))
        network.close()
        network.close()
    with pytest.raises(OSError):
        connect(port)
    assert "network" not in [thread.name for thread in threading.enumerate()]


def test_networks_leave_no_open_files(server: EchoServer) -> None:
    def come_and_go() -> int:
        with Network() as network, connect(network.port("a", "b", server.port)) as connection:
            assert says(connection, b"one\n") == b"one\n"
            network.cut(both_ways("a", "b"))
            network.heal()
        return psutil.Process().num_fds()

    come_and_go()
    settled = [come_and_go() for _ in range(8)]
    assert settled[-1] <= settled[0] + 1, "one connection of the server may still be closing"
