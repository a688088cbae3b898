"""What clients notice of a step, in words: which commands a server applied, and what a leader answered."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.models.raft.client_properties import Clients
from lawful.models.raft.machine import Applied
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import Role, Server


def client_lines(clients: Clients, before: Server, after: Server) -> Iterator[str]:
    """One line for each entry that the step applied, and for each answer that it gave."""
    done = clients.applied(after, len(entries_of(after)))
    for index in range(before.commit_index + 1, min(after.commit_index, len(done)) + 1):
        if done[index - 1].command:
            yield f"applies {index}: {_carried_out_text(clients, done[index - 1])}"
    for index in _answered(clients, before, after):
        one = done[index - 1]
        if one.answer is not None:
            yield f"answers client {one.command}: {clients.machine.answer_text(one.answer)}"


def command_lines(clients: Clients) -> Iterator[str]:
    """What each client asks for."""
    for command in range(1, clients.machine.size + 1):
        yield f"client {command} asks for {clients.machine.command_text(command)}"


def _answered(clients: Clients, before: Server, after: Server) -> Iterator[int]:
    """The indices of entries of its own term that a leader answers by this step."""
    if after.role is not Role.LEADER:
        return
    went_on = before.role is Role.LEADER and before.term == after.term
    first = clients.rules.answered_up_to(before) if went_on else 0
    entries = entries_of(after)
    for index in range(first + 1, min(clients.rules.answered_up_to(after), len(entries)) + 1):
        if entries[index - 1].term == after.term and entries[index - 1].value:
            yield index


def _carried_out_text(clients: Clients, one: Applied) -> str:
    command = clients.machine.command_text(one.command)
    asked = f"{command} #{one.sequence}" if one.sequence else command
    if one.took_effect:
        assert one.answer is not None
        return f"{asked} → {clients.machine.answer_text(one.answer)}"
    return f"{asked}, which took effect before"
