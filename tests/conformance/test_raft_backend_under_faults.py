"""The Raft backend under faults one after the other, and the worst of them with snapshots switched on.

The judge is a handful of rules that need no search: what was acknowledged is seen from then on by everybody, what
failed is never seen, a job is claimed once, and a fencing token is larger than every token known before the call.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from lawful.conformance.adapter import Client, OperationFailed, OutcomeUnknown
from lawful.conformance.backends.raft import RaftBackend
from lawful.conformance.processes import ProcessGroup
from lawful.models.values import Json

pytestmark = pytest.mark.slow

LONG_MS = 10**9
CLIENTS = 10
FAULT_SECONDS = 20.0

Start = Callable[..., RaftBackend]


@pytest.fixture
def start() -> Iterator[Start]:
    with ProcessGroup() as group, ExitStack() as stack:

        def start(**options: Any) -> RaftBackend:
            backend = RaftBackend(**options)
            stack.callback(backend.stop)
            backend.start(group.workspace())
            return backend

        yield start


def client_of(backend: RaftBackend, *servers: str, timeout_s: float = 3.0) -> Client:
    """A client that knows only the given servers, or all where none is given."""
    nodes = backend.connection()["nodes"]
    assert isinstance(nodes, list)
    known: list[Json] = [node for node in nodes if not servers or node[0] in servers]
    return RaftBackend.connect({"nodes": known}, timeout_s)


def call(client: Client, function: str, **arguments: Json) -> Any:
    return client.invoke("jobs", None, function, arguments).result


def insistently(client: Client, function: str, **arguments: Json) -> Any:
    """The answer to a call that may be repeated, asked again while the group elects a leader."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return call(client, function, **arguments)
        except (OperationFailed, OutcomeUnknown):
            assert time.monotonic() < deadline, "no answer within 20 s"


def was_acknowledged(backend: RaftBackend, server: str, job_id: str) -> bool:
    try:
        return bool(call(client_of(backend, server, timeout_s=12.0), "enqueue", id=job_id, type="t", params=None))
    except (OperationFailed, OutcomeUnknown):
        return False


@pytest.mark.parametrize(("compact_every", "acknowledged"), [(0, False), (50, True)])
def test_a_deposed_leader_acknowledges_what_no_node_has_once_it_is_sent_a_snapshot(
    start: Start, compact_every: int, acknowledged: bool
) -> None:
    backend = start(compact_every=compact_every)
    insistently(client_of(backend), "queue_depth")
    leader = backend.leader()
    assert leader is not None
    others = [server for server in backend.servers() if server != leader]
    for server in others:
        backend.kill(server)
    with ThreadPoolExecutor() as pool:
        # The leader has them in its log, and waits for a majority.
        never_committed = [f"lonely-{number}" for number in range(4)]
        waiting = [pool.submit(was_acknowledged, backend, leader, job_id) for job_id in never_committed]
        time.sleep(0.4)
        backend.pause(leader)
        for server in others:
            backend.restart(server)
        write_for_a_while(client_of(backend, *others), seconds=2.7)
        backend.resume(leader)
        answers = [future.result() for future in waiting]
    reader = client_of(backend)
    there = [insistently(reader, "get", id=job_id) is not None for job_id in never_committed]
    assert not any(there)
    assert any(answers) == acknowledged


def write_for_a_while(client: Client, seconds: float) -> None:
    """More than a log without snapshots holds, and more than one message of a snapshot."""
    deadline = time.monotonic() + seconds
    random_bytes = random.Random(1).randbytes
    for number in itertools.count():
        if number >= 300 and time.monotonic() > deadline:
            return
        insistently(client, "enqueue", id=str(number), type=random_bytes(400).hex(), params=None)


class Judge:
    """What all clients know together; every broken rule is written down."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.acknowledged: list[str] = []
        self.failed: set[str] = set()
        self.claims: dict[str, str] = {}
        self.largest_token = 0
        self.broken: list[str] = []

    def expect(self, holds: bool, rule: str) -> None:
        if not holds:
            self.broken.append(rule)


class Worker:
    """One client that works until it is told to stop."""

    def __init__(self, backend: RaftBackend, judge: Judge, number: int) -> None:
        self._client = client_of(backend)
        self._judge = judge
        self._random = random.Random(number)
        self._names = (f"{number}-{step}" for step in itertools.count())

    def run(self, over: threading.Event) -> None:
        steps = (self._enqueue, self._enqueue, self._read, self._claim, self._acquire)
        while not over.is_set():
            try:
                self._random.choice(steps)(next(self._names))
            except (OperationFailed, OutcomeUnknown):
                continue

    def _enqueue(self, name: str) -> None:
        try:
            self._judge.expect(call(self._client, "enqueue", id=name, type="t", params=None), f"{name} was new")
        except OperationFailed:
            self._judge.failed.add(name)
            raise
        self._judge.acknowledged.append(name)

    def _read(self, name: str) -> None:
        if self._judge.acknowledged:
            known = self._random.choice(self._judge.acknowledged[-30:])
            self._judge.expect(call(self._client, "get", id=known) is not None, f"{known} was acknowledged")

    def _claim(self, name: str) -> None:
        job = call(self._client, "claim", worker=name, ttl_ms=LONG_MS)
        if job is not None:
            with self._judge.lock:
                self._judge.expect(job["id"] not in self._judge.claims, f"{job['id']} was claimed before")
                self._judge.claims[job["id"]] = name

    def _acquire(self, name: str) -> None:
        before = self._judge.largest_token
        token = self._client.invoke("leader_lease", "scope", "acquire", {"holder": name, "ttl_ms": 20}).result
        if isinstance(token, int):
            with self._judge.lock:
                self._judge.expect(token > before, f"token {token} came after {before}")
                self._judge.largest_token = max(self._judge.largest_token, token)


def inject(backend: RaftBackend, choice: random.Random, seconds: float) -> int:
    """Kill and pause one node at a time, the leader more often than not; how many faults."""
    deadline = time.monotonic() + seconds
    faults = 0
    while time.monotonic() < deadline:
        time.sleep(choice.uniform(0.1, 1.0))
        target = backend.leader() if choice.random() < 0.6 else None
        target = target or choice.choice(list(backend.servers()))
        if choice.random() < 0.5:
            backend.kill(target)
            time.sleep(choice.choice((0.0, 0.1, 0.6)))
            backend.restart(target)
        else:
            backend.pause(target)
            time.sleep(choice.choice((0.05, 0.6, 1.3, 2.6)))
            backend.resume(target)
        faults += 1
    return faults


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_repeated_or_turned_back(start: Start, seed: int) -> None:
    backend, judge, over = start(), Judge(), threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(Worker(backend, judge, number).run, over) for number in range(CLIENTS)]
        try:
            faults = inject(backend, random.Random(seed), FAULT_SECONDS)
        finally:
            over.set()
        for future in working:
            future.result()
    for server in backend.servers():
        reader = client_of(backend, server, timeout_s=10.0)
        ids = {row["id"] for row in insistently(reader, "list", state=None, limit=None)}
        judge.expect(ids.issuperset(judge.acknowledged), f"{server} has what was acknowledged")
        judge.expect(ids.isdisjoint(judge.failed), f"{server} has nothing that failed")
    assert judge.broken == []
    assert faults > 5
    assert len(judge.acknowledged) > 1000
    assert len(judge.claims) > 100
    assert judge.largest_token > 10
