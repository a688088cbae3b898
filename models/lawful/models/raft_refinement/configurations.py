"""What the proof says of configurations, in terms of the model whose members change one at a time.

An entry that carries members sets a configuration; the root sets the first one. Learners have no vote, so to the proof
a configuration is its members. This does not ask the rules of the model: a model with wrong rules would be asked about
itself.
"""

from __future__ import annotations

from lawful.models.first_order.facts import Fixed
from lawful.models.raft_proof.configurations import adjacent, configuration, quorum_of, replaced
from lawful.models.raft_refinement.things import Things


def configuration_meaning(things: Things, first: frozenset[int]) -> Fixed:
    """What the symbols about configurations mean. `first`: the members at first."""

    def configuration_in(entry: int) -> int:
        path, log = things.path_to(entry), things.log(entry)
        return next((path[index] for index in range(len(log), 0, -1) if log[index - 1].members is not None), 0)

    def replaced_by(entry: int) -> int:
        return configuration_in(things.path_to(entry)[-2]) if entry else 0

    def members(entry: int) -> frozenset[int]:
        """Those whom the entry sets, or those in force there."""
        setting = configuration_in(entry)
        found = things.log(setting)[-1].members if setting else None
        return first if found is None else found

    def is_quorum_of(quorum: int, entry: int) -> bool:
        who = members(entry)
        return 2 * len(things.quorum(quorum) & who) > len(who)

    return {
        configuration.name: configuration_in,
        replaced.name: replaced_by,
        quorum_of.name: is_quorum_of,
        adjacent.name: lambda one, other: len(members(one) ^ members(other)) <= 1,
    }
