"""Client sessions: a command that a client sends again takes effect once, and is answered as the first time.

Source: D. Ongaro, "Consensus: Bridging Theory and Practice", section 6.3. The base system, in which servers apply
what is committed and keep the last command of each client with its result. A command is a client and the number that
the client gave it; an entry of number nought carries none. A leader takes any command any number of times. Assumed:
sessions never expire, and a result is told from another by the entry that it is of.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from lawful.models.first_order.expression import (
    Callables,
    Expression,
    Sort,
    Symbol,
    all_of,
    any_of,
    changed,
    either,
    every,
    having,
    implies,
    some,
)
from lawful.models.first_order.system import Axiom, Lemma, Scope, Step, System, action, lemma
from lawful.models.raft_proof import actions
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.vocabulary import (
    CLUSTER,
    ENTRY,
    SERVER,
    TERM,
    Cluster,
    before_on_path,
    nothing_has_happened,
    on_path,
    parent,
    root,
    term_at_most,
    total_order,
)

CLIENT = Sort("client")
NUMBER = Sort("number")

client_of = Symbol("client_of", (ENTRY,), CLIENT)
number_of = Symbol("number_of", (ENTRY,), NUMBER)
number_at_most = Symbol("number_at_most", (NUMBER, NUMBER))
number_nought = Symbol("number_nought", (), NUMBER)


@dataclass(frozen=True, slots=True)
class ServingCluster(Cluster):
    """A cluster, and what its state machines did."""

    applied: Callables
    """The last entry that the state machine of a server has taken (in memory)."""
    session: Callables
    """session(server, client): the entry whose command took effect last of that client, and its result (in memory)."""
    took_effect: Callables
    """History: took_effect(server, entry): the command changed the state of the server."""
    answered: Callables
    """answered(client, number, entry): the client was told for its command what the entry resulted in."""


SERVING_CLUSTER = ServingCluster(
    **{field.name: getattr(CLUSTER, field.name) for field in dataclasses.fields(CLUSTER)},
    applied=Symbol("applied", (SERVER,), ENTRY),
    session=Symbol("session", (SERVER, CLIENT), ENTRY),
    took_effect=Symbol("took_effect", (SERVER, ENTRY)),
    answered=Symbol("answered", (CLIENT, NUMBER, ENTRY)),
)


def smaller(one: Expression, other: Expression) -> Expression:
    """One number is less than the other."""
    return ~number_at_most(other, one)


def is_first(entry: Expression) -> Expression:
    """The entry carries a command, and no entry before it one of the same client that is as late."""
    return smaller(number_nought(), number_of(entry)) & every(
        (ENTRY,),
        lambda other: implies(
            before_on_path(other, entry) & client_of(other).is_(client_of(entry)),
            smaller(number_of(other), number_of(entry)),
        ),
    )


def is_committed(cluster: Cluster, entry: Expression) -> Expression:
    """The leader of some term committed the entry, or one after it."""
    return some((TERM, ENTRY), lambda term, point: cluster.committed(term, point) & on_path(entry, point))


SESSION_AXIOMS = (
    Axiom("The numbers of commands are ordered, one after the other.", total_order(number_at_most, NUMBER)),
    Axiom("Number nought is the least.", every((NUMBER,), lambda number: number_at_most(number_nought(), number))),
    Axiom("The root carries no command.", number_of(root()).is_(number_nought())),
)


def _nobody_served(cluster: ServingCluster) -> Expression:
    return all_of(
        nothing_has_happened(cluster),
        every((SERVER,), lambda server: cluster.applied(server).is_(root())),
        every((SERVER, CLIENT), lambda server, client: cluster.session(server, client).is_(root())),
        every((SERVER, ENTRY), lambda server, entry: ~cluster.took_effect(server, entry)),
        every((CLIENT, NUMBER, ENTRY), lambda client, number, entry: ~cluster.answered(client, number, entry)),
    )


@action("A server crashes and starts again, and its state machine from the beginning (5.1).", server=SERVER)
def restart(cluster: ServingCluster, server: Expression) -> Step[ServingCluster]:
    def session(asked: Expression, client: Expression) -> Expression:
        return either(asked.is_(server), root(), cluster.session(asked, client))

    base: Step[Any] = actions.restart.take(cluster, server)
    return Step(
        base.requires, replace(base.after, applied=changed(cluster.applied, server, to=root()), session=session)
    )


@action(
    "A server applies the next entry of its log, which is committed; a command that is not new to it has no effect.",
    server=SERVER,
    entry=ENTRY,
    term=TERM,
    point=ENTRY,
)
def apply_entry(
    cluster: ServingCluster, server: Expression, entry: Expression, term: Expression, point: Expression
) -> Step[ServingCluster]:
    """`term`, `point`: what a leader committed, and the server heard of."""
    client = client_of(entry)
    is_new = smaller(number_of(cluster.session(server, client)), number_of(entry))

    def took_effect(asked: Expression, other: Expression) -> Expression:
        return cluster.took_effect(asked, other) | (asked.is_(server) & other.is_(entry) & is_new)

    return Step(
        {
            "the entry is next": parent(cluster.applied(server), entry),
            "the entry is in its log": on_path(entry, cluster.last(server)),
            "the entry is committed": cluster.committed(term, point) & on_path(entry, point),
            "the term is not later than its own": term_at_most(term, cluster.term(server)),
        },
        replace(
            cluster,
            applied=changed(cluster.applied, server, to=entry),
            session=changed(cluster.session, server, client, to=either(is_new, entry, cluster.session(server, client))),
            took_effect=took_effect,
        ),
    )


@action(
    "A leader answers a command, the first time or again, with the result that its session has.",
    server=SERVER,
    client=CLIENT,
    number=NUMBER,
)
def answer(cluster: ServingCluster, server: Expression, client: Expression, number: Expression) -> Step[ServingCluster]:
    result = cluster.session(server, client)
    return Step(
        {
            "it leads": cluster.leads(server),
            "there is a command": smaller(number_nought(), number),
            "the command is the last of the session": number_of(result).is_(number),
        },
        replace(cluster, answered=having(cluster.answered, client, number, result)),
    )


@lemma("At most once: a command takes effect at one entry, whatever the server.")
def effects_once(cluster: ServingCluster) -> Expression:
    return every(
        (SERVER, SERVER, ENTRY, ENTRY),
        lambda server, other_server, one, other: implies(
            all_of(
                cluster.took_effect(server, one),
                cluster.took_effect(other_server, other),
                client_of(one).is_(client_of(other)),
                number_of(one).is_(number_of(other)),
            ),
            one.is_(other),
        ),
    )


@lemma("One answer: a command is answered with the same result, however often and by whom.")
def answers_agree(cluster: ServingCluster) -> Expression:
    return every(
        (CLIENT, NUMBER, ENTRY, ENTRY),
        lambda client, number, one, other: implies(
            cluster.answered(client, number, one) & cluster.answered(client, number, other), one.is_(other)
        ),
    )


@lemma("What was answered is the result of that command, which took effect at some server.")
def answers_of_effects(cluster: ServingCluster) -> Expression:
    return every(
        (CLIENT, NUMBER, ENTRY),
        lambda client, number, entry: implies(
            cluster.answered(client, number, entry),
            client_of(entry).is_(client)
            & number_of(entry).is_(number)
            & some((SERVER,), lambda server: cluster.took_effect(server, entry)),
        ),
    )


@lemma("What took effect is committed, and the first entry of a log with that command.")
def effects_first(cluster: ServingCluster) -> Expression:
    return every(
        (SERVER, ENTRY),
        lambda server, entry: implies(
            cluster.took_effect(server, entry), is_first(entry) & is_committed(cluster, entry)
        ),
    )


@lemma("What a server has applied it never loses: it is in its log.")
def applied_in_log(cluster: ServingCluster) -> Expression:
    return every((SERVER,), lambda server: on_path(cluster.applied(server), cluster.last(server)))


@lemma("What a server has applied is committed, in a term that is not later than its own.")
def applied_committed(cluster: ServingCluster) -> Expression:
    return every(
        (SERVER,),
        lambda server: any_of(
            cluster.applied(server).is_(root()),
            some(
                (TERM, ENTRY),
                lambda term, point: (
                    cluster.committed(term, point)
                    & on_path(cluster.applied(server), point)
                    & term_at_most(term, cluster.term(server))
                ),
            ),
        ),
    )


@lemma("A session has a command of its client that took effect and was applied, or none.")
def sessions_of_effects(cluster: ServingCluster) -> Expression:
    return every(
        (SERVER, CLIENT),
        lambda server, client: any_of(
            cluster.session(server, client).is_(root()),
            all_of(
                client_of(cluster.session(server, client)).is_(client),
                cluster.took_effect(server, cluster.session(server, client)),
            ),
        ),
    )


@lemma("A session has the latest command of its client that was applied.")
def sessions_latest(cluster: ServingCluster) -> Expression:
    return every(
        (SERVER, ENTRY),
        lambda server, entry: implies(
            on_path(entry, cluster.applied(server)),
            number_at_most(number_of(entry), number_of(cluster.session(server, client_of(entry)))),
        ),
    )


SESSION_LEMMAS: tuple[Lemma[ServingCluster], ...] = (
    effects_once,
    answers_agree,
    answers_of_effects,
    effects_first,
    applied_in_log,
    applied_committed,
    sessions_of_effects,
    sessions_latest,
)


def _with_clients(scope: Scope, *clients: str) -> Scope:
    elements = {**scope.elements, CLIENT: clients, NUMBER: ("0", "1", "2")}
    meaning: dict[Symbol, Callable[..., bool | int]] = {
        number_at_most: lambda one, other: one <= other,
        number_nought: lambda: 0,
    }
    return Scope(elements, {**scope.meaning, **meaning})


_BASE: Any = RAFT  # Its actions and lemmas take any cluster, and so also one with sessions.
_KEPT = tuple(restart if one.name == restart.name else one for one in _BASE.actions)
RAFT_WITH_SESSIONS: System[ServingCluster] = System(
    name="raft with sessions",
    sorts=(*RAFT.sorts, CLIENT, NUMBER),
    fixed=(*RAFT.fixed, client_of, number_of, number_at_most, number_nought),
    axioms=(*RAFT.axioms, *SESSION_AXIOMS),
    state=SERVING_CLUSTER,
    initial=_nobody_served,
    actions=(*_KEPT, apply_entry, answer),
    lemmas=(*_BASE.lemmas, *SESSION_LEMMAS),
    goals=(*RAFT.goals, effects_once.name, answers_agree.name, applied_in_log.name),
    scopes=(*(_with_clients(one, "x") for one in RAFT.scopes[:-1]), _with_clients(RAFT.scopes[-1], "x", "y")),
)
