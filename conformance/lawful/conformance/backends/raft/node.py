"""One member of the group: puts commands into the log that PySyncObj replicates, and tells what became of them.

Every operation goes through the log, reads too. PySyncObj offers no other linearizable read: a getter looks at the
copy of its own node, and a leader that was paused and resumed believes for a while that it still leads.

What PySyncObj 0.3.17 reports about a command is taken as follows (`FAIL_REASON`, read in `syncobj.py`):

- SUCCESS: it was applied, and this is its answer.
- QUEUE_FULL, MISSING_LEADER, NOT_LEADER, REQUEST_DENIED: it was turned away before it entered any log. Certain.
- DISCARDED: another command was committed at its index, so it never can be. Certain.
- LEADER_CHANGED: its leader was lost while it was on its way; the next leader may have it in its log. Unknown.
- UNKNOWN_OUTCOME: its index had been applied before the answer came. Unknown.
- No report within the time (the connection broke after the command was sent; no majority answers). Unknown.

Assumption: the journal is a memory map that is never synced to the disk, and so are term and vote. What a killed
process wrote stays with the operating system, so nothing is lost by SIGKILL; a loss of power may lose anything.

Snapshots are off unless asked for (`compact_every`): PySyncObj loses acknowledged entries round them, see
TRACK_RECORD.md. So the log grows by about half a kilobyte an operation, in memory and on disk, until the run ends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lawful.conformance.backends.raft.library import (
    FAIL_REASON,
    SyncObj,
    SyncObjConf,
    SyncObjConsumer,
    TCPNode,
    TCPTransport,
    replicated,
)
from lawful.conformance.backends.raft.settings import NodeSettings
from lawful.conformance.backends.raft.store import Command, Refused, TaskStore
from lawful.conformance.backends.raft.store.command import parse_command
from lawful.conformance.backends.raft.transport import GuardedTransport
from lawful.conformance.backends.raft.wire import LONGEST_REQUEST
from lawful.models.values import Json

NEVER_IN_A_LOG = frozenset(
    {FAIL_REASON.QUEUE_FULL, FAIL_REASON.MISSING_LEADER, FAIL_REASON.NOT_LEADER, FAIL_REASON.REQUEST_DENIED}
)
CERTAINLY_WITHOUT_EFFECT = NEVER_IN_A_LOG | {FAIL_REASON.DISCARDED}
_REASON_NAMES = {value: name for name, value in vars(FAIL_REASON).items() if isinstance(value, int)}

APPEND_PERIOD_S = 0.05
ELECTION_TIMEOUT_S = (0.4, 1.0)
RECONNECT_PERIOD_S = 0.1
LEADER_FALLBACK_S = 2.0
LEADER_WAIT_S = 1.5
"""How long a request waits for a leader to be known before it is turned away: longer than most elections."""
_NEVER_ENTRIES = 2**62
_NEVER_S = float(2**31)
_LEADER_POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class Applied:
    """The command took effect once."""

    result: Json


@dataclass(frozen=True, slots=True)
class Failed:
    """The command did not take effect and never will."""

    error: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The command may take effect at any time, or never."""

    error: str


Fate = Applied | Failed | Unknown


class _ReplicatedStore(SyncObjConsumer):  # type: ignore[misc]  # PySyncObj has no type hints
    """The state machine as PySyncObj sees it. Its attributes are what a snapshot holds."""

    def __init__(self) -> None:
        super().__init__()
        self.store = TaskStore()

    @replicated  # type: ignore[untyped-decorator]
    def apply(self, text: str) -> Fate:
        """Apply one command on this node.

        Never raises: PySyncObj would apply the same entry again and again on every node, for ever.
        """
        if not text:
            return Applied(None)
        try:
            return Applied(self.store.apply(parse_command(text)))
        except Refused as error:
            return Failed(str(error))
        except Exception as error:
            return Unknown(f"the state machine stumbled: {type(error).__name__}: {error}")


