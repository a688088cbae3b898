"""PySyncObj's own transport with two guards against defects of PySyncObj 0.3.17; see TRACK_RECORD.md for the proofs.

Guard 1, entries that are sent again. The leader sends entries again while their acknowledgements are on the way
(an acknowledgement of entry 5 makes it send from 6, though 6 to 9 are sent already). The follower cuts its journal
back to the first of them before it appends them anew. Killed in between, it has lost entries that it had
acknowledged, on which a commit may rest. Raft cuts back only at an entry that differs (Ongaro and Ousterhout 2014,
figure 2, AppendEntries, step 3). So what a leader and this node have agreed on is taken off such a message before
PySyncObj sees it. That is sound, because a leader never changes its log within its term: the same leader in the same
term sends the same entries. It relies on messages that hold all entries up to the end of the leader's log (see
`appendEntriesBatchSizeBytes` in `node`).

Guard 2, requests of an earlier life. A follower numbers the commands that it forwards 1, 2, 3, …, from 1 again after
a restart. The answer to command 1 of its former life is then taken for the answer to its present command 1, and a
client is told the fate of somebody else's command. So the numbers carry the life that they belong to, and answers to
another life are dropped.

Assumption: connections are first in, first out, and one process is one life.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pysyncobj.transport import TCPTransport


class Agreement(NamedTuple):
    """The logs of a leader and of this node are the same up to `last_index`, as long as `leader_term` lasts."""

    leader_term: int
    last_index: int
    entry_term: int
    """The term of the entry at `last_index`."""


class GuardedTransport(TCPTransport):  # type: ignore[misc]  # PySyncObj has no type hints
    """Passed to PySyncObj as `transportClass`."""

    def __init__(self, sync_object: Any, self_node: Any, other_nodes: Sequence[Any]) -> None:
        super().__init__(sync_object, self_node, other_nodes)
        self._life = secrets.token_hex(8)
        self._agreed: Agreement | None = None
        self._in_progress: Agreement | None = None

    def send(self, node: Any, message: Any) -> bool:
        """Called by PySyncObj with each message to a peer."""
        if isinstance(message, dict):
            if message.get("type") == "apply_command" and "request_id" in message:
                message = {**message, "request_id": (self._life, message["request_id"])}
            elif message.get("type") == "next_node_idx" and message["success"]:
                self._acknowledged(message["next_node_idx"] - 1)
        return bool(super().send(node, message))

    def _onMessageReceived(self, node: Any, message: Any) -> None:  # noqa: N802
        """Called by the connections with each message from a peer."""
        if message["type"] == "apply_command_response":
            life, number = message["request_id"]
            if life == self._life:
                super()._onMessageReceived(node, {**message, "request_id": number})
            return
        if message["type"] != "append_entries" or "prevLogIdx" not in message or "transmission" in message:
            super()._onMessageReceived(node, message)
            return
        trimmed = without_agreed_entries(message, self._agreed)
        self._in_progress = agreement_on(trimmed)
        try:
            super()._onMessageReceived(node, trimmed)
        finally:
            self._in_progress = None

    def _acknowledged(self, index: int) -> None:
        if self._in_progress is not None and self._in_progress.last_index == index:
            self._agreed = self._in_progress


def agreement_on(message: Mapping[str, Any]) -> Agreement:
    """What holds once an append_entries message is acknowledged."""
    entries = message.get("entries") or ()
    _, index, entry_term = entries[-1] if entries else (None, message["prevLogIdx"], message["prevLogTerm"])
    return Agreement(message["term"], index, entry_term)


def without_agreed_entries(message: Mapping[str, Any], agreed: Agreement | None) -> Mapping[str, Any]:
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
