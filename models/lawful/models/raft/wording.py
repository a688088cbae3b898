"""What users read about the steps of Raft: messages, logs, and what a step changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from lawful.models.raft.state import (
    MISSING,
    AppendAnswer,
    AppendRequest,
    Disk,
    Entry,
    InstallSnapshot,
    Lease,
    Message,
    Promise,
    Reading,
    ReadRequest,
    Receiving,
    Server,
    TimeoutNow,
    TimePassed,
    VoteRequest,
)

_LABELS = {
    "voted_for": "vote",
    "commit_index": "commit",
    "next_index": "next",
    "match_index": "match",
    "is_heir": "heir",
    "disk": "on disk",
    "snapshot": "in snapshot",
}


def message_text(message: Message) -> str:
    """A message without its addresses: `vote request, term 2, log of 0 ending in term 0`."""
    if isinstance(message, VoteRequest):
        kind = "pre-vote" if message.pre else "vote"
        what = f"{kind} request, term {message.term}, log of {message.last_index}"
        return f"{what} ending in term {message.last_term}" if message.last_index else what
    if isinstance(message, AppendRequest):
        after = f"{message.previous_index} of term {message.previous_term}" if message.previous_index else "0"
        what = f"append {log_text(message.entries)} after {after}" if message.entries else f"heartbeat after {after}"
        asked = f"{_round_text(message.round)}{_lease_text(message.lease)}"
        return f"{what}, term {message.term}, commit {message.commit_index}{asked}"
    if isinstance(message, InstallSnapshot):
        which = "last chunk" if message.done else f"chunk {message.offset}"
        return f"{which} of snapshot {log_text((message.head,))} of {message.last_index}, term {message.term}"
    if isinstance(message, TimeoutNow):
        return f"stand for election now, term {message.term}"
    if isinstance(message, ReadRequest):
        return f"read, of all up to {message.known} at least"
    if isinstance(message, AppendAnswer):
        what = f"matches up to {message.match_index}" if message.success else "append refused"
        return f"{what}, term {message.term}{_round_text(message.round)}{_lease_text(message.lease)}"
    if isinstance(message, TimePassed):
        return f"time passes after lease {message.lease}"
    what = f"{'pre-vote' if message.pre else 'vote'} {'granted' if message.granted else 'refused'}"
    return f"{what}, term {message.term}"


def _round_text(number: int) -> str:
    return f", after read {number} began" if number else ""


def _lease_text(number: int) -> str:
    return f", lease {number}" if number else ""


def _entry_text(entry: Entry) -> str:
    if entry == MISSING:
        return "·"
    if entry.members is not None:
        joint = "" if entry.joining is None else f"→{_value_text(entry.joining)}"
        learners = f", learners {_value_text(entry.learners)}" if entry.learners else ""
        return f"{entry.term}:{_value_text(entry.members)}{joint}{learners}"
    if entry.value == 0:
        return f"({entry.term})"
    sequence = f"#{entry.sequence}" if entry.sequence else ""
    value = f":v{entry.value}" if entry.value != 1 else ""
    return f"{entry.term}{value}{sequence}"


def log_text(log: Iterable[Entry]) -> str:
    """The terms of the entries, and their values where there is more than one to choose from: `[1 2 3:v2]`.

    Of a snapshot, `[· (2) 3]`: it stands for two entries, the second of term 2.
    """
    return f"[{' '.join(map(_entry_text, log))}]"


def state_text(server: Server) -> str:
    """The state of a server without what the others have: `term 2, follower, vote 0, log [2], commit 1`."""
    vote = "none" if server.voted_for is None else server.voted_for
    return f"term {server.term}, {server.role}, vote {vote}, log {log_text(server.log)}, commit {server.commit_index}"


def change_text(before: Server, after: Server) -> str:
    """What a step changed, and nothing else: `term 1 → 2, role follower → candidate`."""
    return ", ".join(_changes(before, after))


def _changes(before: Server, after: Server) -> Iterator[str]:
    for field in fields(Server):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield f"{_LABELS.get(field.name, field.name)} {_value_text(old)} → {_value_text(new)}"


def _value_text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, Reading):
        done = "served" if value.is_served else f"confirmed by {_value_text(value.confirmed_by)}"
        return f"{value.round} up to {value.index}, {done}"
    if isinstance(value, Lease):
        state = "given up" if value.is_given_up else "over" if value.is_over else ""
        return f"{value.number} {state or f'promised by {_value_text(value.promised_by)}'}"
    if isinstance(value, Promise):
        return f"lease {value.lease} of server {value.leader}"
    if isinstance(value, Receiving):
        return f"{log_text(value.data)} of snapshot {log_text((value.head,))} of {value.last_index}"
    if isinstance(value, Disk):
        return f"term {value.term}, vote {_value_text(value.voted_for)}, log {log_text(value.log)}"
    if isinstance(value, frozenset):
        return f"{{{' '.join(map(str, sorted(value)))}}}"
    if isinstance(value, tuple):
        if all(isinstance(one, Entry) for one in value):
            return log_text(value)
        return f"({' '.join(map(str, value))})"
    return str(value)
