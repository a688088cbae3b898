"""Hypothesis strategies for Raft: behaviours of the model, and states and messages on their way. Needs Hypothesis.

    from hypothesis import given
    from lawful.conformance.raft_strategies import servers

    @given(servers(Raft(Bounds())))
    def test_a_vote_is_for_a_server(server):
        assert server.voted_for in (None, 0, 1, 2)

What is drawn can be reached: it is never a state or a message that the model does not come to within its bounds. So a
test of your own code can start wherever Raft may be. All shrink towards short behaviours.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from lawful.checkers.exploration.behaviour import Moment, Move, follow, moved
from lawful.checkers.exploration.local_moves import LocalMoves
from lawful.models.raft.raft import Raft
from lawful.models.raft.state import Message, Server

STEPS = 30
"""The longest behaviour, by default, without what comes first."""


@st.composite
def behaviours(draw: st.DrawFn, model: Raft, steps: int = STEPS, after: Sequence[Move] = ()) -> tuple[Move, ...]:
    """Moves that the model allows within its bounds, one after the other; `after` always comes first.

    Raises `NoSuchMove` where the model does not allow what comes first.
    """
    return tuple(_drawn(draw, model, steps, after)[0])


@st.composite
def clusters(draw: st.DrawFn, model: Raft, steps: int = STEPS, after: Sequence[Move] = ()) -> Moment:
    """The states of all servers, and the messages in flight."""
    return _drawn(draw, model, steps, after)[1]


def servers(model: Raft, steps: int = STEPS, after: Sequence[Move] = ()) -> st.SearchStrategy[Server]:
    """The state of one server."""
    return clusters(model, steps, after).flatmap(lambda moment: st.sampled_from(moment.states))


def messages(model: Raft, steps: int = STEPS, after: Sequence[Move] = ()) -> st.SearchStrategy[Message]:
    """A message that a server sends: the last one of a behaviour in which any was sent."""
    return behaviours(model, steps, after).map(_sent).filter(bool).map(lambda sent: sent[-1])


def _sent(behaviour: Sequence[Move]) -> tuple[Message, ...]:
    return tuple(message for move in behaviour for message in move.step.sends)


def _drawn(draw: st.DrawFn, model: Raft, steps: int, after: Sequence[Move]) -> tuple[list[Move], Moment]:
    tables = LocalMoves(model)
    behaviour, moment = list(after), follow(model, after)[-1]
    for _ in range(draw(st.integers(0, steps))):
        options = tables.options(tables.place(moment))
        if not options:
            break
        # First which action: of those with many messages or receivers there would be too many otherwise.
        action = draw(st.sampled_from(list(dict.fromkeys(one.move.step.action for one in options))))
        move = draw(st.sampled_from([one.move for one in options if one.move.step.action == action]))
        behaviour.append(move)
        moment = moved(moment, move)
    return behaviour, moment
