"""How a server and a message of the model agree with a state of the proof.

A server agrees where the proof has the same term, log, role and vote of it, and knows of everything that the server
goes by: the votes that a candidate counts, the acknowledgements that a leader counts, what is taken for committed, and
the confirmations of a read. A message agrees where the proof has it on its network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from lawful.models.first_order.facts import Facts
from lawful.models.raft.machine import Applied
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import (
    AppendAnswer,
    AppendRequest,
    InstallSnapshot,
    Message,
    Reading,
    ReadRequest,
    Role,
    Server,
    VoteAnswer,
    VoteRequest,
    term_at,
)
from lawful.models.raft.wording import log_text, message_text
from lawful.models.raft_refinement.things import Log, Things, proved_term


class ServerView(NamedTuple):
    """A server, in the numbers of the proof."""

    state: Server
    term: int
    path: tuple[int, ...]
    """The entries of its log by index, the root first."""
    read: int
    """The read that it has begun, if any."""
    done: tuple[Applied, ...] = ()
    """With sessions: what its entries come to."""


def server_view(things: Things, state: Server) -> ServerView:
    number = 0 if state.reading is None else state.reading.round
    return ServerView(state, proved_term(state.term), things.path(entries_of(state)), things.read(state.term, number))


def server_differs(things: Things, server: int, view: ServerView, facts: Facts) -> str | None:
    """What the proof says otherwise of a server."""
    state, term, path, *_ = view
    if facts.value("term", server) != term:
        return f"server {server} is in term {state.term}"
    if facts.value("last", server) != path[-1]:
        return f"server {server} has the log {log_text(entries_of(state))}"
    if state.snapshot and facts.value("snapshot", server) != path[len(state.snapshot)]:
        return f"server {server} has a snapshot of {log_text(state.snapshot)}"
    if term_at(state.log, len(state.snapshot)) != term_at(state.snapshot, len(state.snapshot)):
        return f"the log of server {server} does not follow its snapshot"
    if facts.holds("leads", server) is not (state.role is Role.LEADER):
        return f"server {server} is {'' if state.role is Role.LEADER else 'no '}leader"
    if facts.holds("stands", server) is not (state.role is Role.CANDIDATE):
        return f"server {server} is {'' if state.role is Role.CANDIDATE else 'no '}candidate"
    for candidate in things.servers:
        if facts.holds("voted", server, term, candidate) is not (state.voted_for == candidate):
            has_voted = "has not voted" if state.voted_for is None else f"voted for server {state.voted_for}"
            return f"server {server} {has_voted} in term {state.term}"
    if not _is_committed(things, path, state.commit_index, facts):
        return f"server {server} takes its log for committed up to {state.commit_index}"
    if state.role is Role.CANDIDATE:
        return _votes_differ(server, view, facts)
    return _leader_differs(things, server, view, facts) if state.role is Role.LEADER else None


def _is_committed(things: Things, path: tuple[int, ...], index: int, facts: Facts) -> bool:
    """Up to an index, some leader committed what is on the path."""
    if index == 0:
        return True
    if index >= len(path):
        return False
    return any(path[index] in things.path_to(entry) for _, entry in facts.relations["committed"])


def _is_dropped_somewhere(things: Things, path: tuple[int, ...], index: int, facts: Facts) -> bool:
    """With snapshots, who knows an entry to be committed says that it has it, wherever it got it from."""
    return "snapshot" in facts.functions and _is_committed(things, path, index, facts)


def _votes_differ(server: int, view: ServerView, facts: Facts) -> str | None:
    for voter in view.state.granted:
        if not facts.holds("voted", voter, view.term, server):
            return f"candidate {server} counts a vote of server {voter}"
    return None


def _leader_differs(things: Things, server: int, view: ServerView, facts: Facts) -> str | None:
    state, term, path, *_ = view
    for other, index in enumerate(state.match_index):
        is_known = index < len(path) and facts.holds("acknowledged", other, term, path[index])
        if other != server and index > 0 and not (is_known or _is_dropped_somewhere(things, path, index, facts)):
            return f"leader {server} counts server {other} among those who have its log up to {index}"
    index = state.commit_index
    if term_at(state.log, index) == state.term and not _has_committed(things, term, path[index], facts):
        return f"leader {server} has committed in its term, up to {index}"
    return None if state.reading is None else _reading_differs(server, view, state.reading, facts)


def _has_committed(things: Things, term: int, entry: int, facts: Facts) -> bool:
    """The leader of the term did, and not only another one that had the entry from it: it goes by that."""
    return any(entry in things.path_to(point) for by, point in facts.relations["committed"] if by == term)


def _reading_differs(server: int, view: ServerView, reading: Reading, facts: Facts) -> str | None:
    if not facts.holds("read_asked", view.read) or facts.value("read_term", view.read) != view.term:
        return f"leader {server} has begun a read"
    if reading.index >= len(view.path) or facts.value("read_point", view.read) != view.path[reading.index]:
        return f"leader {server} reads up to {reading.index}"
    for other in reading.confirmed_by:
        if not facts.holds("confirmed", other, view.read):
            return f"leader {server} counts server {other} among those who confirmed its read"
    if reading.is_served is not facts.holds("read_served", view.read):
        return f"leader {server} has {'' if reading.is_served else 'not '}served its read"
    return None


_Known: TypeAlias = Callable[[Facts], bool]


class MessageView(NamedTuple):
    """A message, and whether the proof knows of what it says."""

    message: Message
    is_known: _Known


def message_view(things: Things, message: Message) -> MessageView:
    """A message, in the numbers of the proof."""
    return MessageView(message, _known(things, message))


def message_differs(view: MessageView, facts: Facts) -> str | None:
    """What a message says and the proof does not know of."""
    if view.is_known(facts):
        return None
    return f"server {view.message.source} sends: {message_text(view.message)}"


def _known(things: Things, message: Message) -> _Known:
    term = proved_term(message.term)
    match message:
        case VoteRequest(pre=False):
            return _request_known(things, message, term)
        case VoteAnswer(granted=True, pre=False):
            return lambda facts: facts.holds("voted", message.source, term, message.destination)
        case AppendRequest():
            return _append_known(things, message, term)
        case AppendAnswer():
            return _answer_known(things, message, term)
        case InstallSnapshot():
            return _chunk_known(things, message, term)
        case ReadRequest():
            return lambda facts: any(
                len(things.log(entry)) >= message.known for _, entry in facts.relations["committed"]
            )
    return lambda facts: True


def _request_known(things: Things, request: VoteRequest, term: int) -> _Known:
    ends = (request.last_index, request.last_term)

    def is_asked(facts: Facts) -> bool:
        asked = facts.relations["asked"]
        return any(one[:2] == (request.source, term) and _ends(things.log(one[2])) == ends for one in asked)

    return is_asked


def _ends(log: Log) -> tuple[int, int]:
    return len(log), term_at(log, len(log))


def _append_known(things: Things, request: AppendRequest, term: int) -> _Known:
    """What was sent is of the leader's log, which is one path: its index tells which entry it is."""
    index = request.previous_index + len(request.entries)

    def is_sent(facts: Facts) -> bool:
        if request.round and not facts.holds("read_asked", things.read(request.term, request.round)):
            return False
        if index == 0:
            return True
        sent = {entry for sent_term, entry in facts.relations["sent"] if sent_term == term}
        if not request.entries:
            sent |= _dropped_somewhere(things, index, facts)
        return any(_is_of(things.log(entry), request) and commits(entry, facts) for entry in sent)

    def commits(entry: int, facts: Facts) -> bool:
        return _is_committed(things, things.path_to(entry), request.commit_index, facts)

    return is_sent


