"""The Raft backend with real processes: what it answers, what survives, what it says when it cannot know."""

from __future__ import annotations

import itertools
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil
import pytest

from lawful.conformance.adapter import Backend, OperationFailed, OutcomeUnknown, Unsupported
from lawful.conformance.backends.raft import RaftBackend
from lawful.conformance.backends.raft.client import RaftClient
from lawful.conformance.errors import BackendUnavailable, UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.models.values import Json, identical

Start = Callable[..., RaftBackend]


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


@pytest.fixture(scope="module")
def start(group: ProcessGroup) -> Iterator[Start]:
    started: list[RaftBackend] = []

    def start(**options: Any) -> RaftBackend:
        backend = RaftBackend(**options)
        started.append(backend)
        backend.start(group.workspace())
        return backend

    yield start
    for backend in started:
        backend.stop()


@pytest.fixture(scope="module")
def backend(start: Start) -> RaftBackend:
    """Three nodes; every test leaves all of them running."""
    return start()


_numbers = itertools.count()


def fresh(name: str = "id") -> str:
    """An id that no other test uses."""
    return f"{name}:{next(_numbers)}"


def client_of(backend: RaftBackend, server: str | None = None, timeout_s: float = 5.0) -> RaftClient:
    """A client that starts with `server`, or talks to nobody else where one is given."""
    connection = backend.connection()
    if server is not None:
        nodes = connection["nodes"]
        assert isinstance(nodes, list)
        connection["nodes"] = [node for node in nodes if node[0] == server]
    client = RaftBackend.connect(connection, timeout_s)
    assert isinstance(client, RaftClient)
    return client


def leader_of(backend: RaftBackend) -> str:
    deadline = time.monotonic() + 10
    while (leader := backend.leader()) is None:
        assert time.monotonic() < deadline, "no leader within 10 s"
        time.sleep(0.05)
    return leader


def enqueue(client: RaftClient, job_id: str, params: Json = None) -> Json:
    return client.invoke("jobs", None, "enqueue", {"id": job_id, "type": "t", "params": params}).result


def exists(client: RaftClient, job_id: str) -> bool:
    return client.invoke("jobs", None, "get", {"id": job_id}).result is not None


def insistently(attempt: Callable[[], Json]) -> Json:
    """The answer of a read, asked again while the group elects a leader."""
    deadline = time.monotonic() + 15
    while True:
        try:
            return attempt()
        except (OperationFailed, OutcomeUnknown):
            assert time.monotonic() < deadline, "no answer within 15 s"


class Writers:
    """Clients that enqueue jobs, all at once, until they are told to stop; they remember what was acknowledged."""

    def __init__(self, backend: RaftBackend, server: str | None = None, count: int = 6) -> None:
        self.acknowledged: set[str] = set()
        self.failed: set[str] = set()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(client_of(backend, server, timeout_s=2.0),))
            for _ in range(count)
        ]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self, count: int = 50) -> None:
        """Until so many more writes were acknowledged."""
        wanted = len(self.acknowledged) + count
        deadline = time.monotonic() + 15
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, "the writers got stuck"
            time.sleep(0.005)

    def _write(self, client: RaftClient) -> None:
        while not self._over.is_set():
            job_id = fresh("written")
            try:
                assert enqueue(client, job_id) is True
                self.acknowledged.add(job_id)
            except OperationFailed:
                self.failed.add(job_id)
            except OutcomeUnknown:
                pass
        client.close()


def all_ids(client: RaftClient) -> set[str]:
    rows: Any = insistently(lambda: client.invoke("jobs", None, "list", {"state": None, "limit": None}).result)
    return {row["id"] for row in rows}


def check_written(backend: RaftBackend, writers: Writers) -> None:
    """What was acknowledged is there, and what failed is not, whichever node is asked."""
    assert writers.acknowledged
    for server in backend.servers():
        ids = all_ids(client_of(backend, server))
        assert writers.acknowledged <= ids
        assert not writers.failed & ids


def test_it_is_a_backend_that_starts_within_seconds(start: Start) -> None:
    started_s = time.monotonic()
    backend = start()
    assert time.monotonic() - started_s < 4.0  # 0.9 s on an idle machine
    assert isinstance(backend, Backend)
    assert len(backend.servers()) == 3
    assert client_of(backend).invoke("jobs", None, "queue_depth", {}).result == 0
    backend.stop()


