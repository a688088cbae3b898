"""What Raft replicates: the sequential models of tables, client sessions, and what is promised to clients."""

from __future__ import annotations

from itertools import product

import pytest

from lawful.checkers.exploration.behaviour import follow, guided
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.result import Exploration
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import Choice
from lawful.models.raft.client_properties import Clients
from lawful.models.raft.client_wording import client_lines
from lawful.models.raft.features import NO_FEATURES, Feature, Features
from lawful.models.raft.judged import clients_of, judged
from lawful.models.raft.machine import Applied, Counting, Machine, applied
from lawful.models.raft.mistake import elected, replicated, stood
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.replication import COMMIT, PROPOSE
from lawful.models.raft.rules import RAFT_RULES
from lawful.models.raft.state import Entry, Role, Server, first_state
from lawful.models.raft.task_store_machine import COMMANDS, TableMachine
from lawful.specs.raft import EXACTLY_ONCE, LINEARIZABLE_OPERATIONS, SAME_STATE

SESSIONS: Features = frozenset({Feature.SESSIONS})


def explored(model: Raft) -> Exploration:
    found = explore(model, judged(model), Budget(None, None), symmetric=True)
    assert found.verdict is Verdict.LAWFUL, found.violation
    return found


def asked(*entries: tuple[int, int]) -> tuple[Entry, ...]:
    """A log of commands with their sequence numbers."""
    return tuple(Entry(2, command, sequence=sequence) for command, sequence in entries)


def become(machine: Machine, log: tuple[Entry, ...], *, sessions: bool = True) -> tuple[Applied, ...]:
    return applied(machine, log, tuple(range(1, len(log) + 1)), RAFT_RULES.takes_effect if sessions else None)


def server(log: tuple[Entry, ...], commit_index: int, role: Role = Role.FOLLOWER, term: int = 2) -> Server:
    first = first_state(2)
    return Server(term, None, log, role, commit_index, first.answered, first.granted, (1, 1), (0, 0))


def test_a_command_that_is_asked_for_again_takes_effect_once_and_has_the_same_answer() -> None:
    jobs = TableMachine("jobs", 2)
    log = asked((1, 1), (2, 1), (1, 1), (2, 1), (1, 2))
    done = become(jobs, log)
    assert [one.took_effect for one in done] == [True, True, False, False, True]
    assert [one.answer for one in done[::2]] == ["true", "true", "false"], "the second job of that name is refused"
    assert done[3].answer == done[1].answer
    assert done[3].state == done[1].state
    assert [one.took_effect for one in become(jobs, log, sessions=False)] == [True] * 5
    assert become(jobs, log, sessions=False)[2].answer == "false"


def test_a_client_that_has_moved_on_is_not_answered_any_more() -> None:
    done = become(Counting(), asked((1, 1), (1, 2), (1, 1)))
    assert [one.answer for one in done] == ["1", "2", None]
    assert done[-1].state == 2


def test_a_change_of_membership_is_no_command() -> None:
    log = (*asked((1, 1)), Entry(2, 0, members=frozenset({0})), *asked((1, 2)))
    assert [one.answer for one in become(Counting(), log)] == ["1", None, "2"]


@pytest.mark.parametrize("table", COMMANDS)
def test_what_a_server_carries_out_is_what_the_sequential_model_allows(table: str) -> None:
    machine = TableMachine(table, len(COMMANDS[table]))
    seen = set()
    for commands in product(range(1, machine.size + 1), repeat=4):
        done = become(machine, asked(*((command, 0) for command in commands)), sessions=False)
        states = {machine.initial()}
        for one in done:
            states = {after for state in states for after in machine.following(state, one.command, one.answer)}
            seen.add((one.command, one.answer))
        assert states, commands
        assert not machine.following(machine.initial(), commands[0], '"nothing of the kind"')
    assert len(seen) > machine.size, "some command has more than one answer"


def test_a_lease_is_held_when_the_next_command_comes_and_has_expired_at_the_one_after() -> None:
    machine = TableMachine("leader_lease", 2)
    answers = [one.answer for one in become(machine, asked((1, 0), (2, 0), (2, 0)), sessions=False)]
    assert answers == ["1", "null", "2"]


