"""Log compaction, and snapshots that a leader sends in chunks.

Sources: Raft, section 7 and Figure 13; Ongaro's dissertation, section 5. A server takes a snapshot of its state machine
at any index up to its commit index; that it is on the disk and that the log is cut is one step, as a server keeps the
log until then. The state machine is the list of what it was given: Raft does not look into it.

A log keeps its numbering. In the place of each entry that the snapshot stands for there is an empty one; the last of
them, the head, has the snapshot's term and the membership by then. The head is all that is known of what is gone.

A snapshot goes out in two chunks. What the state machine was given last is in the first one, so that chunks of two
snapshots do not make one by chance. The leader may send either at any time: a follower takes the second one after the
first. The paper's answer to a chunk that is not the last says nothing but the term, and is left out. A follower that
has all of the snapshot answers like one that has appended its entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.replication import ANSWER_APPEND, STEP_DOWN
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import (
    MISSING,
    AppendAnswer,
    Entry,
    InstallSnapshot,
    Message,
    Receiving,
    Role,
    Server,
)

Step = LocalStep[Server, Message]

COMPACT = "compact log"
SEND_CHUNK = "send chunk"
SEND_LAST_CHUNK = "send last chunk"
TAKE_CHUNK = "take chunk"
IGNORE_CHUNK = "ignore chunk"
INSTALL = "install snapshot"
ACTIONS = (COMPACT, SEND_CHUNK, SEND_LAST_CHUNK, TAKE_CHUNK, IGNORE_CHUNK, INSTALL)
SYNCED = (COMPACT, INSTALL)
"""What is on the disk when it is done, with everything that was written before."""


def entries_of(state: Server) -> tuple[Entry, ...]:
    """All entries that a server goes by: those that its snapshot was made of, and those in its log."""
    return (*state.snapshot, *state.log[len(state.snapshot) :])


def steps(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """What a server does by itself."""
    for index in range(state.commit_index, len(state.snapshot), -1):
        log = (*_emptied(index, _head(state.log, index)), *state.log[index:])
        yield LocalStep(COMPACT, replace(state, log=log, snapshot=entries_of(state)[:index]))
    if state.role is Role.LEADER:
        for other in range(servers):
            if other != server and rules.sent_next(state, other) is None:
                for chunk in _chunks(server, state, other):
                    yield LocalStep(SEND_LAST_CHUNK if chunk.done else SEND_CHUNK, state, (chunk,))


def _emptied(index: int, head: Entry) -> tuple[Entry, ...]:
    return (*(MISSING,) * (index - 1), head)


def _head(log: tuple[Entry, ...], index: int) -> Entry:
    """Of a snapshot up to `index`; that of the snapshot before is a change of membership too."""
    changes = (entry for entry in reversed(log[:index]) if entry.members is not None)
    return replace(next(changes, MISSING), term=log[index - 1].term, value=0)


def _chunks(server: int, state: Server, other: int) -> Iterator[InstallSnapshot]:
    """The first has half of the state, or more; the last what is left."""
    last = len(state.snapshot)
    half = (last + 1) // 2
    backwards = state.snapshot[::-1]
    for offset, end in ((0, half), (half, last)):
        data = backwards[offset:end]
        yield InstallSnapshot(state.term, server, other, last, state.log[last - 1], offset, data, done=offset > 0)


def handle_chunk(server: int, state: Server, chunk: InstallSnapshot, rules: Rules) -> Iterator[Step]:
    """One step of a server towards the snapshot. The term of the chunk is not above the server's."""
    is_follower = state.role is Role.FOLLOWER
    if chunk.term < state.term or not (is_follower or rules.makes_way(state, chunk)):
        refusal = AppendAnswer(state.term, server, chunk.source, success=False, match_index=0)
        yield LocalStep(ANSWER_APPEND, state, (refusal,))
    elif not is_follower:
        yield LocalStep(STEP_DOWN, replace(state, role=Role.FOLLOWER), keeps=True)
    elif chunk.last_index <= state.commit_index:
        # It has what the snapshot has: that is committed, as the snapshot is.
        has_all = AppendAnswer(state.term, server, chunk.source, success=True, match_index=chunk.last_index)
        yield LocalStep(ANSWER_APPEND, state, (has_all,))
    else:
        yield from _take(state, chunk, rules)


def _take(state: Server, chunk: InstallSnapshot, rules: Rules) -> Iterator[Step]:
    receiving = state.receiving
    is_newer = receiving is None or receiving.last_index < chunk.last_index
    if chunk.offset == 0 and is_newer:
        begun = Receiving(chunk.last_index, chunk.head, chunk.data)
        yield LocalStep(TAKE_CHUNK, replace(rules.before_install(state, chunk), receiving=begun))
    elif receiving is None or chunk.offset != len(receiving.data) or not rules.goes_on(receiving, chunk):
        yield LocalStep(IGNORE_CHUNK, state)
    else:
        backwards = (*receiving.data, *chunk.data)
        yield LocalStep(INSTALL, _installed(state, chunk, backwards[::-1], rules), keeps=True)


def _installed(state: Server, chunk: InstallSnapshot, contents: tuple[Entry, ...], rules: Rules) -> Server:
    log = (*_emptied(chunk.last_index, rules.head(state, chunk)), *rules.retained(state, chunk))
    return replace(state, log=log, snapshot=contents, commit_index=chunk.last_index, receiving=None)