def test_the_answer_names_the_node_that_gave_it(backend: RaftBackend) -> None:
    for server in backend.servers():
        assert client_of(backend, server).invoke("jobs", None, "queue_depth", {}).server == server


def test_clients_spread_over_the_nodes(backend: RaftBackend) -> None:
    servers = {client_of(backend).invoke("jobs", None, "queue_depth", {}).server for _ in range(3)}
    assert servers == set(backend.servers())


def test_what_one_node_acknowledged_another_answers_at_once(backend: RaftBackend) -> None:
    clients = [client_of(backend, server) for server in backend.servers()]
    for writer, reader in itertools.permutations(clients, 2):
        job_id = fresh()
        enqueue(writer, job_id)
        assert exists(reader, job_id)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, 0.0, -0.0, 1e300, 2**63 - 1, -(2**63), 2**53 + 1, 10**40, [], {}, [[], {}, None]),
        *("", "a:b", "quotes \" ' \\ `", "line\r\nbreak", "\x00\x1f\x7f\u2028", "ünï 漢字 😀", "\ud800 half a pair"),
        *({"": {"a": [1, "1", 1.0, True]}}, {"a:b": None}, "x" * 100_000),
    ],
)
def test_a_value_comes_back_as_it_was_written(backend: RaftBackend, value: Json) -> None:
    client, key = client_of(backend), fresh("scope")
    assert client.invoke("leader_lease", key, "guarded_write", {"token": 0, "value": value}).result is True
    assert identical(client.invoke("leader_lease", key, "guarded_read", {}).result, value)
    job_id = fresh()
    enqueue(client, job_id, value)
    row = client.invoke("jobs", None, "get", {"id": job_id}).result
    assert isinstance(row, dict)
    assert identical(row["params"], value)


def test_a_killed_follower_costs_nothing_and_comes_back_with_everything(backend: RaftBackend) -> None:
    leader = leader_of(backend)
    follower = next(server for server in backend.servers() if server != leader)
    with Writers(backend, leader) as writers:
        writers.wait_for_more()
        backend.kill(follower)
        writers.wait_for_more()
        backend.restart(follower)
        writers.wait_for_more()
    assert not writers.failed
    check_written(backend, writers)


def test_a_killed_leader_loses_nothing_that_was_acknowledged(backend: RaftBackend) -> None:
    with Writers(backend) as writers:
        writers.wait_for_more()
        leader = leader_of(backend)
        backend.kill(leader)
        writers.wait_for_more()
        backend.restart(leader)
        writers.wait_for_more()
    check_written(backend, writers)


def test_a_kill_of_every_node_at_once_loses_nothing_that_was_acknowledged(backend: RaftBackend) -> None:
    with Writers(backend) as writers:
        writers.wait_for_more()
        for server in backend.servers():
            backend.kill(server)
    with pytest.raises(OperationFailed):
        enqueue(client_of(backend), fresh())
    for server in backend.servers():
        backend.restart(server)
    check_written(backend, writers)


def test_a_resumed_leader_answers_nothing_old(backend: RaftBackend) -> None:
    leader = leader_of(backend)
    clients = [client_of(backend, server) for server in backend.servers() if server != leader]
    stale = client_of(backend, leader, timeout_s=10)
    backend.pause(leader)
    job_id = fresh()
    assert insistently(lambda: enqueue(clients[0], job_id) or exists(clients[0], job_id)) is True
    backend.resume(leader)
    assert insistently(lambda: exists(stale, job_id)) is True


def test_without_a_majority_the_outcome_is_unknown_and_never_wrong(backend: RaftBackend) -> None:
    leader = leader_of(backend)
    followers = [server for server in backend.servers() if server != leader]
    for follower in followers:
        backend.pause(follower)
    written, failed = fresh("accepted"), fresh("turned away")
    with pytest.raises(OutcomeUnknown):
        enqueue(client_of(backend, leader, timeout_s=0.5), written)
    with pytest.raises(OutcomeUnknown):
        enqueue(client_of(backend, followers[0], timeout_s=0.5), fresh("paused"))
    # After two seconds without an answer the leader knows that it does not lead, and says so for certain.
    deadline = time.monotonic() + 10
    while backend.leader() is not None or _is_unknown(client_of(backend, leader, timeout_s=1), failed):
        assert time.monotonic() < deadline
        failed = fresh("turned away")
    for follower in followers:
        backend.resume(follower)
    client = client_of(backend, leader, timeout_s=1)
    assert insistently(lambda: enqueue(client, fresh())) is True
    assert exists(client, failed) is False


