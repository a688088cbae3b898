"""Broken twins that take an answer for more than it says, or that had promised more than they keep.

`models.raft.mistakes` has them with all others.
"""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import LOSE, REPEAT, Choice
from lawful.models.raft import election, raft, replication, rules
from lawful.models.raft.mistake import elected, mistake, proposed, refused, replicated, stood
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import AppendAnswer, Role, Server
from lawful.specs.raft import ELECTION_SAFETY, LEADER_COMPLETENESS

_COMMITTED = (*stood(0), *elected(0, 1), *proposed(0), *replicated(0, 1), Choice(0, replication.COMMIT))

LED_BY_ITSELF = (
    *stood(0),
    Choice(0, election.ASK_FOR_VOTE, 0),
    Choice(0, election.ANSWER_VOTE_REQUEST, 0),
    Choice(0, REPEAT, 0),
    Choice(0, election.COUNT_VOTE, 0),
    Choice(0, election.COUNT_VOTE, 0),
    Choice(0, election.BECOME_LEADER),
)
"""Server 0 leads term 2 by its own vote, whose answer came twice."""

ENTRY_TAKEN_BACK = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    *stood(2, 2),
    *elected(2, 1),
    *proposed(2),
    Choice(0, raft.RESTART),
    *stood(0, 2),
    *elected(0, 1),
    *refused(0, 1),
    *replicated(0, 1)[:-1],
    Choice(2, raft.RESTART),
    *stood(2, 2),
    *elected(2, 1),
    *refused(2, 1),
    Choice(2, replication.SEND_ENTRIES, 1),
    Choice(1, replication.REMOVE_CONFLICT, 2),
    Choice(1, LOSE, 2),
    Choice(2, replication.SEND_ENTRIES, 0),
    Choice(0, raft.ADOPT_TERM, 2),
    Choice(0, replication.ANSWER_APPEND, 2),
    Choice(2, replication.NOTE_MATCH, 0),
    Choice(2, replication.SEND_ENTRIES, 0),
    Choice(0, replication.REMOVE_CONFLICT, 2),
    Choice(0, LOSE, 2),
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    Choice(2, raft.RESTART),
    *stood(2, 2),
)
"""Server 0 leads term 6 and has a new entry at index 1, where it had one of term 2 before. In term 4 server 1
acknowledged that one, which was not committed as it was of an earlier term; its answer is still in flight. Since then
both removed it for a leader of term 5, server 2, which stands again."""

SHORTER_FOLLOWER = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    Choice(0, raft.RESTART),
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    *stood(2, 3),
)
"""Server 0 leads term 3 and has two entries. Server 1 has none; the leader takes it to have the first."""

COMMIT_KNOWN = (
    *_COMMITTED,
    Choice(0, replication.SEND_ENTRIES, 1),
    Choice(1, replication.ANSWER_APPEND, 0),
)
"""An entry is on servers 0 and 1, and both know that it is committed."""


def _by_number(server: Server, voter: int) -> frozenset[int]:
    return frozenset(range(len(server.granted) + 1))


def _any_term(server: Server, answer: AppendAnswer) -> bool:
    return True


def _refusal_as_well(server: Server, answer: AppendAnswer) -> int:
    sent = min(server.next_index[answer.source], len(server.log))
    return answer.match_index if answer.success else sent


def _leading_on(server: Server, term: int) -> Server:
    after = rules.adopted(server, term)
    return replace(after, role=Role.LEADER) if server.role is Role.LEADER else after


def _last_entry_lost(server: Server, servers: int) -> Server:
    return replace(rules.restarted(server, servers), log=server.log[:-1])


def _leaders_entry_lost(server: Server, servers: int) -> Server:
    return (_last_entry_lost if server.role is Role.LEADER else rules.restarted)(server, servers)


def _followers_entry_lost(server: Server, servers: int) -> Server:
    return (rules.restarted if server.role is Role.LEADER else _last_entry_lost)(server, servers)


MISTAKES_OF_ANSWERS = (
    mistake(
        "vote-counted-twice",
        "A candidate counts votes by their number, and the same vote again when its answer comes twice",
        "akka-raft 50",
        ELECTION_SAFETY,
        Bounds(log=0, messages=2),
        LED_BY_ITSELF,
        with_vote=_by_number,
    ),
    mistake(
        "leader-of-a-later-term",
        "A leader that hears of a later term goes on to lead, in that term",
        "Raft, section 5.1; nebula 2419",
        ELECTION_SAFETY,
        Bounds(terms=3, log=0),
        (*stood(0), *elected(0, 1)),
        adopted=_leading_on,
    ),
    mistake(
        "late-acknowledgement-counts",
        "A leader counts acknowledgements that it got for a log of an earlier term",
        "Raft, section 5.3",
        LEADER_COMPLETENESS,
        Bounds(terms=7, messages=2),
        ENTRY_TAKEN_BACK,
        is_current=_any_term,
    ),
    mistake(
        "refusal-acknowledges",
        "A leader takes a refusal for an acknowledgement of what it sent",
        "CCF, specification of consensus",
        LEADER_COMPLETENESS,
        Bounds(terms=4, log=2),
        SHORTER_FOLLOWER,
        acknowledged=_refusal_as_well,
    ),
    mistake(
        "leader-tail-not-persisted",
        "A leader counts itself for an entry that is not on its disk, and loses it when it restarts",
        "etcd 14370; hashicorp/raft 507",
        LEADER_COMPLETENESS,
        Bounds(terms=3),
        COMMIT_KNOWN,
        restarted=_leaders_entry_lost,
    ),
    mistake(
        "follower-tail-not-persisted",
        "A follower acknowledges an entry that is not on its disk, and loses it when it restarts",
        "yugabyte 32875; hashicorp/raft 507",
        LEADER_COMPLETENESS,
        Bounds(terms=3),
        COMMIT_KNOWN,
        restarted=_followers_entry_lost,
    ),
)