class _DialledNode(TCPNode):  # type: ignore[misc]  # PySyncObj has no type hints
    """A node that is known by its address, and may be reached on another port."""

    def __init__(self, dialled: Mapping[str, int], address: str) -> None:
        super().__init__(address)
        self._dialled = dialled.get(address)

    @property
    def port(self) -> int:
        return int(super().port) if self._dialled is None else self._dialled


class _Pending:
    """Waits for what PySyncObj reports about one command."""

    def __init__(self) -> None:
        self._fate: Fate | None = None
        self._reported = threading.Event()

    def report(self, fate: Fate | None, reason: int) -> None:
        """Called in the thread of PySyncObj. Must not raise: the command would be applied once more on this node."""
        name = _REASON_NAMES.get(reason, str(reason))
        if reason == FAIL_REASON.SUCCESS and fate is not None:
            self._fate = fate
        elif reason in CERTAINLY_WITHOUT_EFFECT:
            self._fate = Failed(name)
        else:
            self._fate = Unknown(name)
        self._reported.set()

    def wait(self, timeout_s: float) -> Fate:
        self._reported.wait(timeout_s)
        return self._fate or Unknown(f"nothing was reported within {timeout_s:.1f} s")


class RaftNode:
    """A running member. Joins the group at once; `submit` may be called from many threads."""

    def __init__(self, settings: NodeSettings) -> None:
        self._replicated = _ReplicatedStore()
        self._raft = SyncObj(
            settings.raft_address,
            list(settings.peers),
            conf=_configuration(settings),
            consumers=[self._replicated],
            nodeClass=partial(_DialledNode, settings.dialled),
            transportClass=GuardedTransport if settings.guards else TCPTransport,
        )

    def submit(self, command: Command | None, within_s: float) -> Fate:
        """Replicate and apply a command (None: one without effect), or say what is known after `within_s` seconds."""
        deadline = time.monotonic() + within_s
        if not self._wait_for_leader(min(deadline, time.monotonic() + LEADER_WAIT_S)):
            return Failed("no leader is known")
        pending = _Pending()
        self._replicated.apply("" if command is None else command.text(), callback=pending.report)
        return pending.wait(max(0.0, deadline - time.monotonic()))

    def leader(self) -> str | None:
        """The address of the node that this one takes for the leader."""
        node = self._raft._getLeader()
        return None if node is None else str(node.address)

    def is_alive(self) -> bool:
        """Whether the thread of PySyncObj still runs; it ends where its port cannot be bound."""
        return bool(self._raft.tick_thread_alive())

    def _wait_for_leader(self, deadline: float) -> bool:
        while self.leader() is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_LEADER_POLL_S)
        return True


def _configuration(settings: NodeSettings) -> SyncObjConf:
    compacts = settings.compact_every > 0
    return SyncObjConf(
        bindAddress=settings.raft_address,
        bindRetryTime=RECONNECT_PERIOD_S,
        maxBindRetries=50,
        journalFile=str(Path(settings.folder) / "journal"),
        # A journal without a dump file is a trap: the log is compacted all the same, and a restart starts from nothing.
        fullDumpFile=str(Path(settings.folder) / "snapshot") if compacts else None,
        logCompactionMinEntries=settings.compact_every if compacts else _NEVER_ENTRIES,
        logCompactionMinTime=_NEVER_S,
        # Forked in a process with threads, the child may wait for ever for a lock that nobody is left to release.
        useFork=False,
        # 0.7 ms a write instead of 100 ms.
        appendEntriesUseBatch=False,
        # The guards of `transport` do not see into an entry that is sent in parts, so none may be.
        **({"appendEntriesBatchSizeBytes": 2 * LONGEST_REQUEST} if settings.guards else {}),
        appendEntriesPeriod=APPEND_PERIOD_S,
        raftMinTimeout=ELECTION_TIMEOUT_S[0],
        raftMaxTimeout=ELECTION_TIMEOUT_S[1],
        connectionTimeout=2.0,
        connectionRetryTime=RECONNECT_PERIOD_S,
        # A leader without a majority stops to take commands that can only end as unknown.
        leaderFallbackTimeout=LEADER_FALLBACK_S,
        # Turned away at once, and for certain, instead of queued until some leader turns up.
        commandsWaitLeader=False,
    )