def _is_of(log: Log, request: AppendRequest) -> bool:
    """A log ends with what is sent, after what it says comes before."""
    previous = request.previous_index
    return log[previous:] == request.entries and term_at(log, previous) == request.previous_term


def _dropped_somewhere(things: Things, index: int, facts: Facts) -> set[int]:
    """With snapshots: the entries at an index that are committed, so that they may be gone from logs."""
    if "snapshot" not in facts.functions:
        return set()
    paths = (things.path_to(entry) for _, entry in facts.relations["committed"])
    return {path[index] for path in paths if index < len(path)}


def _chunk_known(things: Things, chunk: InstallSnapshot, term: int) -> _Known:
    def is_offered(facts: Facts) -> bool:
        return any(
            offered_term == term and _is_part(chunk, things.log(entry))
            for offered_term, entry in facts.relations["offered"]
        )

    return is_offered


def _is_part(chunk: InstallSnapshot, contents: Log) -> bool:
    """The chunk is one of a snapshot with these contents, which go out backwards."""
    end = chunk.offset + len(chunk.data)
    ends = (len(contents), term_at(contents, len(contents)))
    return ends == (chunk.last_index, chunk.head.term) and contents[::-1][chunk.offset : end] == chunk.data


def _answer_known(things: Things, answer: AppendAnswer, term: int) -> _Known:
    def is_given(facts: Facts) -> bool:
        if answer.round and not facts.holds("confirmed", answer.source, things.read(answer.term, answer.round)):
            return False
        if not answer.success or answer.match_index == 0:
            return True
        return bool(_dropped_somewhere(things, answer.match_index, facts)) or any(
            (server, in_term) == (answer.source, term) and len(things.log(entry)) == answer.match_index
            for server, in_term, entry in facts.relations["acknowledged"]
        )

    return is_given
