"""PySyncObj's own transport with three guards against defects of PySyncObj 0.3.17; TRACK_RECORD.md has the proofs.

Entries that are sent again. A leader sends entries again while their acknowledgements are on the way (told that entry
5 has arrived it goes on from 6, though 6 to 9 are sent already). The follower cuts its journal back to the first of
them and appends them anew. Killed in between, it has lost entries that it had acknowledged, on which a commit may
rest. Raft cuts back only at an entry that differs (Ongaro and Ousterhout 2014, figure 2, AppendEntries, step 3). So
what a leader and this node have agreed on is taken off a message before PySyncObj sees it. That is sound, because a
leader never changes its own log: the same leader in the same term sends the same entries.

Requests to go back. A follower that lacks the entry before those it was sent asks the leader to go back; where its
own entry differs, by one entry at a time. Under load many messages are on the way by then, and each is answered with
such a request, from the end of the follower's log again: the search never gets further, and the follower stays behind
for as long as the load lasts. So after one request the others are held back until the leader has followed it.

Answers to another life. A follower numbers the commands that it forwards 1, 2, 3, … from 1 again after a restart. The
answer to command 1 of its former life is then taken for the answer to its present command 1, and a client is told the
fate of somebody else's command. So the numbers carry the life that they belong to, and answers to another are dropped.

Assumption: connections are first in, first out, and one process is one life. Entries are not sent in parts (see
`appendEntriesBatchSizeBytes` in `node`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lawful.conformance.backends.raft.library import TCPTransport

_PATIENCE_S = 0.5
"""After which a request to go back is repeated: the connection that it went into may have broken."""

Message = Mapping[str, Any]


class Agreement(NamedTuple):
    """The logs of a leader and of this node are the same up to `last_index`, as long as `leader_term` lasts."""

    leader_term: int
    last_index: int
    entry_term: int
    """The term of the entry at `last_index`."""


class GoBack(NamedTuple):
    """A leader was asked to go back and send what follows `before_index`."""

    leader_term: int
    before_index: int
    patience_ends_s: float


class GuardedTransport(TCPTransport):  # type: ignore[misc]  # PySyncObj has no type hints
    """Passed to PySyncObj as `transportClass`. Everything happens in PySyncObj's own thread."""

    def __init__(self, sync_object: Any, self_node: Any, other_nodes: Sequence[Any]) -> None:
        super().__init__(sync_object, self_node, other_nodes)
        self._life = secrets.token_hex(8)
        self._entries: Message | None = None
        """The append_entries message that PySyncObj is busy with."""
        self._agreed: Agreement | None = None
        self._asked: GoBack | None = None

    def send(self, node: Any, message: Any) -> bool:
        """Called by PySyncObj with each message to a peer."""
        if isinstance(message, dict):
            match message.get("type"):
                case "apply_command" if "request_id" in message:
                    message = {**message, "request_id": (self._life, message["request_id"])}
                case "next_node_idx" if self._entries is not None and message["success"]:
                    self._agree(agreement_on(self._entries), message["next_node_idx"] - 1)
                case "next_node_idx" if self._entries is not None and message["reset"]:
                    if not self._ask(self._entries, message["next_node_idx"] - 1):
                        return True
        return bool(super().send(node, message))

    def _onMessageReceived(self, node: Any, message: Any) -> None:  # noqa: N802
        """Called by the connections with each message from a peer."""
        if message["type"] == "apply_command_response":
            life, number = message["request_id"]
            if life == self._life:
                super()._onMessageReceived(node, {**message, "request_id": number})
            return
        # Without a previous entry it is a part of a snapshot, or comes from a leader that has lost its own place.
        if message["type"] != "append_entries" or message.get("prevLogIdx") is None or "transmission" in message:
            super()._onMessageReceived(node, message)
            return
        self._entries = without_agreed_entries(message, self._agreed)
        try:
            super()._onMessageReceived(node, self._entries)
        finally:
            self._entries = None

    def _agree(self, agreement: Agreement, acknowledged_index: int) -> None:
        if agreement.last_index == acknowledged_index:
            self._agreed = agreement

    def _ask(self, entries: Message, before_index: int) -> bool:
        """Whether to ask the leader to go back, or to wait for what it was asked before."""
        now_s = time.monotonic()
        if is_awaiting(self._asked, entries, now_s):
            return False
        self._asked = GoBack(entries["term"], before_index, now_s + _PATIENCE_S)
        return True


def agreement_on(message: Message) -> Agreement:
    """What holds once an append_entries message is acknowledged."""
    entries = message.get("entries") or ()
    _, index, entry_term = entries[-1] if entries else (None, message["prevLogIdx"], message["prevLogTerm"])
    return Agreement(message["term"], index, entry_term)


def without_agreed_entries(message: Message, agreed: Agreement | None) -> Message:
    """An append_entries message that says the same, but begins no earlier than where the logs have been agreed on.

    >>> agreed = Agreement(leader_term=4, last_index=6, entry_term=3)
    >>> again = {"term": 4, "prevLogIdx": 5, "prevLogTerm": 3, "entries": [("b", 6, 3), ("c", 7, 4)]}
    >>> without_agreed_entries(again, agreed)
    {'term': 4, 'prevLogIdx': 6, 'prevLogTerm': 3, 'entries': [('c', 7, 4)]}
    """
    if agreed is None or message["term"] != agreed.leader_term or message["prevLogIdx"] >= agreed.last_index:
        return message
    rest = [entry for entry in message.get("entries") or () if entry[1] > agreed.last_index]
    return {**message, "prevLogIdx": agreed.last_index, "prevLogTerm": agreed.entry_term, "entries": rest}


def is_awaiting(asked: GoBack | None, message: Message, now_s: float) -> bool:
    """Whether an append_entries message left its leader before that heard what it was `asked`."""
    return (
        asked is not None
        and message["term"] == asked.leader_term
        and message["prevLogIdx"] > asked.before_index
        and now_s < asked.patience_ends_s
    )
