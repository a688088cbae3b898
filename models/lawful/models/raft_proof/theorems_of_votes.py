"""What votes and commits decide where members change: only one wins a term, and who wins has what is committed.

These follow from the lemmas and from `theorems_of_configurations`, whatever quorums overlap.
"""

from __future__ import annotations

from lawful.models.first_order.expression import FALSE, Expression, all_of, every, implies, some
from lawful.models.first_order.system import lemma
from lawful.models.raft_proof.configurations import ChangingCluster, configuration, is_near, lost, quorum_of
from lawful.models.raft_proof.theorems_of_configurations import (
    PATH_THEOREMS,
    committed_near,
    keeps_apart,
    near_or_parted,
)
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    QUORUM,
    SERVER,
    TERM,
    earlier,
    in_quorum,
    on_path,
    term_at_most,
    term_of,
)


def _has_votes(
    cluster: ChangingCluster, server: Expression, term: Expression, last: Expression, quorum: Expression
) -> Expression:
    """The server asked for votes with a log, and has those of a quorum of its configuration."""
    votes = every((SERVER,), lambda voter: implies(in_quorum(voter, quorum), cluster.voted(voter, term, server)))
    return all_of(quorum_of(quorum, configuration(last)), cluster.asked(server, term, last), votes)


def _acknowledged_by(
    cluster: ChangingCluster, term: Expression, entry: Expression, last: Expression, quorum: Expression
) -> Expression:
    """The entry is of the term, and a quorum of the configuration of the log acknowledged it."""
    every_one = every(
        (SERVER,), lambda server: implies(in_quorum(server, quorum), cluster.acknowledged(server, term, entry))
    )
    return all_of(term_of(entry).is_(term), quorum_of(quorum, configuration(last)), every_one)


@lemma("In a term that has begun, who was elected had the votes of a quorum of its configuration.")
def elected_with_votes(cluster: ChangingCluster) -> Expression:
    def had_votes(server: Expression, term: Expression) -> Expression:
        votes = _has_votes(cluster, server, term, cluster.elected_with(term), cluster.electors(term))
        return cluster.elected(server, term) & votes

    return every(
        (TERM,),
        lambda term: implies(cluster.begun(term), some((SERVER,), lambda server: had_votes(server, term))),
    )


@lemma("A leader was elected with a log of earlier terms.")
def elected_with_earlier(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM,),
        lambda term: implies(
            cluster.begun(term),
            cluster.created(cluster.elected_with(term)) & earlier(term_of(cluster.elected_with(term)), term),
        ),
    )


@lemma("Who has the votes of a quorum has what was committed in earlier terms near its configuration.")
def votes_for_what_is_near(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, QUORUM, TERM, SERVER, ENTRY),
        lambda entry, quorum, term, server, last: implies(
            all_of(
                committed_near(cluster, entry, last),
                _has_votes(cluster, server, term, last, quorum),
                earlier(term_of(entry), term),
            ),
            on_path(entry, last),
        ),
    )


@lemma("Nothing keeps the log of who has the votes of a quorum apart from that of an earlier leader.")
def votes_not_kept_apart(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, QUORUM, TERM, SERVER, ENTRY, ENTRY),
        lambda term, last, quorum, later, server, other, entry: implies(
            all_of(
                cluster.leader_log(term, last),
                _has_votes(cluster, server, later, other, quorum),
                earlier(term, later),
            ),
            ~keeps_apart(cluster, entry, last, other),
        ),
    )


@lemma("Who has the votes of near quorums in one term is one server.")
def one_winner_where_near(cluster: ChangingCluster) -> Expression:
    return every(
        (QUORUM, TERM, SERVER, ENTRY, SERVER),
        lambda quorum, term, server, last, elected: implies(
            all_of(
                _has_votes(cluster, server, term, last, quorum),
                _has_votes(cluster, elected, term, cluster.elected_with(term), cluster.electors(term)),
                is_near(configuration(cluster.elected_with(term)), configuration(last)),
            ),
            server.is_(elected),
        ),
    )


@lemma("Only one wins: who has the votes of a quorum in a term that has begun is the one that was elected.")
def only_winner(cluster: ChangingCluster) -> Expression:
    return every(
        (QUORUM, TERM, SERVER, ENTRY),
        lambda quorum, term, server, last: implies(
            _has_votes(cluster, server, term, last, quorum) & cluster.begun(term), cluster.elected(server, term)
        ),
    )


@lemma("A log that has a committed entry, which the leader that committed another lacks, has that other as well.")
def has_what_was_committed_before(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, ENTRY, ENTRY, ENTRY),
        lambda term, entry, ahead, last, other: implies(
            all_of(
                cluster.committed(term, entry),
                cluster.committed(term_of(ahead), ahead),
                cluster.leader_log(term, last),
                on_path(entry, last),
                on_path(ahead, other),
                ~on_path(ahead, last),
            ),
            on_path(entry, other),
        ),
    )


def _has_what_is_near(cluster: ChangingCluster, last: Expression, term: Expression) -> Expression:
    """A log has all that was committed in earlier terms near its configuration."""
    return every(
        (ENTRY,),
        lambda entry: implies(
            committed_near(cluster, entry, last) & earlier(term_of(entry), term), on_path(entry, last)
        ),
    )


