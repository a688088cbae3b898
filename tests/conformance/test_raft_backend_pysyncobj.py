"""Defects of PySyncObj 0.3.17, one message at a time, and what the guards of the Raft backend make of them.

A real node is run in this process and told by hand what its peers say, so each defect shows every time. A defect is
asserted with PySyncObj's own transport and, where a guard exists, its absence with the guarded one: the proof that
the guard is needed is the proof that it works.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from lawful.conformance.backends.raft import node as raft_node
from lawful.conformance.backends.raft.library import (
    FAIL_REASON,
    VERSION,
    FileJournal,
    SyncObj,
    SyncObjConf,
    SyncObjConsumer,
    TCPTransport,
    replicated,
)
from lawful.conformance.backends.raft.node import Applied, Failed, Unknown
from lawful.conformance.backends.raft.transport import GoBack, GuardedTransport, is_awaiting
from lawful.conformance.processes import free_ports

pytestmark = pytest.mark.skipif(VERSION != "0.3.17", reason="the defects are those of PySyncObj 0.3.17")

Entry = tuple[bytes, int, int]
"""Command, index, term."""
NO_OP = b"\x01"


class Counter(SyncObjConsumer):  # type: ignore[misc]
    """A state machine that counts how often it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    @replicated  # type: ignore[untyped-decorator]
    def add(self) -> int:
        self.count += 1
        return self.count


class Node:
    """A real node of three, or of one; its two peers are played by the test."""

    def __init__(
        self, folder: Path, transport: type[TCPTransport], *, alone: bool = False, **configuration: Any
    ) -> None:
        own, *others = [f"127.0.0.1:{port}" for port in free_ports(3)]
        self.counter = Counter()
        self.raft = SyncObj(
            own,
            [] if alone else others,
            conf=SyncObjConf(
                autoTick=False, bindAddress=own, useFork=False, journalFile=str(folder / "journal"), **configuration
            ),
            consumers=[self.counter],
            transportClass=transport,
        )
        self.transport = self.raft._SyncObj__transport
        self.peers = sorted(self.raft.otherNodes, key=lambda node: str(node.address))
        self.sent: list[dict[str, Any]] = []
        for peer in self.peers:
            self.transport._onNodeConnected(peer)

    def receive(self, type: str, **fields: Any) -> None:
        """A message from the first peer."""
        self.transport._onMessageReceived(self.peers[0], {"type": type, **fields})

    def append(
        self, previous: tuple[int, int], entries: Sequence[Entry] = (), *, term: int = 1, commit: int = 1
    ) -> None:
        """Append_entries from the first peer, which leads in `term`; `previous` is an index and its term."""
        index, previous_term = previous
        self.receive(
            "append_entries",
            term=term,
            commit_index=commit,
            entries=list(entries),
            prevLogIdx=index,
            prevLogTerm=previous_term,
        )

    def stand_for_election(self) -> None:
        """Start the next term, and lead it where there are no peers to ask."""
        self.raft._SyncObj__raftElectionDeadline = 0
        self.raft.doTick()

    def lead(self) -> None:
        """Be elected by the first peer."""
        self.stand_for_election()
        self.receive("response_vote", term=self.raft.raftCurrentTerm)
        assert self.raft._isLeader()

    def tick(self, times: int = 3) -> None:
        for _ in range(times):
            self.raft.doTick()

    def replies(self) -> list[dict[str, Any]]:
        """What it told the leader about its log since the last look."""
        told = [message for message in self.sent if message["type"] == "next_node_idx"]
        self.sent.clear()
        return told


Make = Callable[..., Node]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    nodes: list[Node] = []

    def send(transport: Any, peer: Any, message: Any) -> bool:
        for node in nodes:
            if node.transport is transport:
                node.sent.append(message)
        return True

    def make(transport: type[TCPTransport], folder: Path = tmp_path, **configuration: Any) -> Node:
        nodes.append(Node(folder, transport, **configuration))
        return nodes[-1]

    monkeypatch.setattr(TCPTransport, "send", send)
    yield make
    for node in nodes:
        node.raft.destroy()


def entries(first: int, last: int, term: int = 1) -> list[Entry]:
    return [(NO_OP, index, term) for index in range(first, last + 1)]


def journal_ends_at(folder: Path) -> int:
    """The last index in the journal file, as a restart would find it."""
    index: int = FileJournal(str(folder / "journal"))[-1][1]
    return index