def _is_unknown(client: RaftClient, job_id: str) -> bool:
    try:
        enqueue(client, job_id)
    except OperationFailed:
        return False
    except OutcomeUnknown:
        return True
    raise AssertionError("acknowledged without a majority")


def test_nothing_listens_beyond_the_loopback_interface(backend: RaftBackend) -> None:
    listening = [
        connection.laddr.ip
        for node in backend.cluster.nodes
        for connection in psutil.Process(node.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"] * 6, "one port for peers and one for clients each"


def test_nonsense_on_the_wire_ends_that_connection_only(backend: RaftBackend) -> None:
    node = client_of(backend, "node-1")._nodes[0]
    for line in (b"nonsense\n", b"[1]\n", b"\xff\xfe\n", b"x" * 1_100_000, b'{"do": "no_op"'):
        with socket.create_connection((node.host, node.port), timeout=5) as connection:
            assert _all_received_after(connection, line) == b""
    assert client_of(backend, "node-1").invoke("jobs", None, "queue_depth", {}).server == "node-1"


def _all_received_after(connection: socket.socket, sent: bytes) -> bytes:
    received = b""
    try:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            received += part
    except OSError as error:  # the node closes first, in the middle of what it is sent
        assert not isinstance(error, TimeoutError)
    return received


@pytest.mark.parametrize(
    ("table", "key", "function", "arguments"),
    [
        ("tasks", None, "insert", {"id": "x"}),
        ("tasks", None, "delete", {"id": 1}),
        ("tasks", None, "update_status", {"id": "x", "status": "done"}),
        ("tasks", "x", "delete", {"id": "x"}),
        ("leader_lease", None, "get", {}),
        ("jobs", None, "enqueue", {"id": "x", "type": "t", "params": float("nan")}),
        ("jobs", None, "enqueue", {"id": "x", "type": "t", "params": "x" * 1_000_000}),
    ],
)
def test_a_malformed_call_fails_for_certain(
    backend: RaftBackend, table: str, key: str | None, function: str, arguments: dict[str, Json]
) -> None:
    with pytest.raises(OperationFailed):
        client_of(backend).invoke(table, key, function, arguments)


def test_an_unknown_table_or_function_is_unsupported(backend: RaftBackend) -> None:
    for table, function in (("no such table", "get"), ("jobs", "steal")):
        with pytest.raises(Unsupported):
            client_of(backend).invoke(table, None, function, {})


def test_one_node_alone_is_a_group(start: Start) -> None:
    backend = start(nodes="1")
    client = client_of(backend)
    enqueue(client, "only")
    backend.kill("node-1")
    backend.restart("node-1")
    assert exists(client, "only")


@pytest.mark.parametrize("options", [{"nodes": "none"}, {"nodes": "0"}, {"guards": "maybe"}, {"compact_every": "-1"}])
def test_a_wrong_option_is_a_usage_error(options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        RaftBackend(**options)


def test_a_missing_library_is_reported_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert RaftBackend().versions() == {"pysyncobj": metadata.version("pysyncobj")}

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(BackendUnavailable) as raised:
        RaftBackend().versions()
    assert raised.value.hint == "pip install 'lawful[raft]'"


def test_nodes_run_another_release_where_a_folder_has_one(start: Start, tmp_path: Path) -> None:
    """Here the same one, which says so when it is imported."""
    with pytest.raises(BackendUnavailable, match="no such library") as raised:
        RaftBackend(library=str(tmp_path)).versions()
    assert str(tmp_path) in str(raised.value.hint)
    installed = metadata.distribution("pysyncobj")
    described = tmp_path / "pysyncobj-0.1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: pysyncobj\nVersion: 0.1.0\n")
    shutil.copytree(str(installed.locate_file("pysyncobj")), tmp_path / "pysyncobj")
    with (tmp_path / "pysyncobj" / "__init__.py").open("a") as module:
        module.write(f"\nopen({str(tmp_path / 'imported')!r}, 'w').close()\n")
    backend = start(nodes="1", library=str(tmp_path))
    assert backend.versions() == {"pysyncobj": "0.1.0"}
    assert (tmp_path / "imported").exists()
