"""What an error of Redis says about the effect, and that no command is ever sent twice, seen by a scripted server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Script
from lawful.conformance.processes import free_ports
from lawful.models.values import Json

TIMEOUT_S = 0.4
HANG_UP, SILENCE = "hang up", "silence"


class ScriptedServer:
    """Answers each command with the next of `replies`: a line of the protocol, or what to do instead."""

    def __init__(self, *replies: str) -> None:
        self._replies = list(replies)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.commands: list[list[str]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def connection(self) -> dict[str, Json]:
        return {"url": f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0", "external": False}

    def close(self) -> None:
        for open_socket in (self._listener, *self._connections):
            open_socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        while header := lines.readline():
            command = []
            for _ in range(int(header[1:])):
                length = int(lines.readline()[1:])
                command.append(lines.read(length + 2)[:-2].decode())
            if command[0] == "CLIENT":  # the client library introduces itself
                connection.sendall(b"+OK\r\n")
                continue
            self.commands.append(command)
            reply = self._replies.pop(0) if self._replies else "+OK"
            if reply == HANG_UP:
                connection.shutdown(socket.SHUT_RDWR)
                return
            if reply != SILENCE:
                connection.sendall(f"{reply}\r\n".encode(errors="surrogateescape"))


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[ScriptedServer, Link]]]:
    opened: list[tuple[ScriptedServer, Link]] = []

    def start(*replies: str) -> tuple[ScriptedServer, Link]:
        server = ScriptedServer(*replies)
        opened.append((server, Link(server.connection(), TIMEOUT_S)))
        return opened[-1]

    yield start
    for server, link in opened:
        link.close()
        server.close()


@pytest.mark.parametrize(
    "refusal",
    [
        "-LOADING Redis is loading the dataset in memory",
        "-READONLY You can't write against a read only replica.",
        "-READONLY You can't write against a read only replica. script: 1f2e, on @user_script:3.",
        "-MISCONF Errors writing to the AOF file: No space left on device",
        "-OOM command not allowed when used memory > 'maxmemory'.",
        "-NOREPLICAS Not enough good replicas to write.",
        "-BUSY Redis is busy running a script.",
        "-NOAUTH Authentication required.",
    ],
    ids=lambda refusal: str(refusal).split(" ", 1)[0] + ("-in-script" if "script:" in str(refusal) else ""),
)
def test_a_command_that_the_server_refuses_has_failed(
    refusal: str, serve: Callable[..., tuple[ScriptedServer, Link]]
) -> None:
    server, link = serve(refusal)
    link.begin()
    with pytest.raises(OperationFailed):
        link.call("SET", "a", "1")
    assert server.commands == [["SET", "a", "1"]]


@pytest.mark.parametrize(
    "reply",
    [
        "-ERR value is not an integer or out of range script: 1f2e, on @user_script:3.",
        "-WRONGTYPE Operation against a key holding the wrong kind of value",
        "-NOPERM User default has no permissions to run the 'sadd' command script: 1f2e, on @user_script:3.",
        HANG_UP,
        SILENCE,
        "?what is this",
        "+not UTF-8: \udcff",
    ],
)
def test_after_anything_else_the_outcome_is_unknown_and_the_command_was_sent_once(
    reply: str, serve: Callable[..., tuple[ScriptedServer, Link]]
) -> None:
    server, link = serve(reply)
    link.begin()
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        link.call("SET", "a", "1")
    assert time.monotonic() - started < TIMEOUT_S
    time.sleep(0.05)
    assert server.commands == [["SET", "a", "1"]]


def test_a_refusal_after_an_earlier_command_of_the_operation_leaves_the_outcome_unknown(
    serve: Callable[..., tuple[ScriptedServer, Link]],
) -> None:
    _, link = serve("+OK", "-OOM command not allowed when used memory > 'maxmemory'.", "-OOM again")
    link.begin()
    link.call("SET", "a", "1")
    with pytest.raises(OutcomeUnknown):
        link.call("SET", "b", "1")
    link.begin()
    with pytest.raises(OperationFailed):
        link.call("SET", "b", "1")


def test_a_server_that_is_not_there_has_done_nothing() -> None:
    (port,) = free_ports(1)
    link = Link({"url": f"redis://127.0.0.1:{port}/0", "external": False}, TIMEOUT_S)
    with pytest.raises(OperationFailed, match="refused"):
        link.begin()


def test_a_connection_that_was_lost_between_operations_is_noticed_before_anything_is_sent(
    serve: Callable[..., tuple[ScriptedServer, Link]],
) -> None:
    server, link = serve()
    link.begin()
    link.call("SET", "a", "1")
    server._connections[0].shutdown(socket.SHUT_RDWR)
    time.sleep(0.02)
    link.begin()
    link.call("SET", "a", "2")
    assert [command[2] for command in server.commands] == ["1", "2"]
    assert len(server._connections) == 2


def test_a_late_answer_is_not_taken_for_that_to_the_next_command(
    serve: Callable[..., tuple[ScriptedServer, Link]],
) -> None:
    server, link = serve(SILENCE, "+second")
    link.begin()
    with pytest.raises(OutcomeUnknown):
        link.call("GET", "a")
    with pytest.raises(OSError, match=r"."):
        for _ in range(3):
            server._connections[0].sendall(b"+first\r\n")
            time.sleep(0.01)
    link.begin()
    assert link.call("GET", "b") == "second"


def test_an_operation_of_many_commands_ends_within_the_time_out(
    serve: Callable[..., tuple[ScriptedServer, Link]],
) -> None:
    _, link = serve()
    link.begin()
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="no time is left"):
        for _ in range(1000):
            link.call("SET", "a", "1")
            time.sleep(0.01)
    assert time.monotonic() - started < TIMEOUT_S


def test_text_without_an_encoding_is_refused_before_it_is_sent(
    serve: Callable[..., tuple[ScriptedServer, Link]],
) -> None:
    server, link = serve()
    link.begin()
    with pytest.raises(OperationFailed):
        link.call("SET", "a", "half a pair: \ud83d")
    assert server.commands == []


def test_a_script_that_the_server_does_not_know_is_sent_as_text(
    serve: Callable[..., tuple[ScriptedServer, Link]],
) -> None:
    server, link = serve("-NOSCRIPT No matching script. Please use EVAL.", ":7")
    link.begin()
    assert Script("return 7").run(link, "prefix:", ("x",)) == 7
    assert [command[0] for command in server.commands] == ["EVALSHA", "EVAL"]
    assert server.commands[1][1:] == ["return 7", "1", "prefix:", "x"]


def test_a_script_refused_after_it_was_not_known_has_failed(
    serve: Callable[..., tuple[ScriptedServer, Link]],
) -> None:
    _, link = serve("-NOSCRIPT No matching script.", "-OOM command not allowed")
    link.begin()
    with pytest.raises(OperationFailed):
        Script("return 7").run(link, "prefix:", ())