@pytest.mark.parametrize(
    ("features", "bounds", "represented"),
    [
        (SESSIONS, Bounds(servers=2), 1_645),
        (SESSIONS, Bounds(servers=2, log=2), 3_217),
        (SESSIONS | {Feature.SNAPSHOTS}, Bounds(servers=2, log=2), 6_533),
        (NO_FEATURES, Bounds(servers=2), 1_645),
        (NO_FEATURES, Bounds(servers=2, log=2), 2_431),
    ],
)
@pytest.mark.parametrize("table", [None, "jobs"])
def test_what_the_log_replicates_adds_no_states(
    features: Features, bounds: Bounds, represented: int, table: str | None
) -> None:
    model = Raft(bounds, features=features, machine=None if table is None else TableMachine(table, 1))
    assert explored(model).represented == represented


@pytest.mark.parametrize("table", COMMANDS)
def test_clients_get_what_is_promised(table: str) -> None:
    model = Raft(Bounds(servers=2, log=2, values=2), features=SESSIONS, machine=TableMachine(table, 2))
    found = explored(model)
    assert min(found.applied[one.id] for one in (EXACTLY_ONCE, SAME_STATE, LINEARIZABLE_OPERATIONS)) > 0


def test_a_client_asks_the_next_leader_and_is_answered_as_before() -> None:
    """Server 0 commits the command and tells nobody; server 1 leads next and is asked for the same again."""
    model = Raft(Bounds(servers=2, terms=3, log=2), features=SESSIONS)
    way = [
        *stood(0),
        *elected(0, 1),
        Choice(0, PROPOSE),
        *replicated(0, 1),
        Choice(0, COMMIT),
        *stood(1),
        *elected(1, 0),
        Choice(1, PROPOSE),
    ]
    behaviour = guided(model, way)
    last = behaviour[-1].step.after
    assert [(entry.term, entry.sequence) for entry in last.log] == [(2, 1), (3, 1)], "the first choice is to ask again"
    clients = clients_of(model)
    assert clients is not None
    before, after = server(last.log, 1, Role.LEADER, 3), server(last.log, 2, Role.LEADER, 3)
    assert list(client_lines(clients, before, after)) == [
        "applies 2: command 1 #1, which took effect before",
        "answers client 1: the effect is number 1",
    ]
    assert clients.is_asked_again(after)
    assert clients.takes_effect_once(after)
    assert len(follow(model, behaviour)) == len(behaviour) + 1


def test_two_answers_that_no_order_explains() -> None:
    """Each leader says that the job was new; that both did so for one client is another contradiction."""
    jobs = TableMachine("jobs", 2)
    plain, sessions = Clients(jobs, RAFT_RULES, False), Clients(jobs, RAFT_RULES, True)
    enqueued, again = (Entry(2, 1, sequence=1),), (Entry(3, 1, sequence=1),)
    one, other = server(enqueued, 1, Role.LEADER), server(again, 1, Role.LEADER, 3)
    assert not plain.are_explained(one, other)
    assert sessions.are_explained(one, other), "it is one command, and the answers are the same"
    assert plain.are_explained(one, server((*enqueued, *again), 2, Role.LEADER, 3)), "the second one is refused"
    claimed = server((Entry(3, 2, sequence=1),), 1, Role.LEADER, 3)
    assert plain.are_explained(one, claimed), "it may have come before"
    claimed_it = server((*enqueued, Entry(3, 2, sequence=1)), 2, Role.LEADER, 3)
    assert plain.have_told(claimed_it, server((), 0))
    assert plain.are_explained(claimed_it, server((), 0)), "the job may have been added, though nobody was told"


def test_states_and_answers_are_compared_as_far_as_both_applied() -> None:
    clients = Clients(TableMachine("jobs", 2), RAFT_RULES, False)
    log, reverse = asked((1, 0), (2, 0)), asked((2, 0), (1, 0))
    assert clients.agree(server(log, 2), server(log[:1], 1))
    assert not clients.agree(server(log, 2), server(reverse, 2))
    assert not clients.both_applied(server(log, 0), server(log, 2))


@pytest.mark.slow
def test_three_servers_answer_as_before() -> None:
    found = explored(Raft(Bounds(log=2), features=SESSIONS))
    assert found.represented == 13_379_619
    assert found.applied[EXACTLY_ONCE.id] > 0


@pytest.mark.slow
def test_three_servers_keep_what_is_promised_to_clients() -> None:
    found = explored(Raft(Bounds(values=2), machine=TableMachine("jobs", 2)))
    assert found.represented == 3_246_585
    assert min(found.applied[one.id] for one in (SAME_STATE, LINEARIZABLE_OPERATIONS)) > 0