def files_after_a_kill(folder: Path) -> Path:
    """What a kill at this instant would leave to the next life: all that was written, synced or not."""
    crashed = folder / "crashed"
    crashed.mkdir()
    for name in ("journal", "journal.meta", "snapshot"):
        if (folder / name).exists():
            shutil.copy(folder / name, crashed / name)
    return crashed


@pytest.mark.parametrize(("transport", "kept"), [(TCPTransport, 3), (GuardedTransport, 5)])
def test_entries_that_are_sent_again_cut_off_what_was_acknowledged(
    make: Make, tmp_path: Path, transport: type[TCPTransport], kept: int
) -> None:
    node = make(transport)
    node.append((1, 0), entries(2, 5))
    assert [reply["next_node_idx"] for reply in node.replies()] == [6], "acknowledged up to entry 5"
    node.append((2, 1), entries(3, 3))  # the first part of 3 to 5 again; killed here, the rest never comes
    assert journal_ends_at(tmp_path) == kept


def test_entries_beyond_those_that_are_sent_again_are_appended(make: Make, tmp_path: Path) -> None:
    node = make(GuardedTransport)
    node.append((1, 0), entries(2, 5))
    node.append((2, 1), entries(3, 7))
    node.append((1, 0))
    assert [reply["next_node_idx"] for reply in node.replies()] == [6, 8, 8]
    assert journal_ends_at(tmp_path) == 7


def test_another_leader_still_replaces_what_differs(make: Make, tmp_path: Path) -> None:
    node = make(GuardedTransport)
    node.append((1, 0), entries(2, 5))
    node.append((2, 1), entries(3, 3, term=2), term=2)
    assert [reply["next_node_idx"] for reply in node.replies()] == [6, 4]
    assert journal_ends_at(tmp_path) == 3


@pytest.mark.parametrize(("transport", "requests"), [(TCPTransport, [9, 10, 10]), (GuardedTransport, [9])])
def test_requests_to_go_back_override_each_other(
    make: Make, transport: type[TCPTransport], requests: list[int]
) -> None:
    node = make(transport)
    node.append((1, 0), entries(2, 9))
    node.replies()
    # The next leader has another entry 9, and more messages on their way behind the first.
    for previous in (9, 12, 15):
        node.append((previous, 2), entries(previous + 1, previous + 3, term=2), term=2)
    replies = node.replies()
    # It ends up where it began, at 10: had it gone by the first request, it would have gone back to 9.
    assert [reply["next_node_idx"] for reply in replies] == requests
    assert all(reply["reset"] for reply in replies)


def test_after_going_back_a_leader_can_be_asked_again(make: Make) -> None:
    node = make(GuardedTransport)
    node.append((1, 0), entries(2, 9))
    node.replies()
    for previous in (9, 12, 8, 7):
        node.append((previous, 2), entries(previous + 1, 12, term=2), term=2)
    assert [reply["next_node_idx"] for reply in node.replies()] == [9, 8, 7]


def test_a_request_to_go_back_is_repeated_when_patience_ends() -> None:
    asked = GoBack(leader_term=2, before_index=8, patience_ends_s=10.0)
    late = {"term": 2, "prevLogIdx": 12}
    assert is_awaiting(asked, late, now_s=9.9)
    assert not is_awaiting(asked, late, now_s=10.0)
    assert not is_awaiting(asked, {**late, "term": 3}, now_s=9.9)
    assert not is_awaiting(None, late, now_s=9.9)


@pytest.mark.parametrize(("transport", "told"), [(TCPTransport, [FAIL_REASON.NOT_LEADER]), (GuardedTransport, [])])
def test_the_answer_to_another_life_is_taken_for_ones_own(
    make: Make, tmp_path: Path, transport: type[TCPTransport], told: list[int]
) -> None:
    lives = []
    for life in ("former", "present"):
        (tmp_path / life).mkdir()
        node = make(transport, tmp_path / life)
        node.append((1, 0))  # now it knows a leader
        reasons: list[int] = []
        node.counter.add(callback=lambda result, reason, reasons=reasons: reasons.append(reason))
        node.tick()
        asked = next(message for message in node.sent if message["type"] == "apply_command")
        lives.append((node, asked["request_id"], reasons))
    (_, former_id, _), (present, present_id, reasons) = lives
    present.receive("apply_command_response", request_id=former_id, error=FAIL_REASON.NOT_LEADER)
    assert reasons == told
    if transport is GuardedTransport:
        present.receive("apply_command_response", request_id=present_id, error=FAIL_REASON.DISCARDED)
        assert reasons == [FAIL_REASON.DISCARDED], "its own answer still arrives"


