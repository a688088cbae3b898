"""How what state machines do in the proof agrees with what entries come to in the model.

A server of the model has no state machine: what its entries come to is worked out from its log, up to where it takes it
for committed, by the rules of the model. In the proof each entry is applied by a step of its own, and answered by one.
So where the model takes more for committed, the proof applies entry after entry, and a leader answers those of its
term. Where the model takes less for committed because a message came late, the state machine of the proof is further,
and stays so: it has applied all of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.first_order.facts import Facts, Fixed
from lawful.models.raft.client_properties import Clients
from lawful.models.raft.machine import Applied
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import Role, Server
from lawful.models.raft_proof.sessions import client_of, number_at_most, number_nought, number_of
from lawful.models.raft_refinement.things import Things
from lawful.models.refinement import ProofStep


def session_meaning(things: Things) -> Fixed:
    """What the symbols about commands mean: each command has a client of its own, and the root has no command."""
    return {
        client_of.name: lambda entry: things.log(entry)[-1].value if entry else 0,
        number_of.name: lambda entry: things.log(entry)[-1].sequence if entry else 0,
        number_at_most.name: int.__le__,
        number_nought.name: lambda: 0,
    }


def applied_by(things: Things, server: int, after: Server, first: int) -> tuple[ProofStep, ...]:
    """The entries from index `first` on are applied, as far as the server takes its log for committed.

    Some of it may have been applied before a late message took the commit index back.
    """
    log = entries_of(after)
    path = things.path(log)
    found: list[ProofStep] = []
    for index in range(first, min(after.commit_index, len(log)) + 1):
        found.append(ProofStep("apply_entry", (server, path[index], None, None), is_optional=True))
        entry = log[index - 1]
        if after.role is Role.LEADER and entry.term == after.term:
            found.append(ProofStep("answer", (server, entry.value, entry.sequence), is_optional=True))
    return tuple(found)


def done_by(clients: Clients, state: Server) -> tuple[Applied, ...]:
    """What the entries of a server come to, up to where it takes them for committed or answers them."""
    return clients.applied(state, max(state.commit_index, _answered_up_to(clients, state)))


def _answered_up_to(clients: Clients, state: Server) -> int:
    return clients.rules.answered_up_to(state) if state.role is Role.LEADER else 0


def sessions_differ(
    things: Things, clients: Clients, server: int, state: Server, done: Sequence[Applied], facts: Facts
) -> str | None:
    """What the proof says otherwise of what a server applied, of what took effect, and of whom it answered."""
    log = entries_of(state)
    path = things.path(log)
    applied = things.path_to(facts.value("applied", server))
    if path[: state.commit_index + 1] != applied[: state.commit_index + 1]:
        return f"server {server} has applied its log up to {state.commit_index}"
    for index, one in enumerate(done[: state.commit_index], 1):
        if facts.holds("took_effect", server, path[index]) is not one.took_effect:
            return f"at server {server} the entry {index} takes {'' if one.took_effect else 'no '}effect"
    for index, one in enumerate(done[: _answered_up_to(clients, state)], 1):
        if one.answer is not None and log[index - 1].term == state.term:
            results = (
                path.index(result)
                for client, number, result in facts.relations["answered"]
                if (client, number) == (one.command, one.sequence) and result in path[: len(done) + 1]
            )
            if not any(done[found - 1].answer == one.answer for found in results):
                return f"leader {server} answers the entry {index}"
    return None
