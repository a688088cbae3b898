"""A partial-order reduction for steps of different servers: whose turn it is where the network is full.

Steps of different servers commute but for two things: one may send what the other receives, and both may need the same
free place among the messages in flight. Where as many messages are in flight as the bounds allow, nobody can send
without receiving. Then a server to which nothing is on its way can neither receive nor send: what it does is seen by
nobody, and takes no place. So only the servers for which there is a message move; the others do later what they would
have done now. This is a persistent set in the sense of Godefroid and Wolper (1993).

Claim: for each behaviour of the whole search there is one of the reduced search that takes the same steps of servers,
possibly in another order, and possibly loses some messages more. By induction over the steps that are left, and then
over the messages in flight. Let the network be full, and let R be the servers for which there is a message.

- A step of R comes sooner or later. What is before its first step is done by others, and neither receives nor sends.
  So that step is possible at once, takes no further place in the network, and goes first; one step less is left.
- No step of R comes. Then a message is lost first, which is possible at once and hinders nobody. Now the network is
  not full, and everybody moves.

Hence every state of a server, every combination of the states of all servers and every step of a server that the whole
search meets, the reduced search meets as well, and a state without any step too, since nothing is in flight there. So
it has the same verdict on each property that speaks of these. Whose turn it is depends on the state alone, and each
step of the induction ends, so that nobody is put off for ever, whatever cycles there are. What is not kept: the counts,
and that a counterexample is a shortest one. With places left, or where nothing may be in flight, nothing is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.network import network_of
from lawful.checkers.exploration.step_table import NOTHING, StepTable
from lawful.models.local_steps import LOSE, AnyModel

Ints = NDArray[Any]


def is_reducible(model: AnyModel) -> bool:
    """Whether the claim holds: where no message is ever lost, the second case of the induction fails."""
    return LOSE in network_of(model)


def movers(table: StepTable, rows: Ints) -> NDArray[np.bool_]:
    """By server and row, whether it is the turn of the server."""
    servers = table.model.servers
    messages = rows[:, servers:]
    if not messages.shape[1]:
        return np.ones((servers, len(rows)), np.bool_)
    # Messages stand in rising order behind the free places: the network is full where the first place is taken.
    has_room = messages[:, 0] == NOTHING
    destinations = table.destinations[messages]
    return np.stack([has_room | (destinations == server).any(axis=1) for server in range(servers)])
