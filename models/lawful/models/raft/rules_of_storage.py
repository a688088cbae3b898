"""The decisions on which the safety of snapshots and disks rests, each a function of its own (`models.raft.rules`)."""

from __future__ import annotations

from lawful.models.raft.state import MISSING, AppendRequest, Entry, InstallSnapshot, Receiving, Server, term_at


def before_install(server: Server, chunk: InstallSnapshot) -> Server:
    """Nothing else changes because of a chunk of a snapshot before all of them are there (section 7)."""
    return server


def sent_next(server: Server, other: int) -> int | None:
    """The index of the entry to send; None where the log has it no more, and the snapshot goes (section 7)."""
    following = server.next_index[other]
    return following if following > len(server.snapshot) else None


def goes_on(receiving: Receiving, chunk: InstallSnapshot) -> bool:
    """A chunk goes with those that are there of the same snapshot (section 7)."""
    return (receiving.last_index, receiving.head) == (chunk.last_index, chunk.head)


def retained(server: Server, chunk: InstallSnapshot) -> tuple[Entry, ...]:
    """The entries after a snapshot stay if the log has the snapshot's last one; else the log goes (section 7)."""
    return server.log[chunk.last_index :] if term_at(server.log, chunk.last_index) == chunk.head.term else ()


def head(server: Server, chunk: InstallSnapshot) -> Entry:
    """With what a log begins after a snapshot was installed: with the membership of the snapshot (section 7)."""
    return chunk.head


def vote_read(term: int, voted_in: int, voted_for: int | None) -> tuple[int, int | None]:
    """Term and vote as a server finds them in two records. A vote counts in its own term, and not in a later one."""
    return max(term, voted_in), voted_for if voted_in >= term else None


def log_read(server: Server, log: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The log as a server finds it on its disk: what comes after an entry that is missing is of no use."""
    end = next((index for index in range(len(server.snapshot), len(log)) if log[index] == MISSING), len(log))
    return log[:end]


def may_write(synced: tuple[Entry, ...], log: tuple[Entry, ...]) -> bool:
    """Nothing is appended in the place of entries of which it is not synced that they are removed."""
    shorter = min(len(synced), len(log))
    return synced[:shorter] == log[:shorter]


def unread(request: AppendRequest) -> tuple[AppendRequest, ...]:
    """What a leader sends that cannot read the entry before: nothing, as it does not know what the request says."""
    return ()