@lemma("A log that has what was committed near its configuration has what was committed with a log, far or near.")
def complete_where_near_is(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, ENTRY, ENTRY, TERM),
        lambda term, entry, committed_with, last, later: implies(
            all_of(
                cluster.committed(term, entry),
                committed_with.is_(cluster.committed_with(term, entry)),
                cluster.created(committed_with) & cluster.created(last),
                cluster.leader_log(term, committed_with),
                on_path(entry, committed_with),
                earlier(term, later),
                _has_what_is_near(cluster, last, later),
            ),
            on_path(entry, last),
        ),
    )


@lemma("So it has all that was committed in earlier terms.")
def complete_where_near_is_all(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, ENTRY, TERM),
        lambda term, entry, last, later: implies(
            all_of(
                cluster.committed(term, entry),
                cluster.created(last),
                earlier(term, later),
                _has_what_is_near(cluster, last, later),
            ),
            on_path(entry, last),
        ),
    )


@lemma("Who has the votes of a quorum has all that was committed in earlier terms.")
def winners_complete(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, QUORUM, TERM, SERVER, ENTRY),
        lambda term, entry, quorum, later, server, last: implies(
            all_of(
                cluster.committed(term, entry),
                _has_votes(cluster, server, later, last, quorum),
                earlier(term, later),
            ),
            on_path(entry, last),
        ),
    )


@lemma("Leaders of terms before the first without an entry have it.")
def has_before_first_without(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY),
        lambda term, entry: implies(
            all_of(
                cluster.begun(term),
                earlier(term_of(entry), term),
                lost(cluster, entry),
                earlier(term, cluster.first_without(entry)),
            ),
            cluster.leader_log(term, entry),
        ),
    )


@lemma("An entry is not lost by a leader whose log has a committed entry that the leader of its term lacks.")
def not_lost_by_who_is_ahead(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, ENTRY, ENTRY, TERM, ENTRY),
        lambda term, entry, ahead, last, loser, other: implies(
            all_of(
                cluster.committed(term_of(ahead), ahead),
                cluster.leader_log(term, last) & term_of(entry).is_(term) & on_path(entry, last),
                on_path(ahead, other) & ~on_path(ahead, last),
                loser.is_(cluster.first_without(entry)),
                cluster.leader_log(loser, other) & cluster.created(other) & earlier(term_of(other), loser),
            ),
            ~lost(cluster, entry),
        ),
    )


@lemma("An entry is not lost that a quorum acknowledged near the configuration of the first leader without it.")
def not_lost_where_near(cluster: ChangingCluster) -> Expression:
    def loser(entry: Expression) -> Expression:
        return configuration(cluster.elected_with(cluster.first_without(entry)))

    return every(
        (TERM, ENTRY, QUORUM, ENTRY),
        lambda term, entry, quorum, last: implies(
            all_of(
                _acknowledged_by(cluster, term, entry, last, quorum),
                is_near(configuration(last), loser(entry)),
                lost(cluster, entry),
            ),
            FALSE,
        ),
    )


@lemma("An entry is not lost by a leader from whose log a committed entry keeps that of its own leader apart.")
def not_lost_where_kept_apart(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, ENTRY, ENTRY),
        lambda term, entry, last, between: implies(
            all_of(
                cluster.leader_log(term, last),
                term_of(entry).is_(term),
                keeps_apart(cluster, between, last, cluster.elected_with(cluster.first_without(entry))),
            ),
            ~lost(cluster, entry),
        ),
    )


@lemma("An entry is not lost that a quorum of its leader's configuration acknowledged, near or kept apart.")
def not_lost_by_cases(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, QUORUM, ENTRY),
        lambda term, entry, quorum, last: implies(
            all_of(
                _acknowledged_by(cluster, term, entry, last, quorum),
                cluster.leader_log(term, last),
                on_path(entry, last),
                near_or_parted(cluster, last, cluster.elected_with(cluster.first_without(entry))),
            ),
            ~lost(cluster, entry),
        ),
    )


@lemma("An entry is not lost that a quorum of its leader's configuration acknowledged.")
def not_lost(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, QUORUM, ENTRY),
        lambda term, entry, quorum, last: implies(
            all_of(
                _acknowledged_by(cluster, term, entry, last, quorum),
                cluster.leader_log(term, last),
                on_path(entry, last),
            ),
            ~lost(cluster, entry),
        ),
    )


@lemma("What a quorum of its leader's configuration acknowledged all leaders of later terms have.")
def commits_complete(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, QUORUM, ENTRY, TERM),
        lambda term, entry, quorum, last, later: implies(
            all_of(
                _acknowledged_by(cluster, term, entry, last, quorum),
                cluster.leader_log(term, last),
                on_path(entry, last),
                cluster.begun(later),
                term_at_most(term, later),
            ),
            cluster.leader_log(later, entry),
        ),
    )


CONFIGURATION_THEOREMS = (
    *PATH_THEOREMS,
    elected_with_votes,
    elected_with_earlier,
    votes_for_what_is_near,
    votes_not_kept_apart,
    one_winner_where_near,
    only_winner,
    has_what_was_committed_before,
    complete_where_near_is,
    complete_where_near_is_all,
    winners_complete,
    has_before_first_without,
    not_lost_by_who_is_ahead,
    not_lost_where_near,
    not_lost_where_kept_apart,
    not_lost_by_cases,
    not_lost,
    commits_complete,
)