def test_a_deposed_leader_that_is_sent_a_snapshot_acknowledges_what_was_never_committed(make: Make) -> None:
    node = make(GuardedTransport)
    node.lead()
    reasons: list[int] = []
    node.counter.add(callback=lambda result, reason: reasons.append(reason))
    node.tick()
    assert reasons == [], "no peer has the entry"
    # The next leader has committed 100 other entries and sends the first part of its snapshot of them.
    node.receive("append_entries", term=9, commit_index=100, serialized=(b"part of a snapshot", True, False))
    node.tick()
    assert reasons == [FAIL_REASON.SUCCESS]
    assert node.counter.count == 1


def test_a_crash_between_snapshot_and_journal_loses_what_was_acknowledged(make: Make, tmp_path: Path) -> None:
    snapshot = {"logCompactionMinEntries": 5, "fullDumpFile": str(tmp_path / "snapshot")}
    node = make(GuardedTransport, **snapshot)
    node.append((1, 0), entries(2, 9), commit=6)
    assert node.replies()[-1]["next_node_idx"] == 10, "acknowledged up to entry 9"
    assert journal_ends_at(tmp_path) == 9
    node.tick(1)  # writes the snapshot; the next tick would cut the journal accordingly
    assert (tmp_path / "snapshot").exists()
    crashed = files_after_a_kill(tmp_path)
    restarted = make(GuardedTransport, crashed, **{**snapshot, "fullDumpFile": str(crashed / "snapshot")})
    restarted.tick(1)
    assert journal_ends_at(crashed) == 6


def test_a_journal_without_a_snapshot_file_forgets_everything(make: Make, tmp_path: Path) -> None:
    answers: list[int] = []
    node = make(TCPTransport, alone=True, logCompactionMinEntries=5)
    node.stand_for_election()
    for _ in range(10):
        node.counter.add(callback=lambda result, reason: answers.append(result))
        node.tick()
    assert answers == list(range(1, 11))
    restarted = make(TCPTransport, files_after_a_kill(tmp_path), alone=True, logCompactionMinEntries=5)
    restarted.stand_for_election()
    restarted.counter.add(callback=lambda result, reason: answers.append(result))
    restarted.tick(10)
    assert restarted.counter.count == 0, "the ten commands are gone"
    assert answers == list(range(1, 11)), "and no later one is ever applied"


def test_an_exception_in_a_callback_applies_the_command_again(make: Make) -> None:
    node = make(TCPTransport, alone=True)
    node.stand_for_election()

    def stumble(result: int, reason: int) -> None:
        raise ConnectionError("the client has gone")

    node.counter.add(callback=stumble)
    with pytest.raises(ConnectionError):
        node.tick()
    node.tick()
    assert node.counter.count == 2


@pytest.mark.parametrize(
    ("module", "works"), [("pysyncobj", False), ("lawful.conformance.backends.raft.library", True)]
)
def test_the_import_breaks_a_function_of_the_standard_library(module: str, works: bool) -> None:
    script = f"import socket, {module}; print(socket.inet_ntop(socket.AF_INET, bytes([127, 0, 0, 1])))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (run.returncode == 0) == works, run.stderr
    assert (run.stdout == "127.0.0.1\n") == works


@pytest.mark.parametrize(
    ("reason", "fate"),
    [
        (FAIL_REASON.SUCCESS, Applied),
        (FAIL_REASON.QUEUE_FULL, Failed),
        (FAIL_REASON.MISSING_LEADER, Failed),
        (FAIL_REASON.DISCARDED, Failed),
        (FAIL_REASON.NOT_LEADER, Failed),
        (FAIL_REASON.LEADER_CHANGED, Unknown),
        (FAIL_REASON.REQUEST_DENIED, Failed),
        (FAIL_REASON.UNKNOWN_OUTCOME, Unknown),
        (99, Unknown),
    ],
)
def test_only_what_never_takes_effect_counts_as_failed(reason: int, fate: type) -> None:
    pending = raft_node._Pending()
    pending.report(Applied(1) if reason == FAIL_REASON.SUCCESS else None, reason)
    assert isinstance(pending.wait(0), fate)
