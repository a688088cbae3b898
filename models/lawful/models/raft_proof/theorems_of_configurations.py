"""Why quorums of far configurations do no harm: what follows from the lemmas, in small steps that a solver can take.

Two logs may have configurations whose quorums share nobody. Then one log has an entry that the other lacks, committed
by a quorum of a configuration near that of the other (`near_or_kept_apart`). Whoever voted for the other log would have
insisted on that entry. So votes and commits decide as if all quorums overlapped: `only_winner`, `winners_complete` and
`commits_complete` are what the steps of the proof use.
"""

from __future__ import annotations

from lawful.models.first_order.expression import Expression, all_of, any_of, every, implies, some
from lawful.models.first_order.system import lemma
from lawful.models.raft_proof.configurations import (
    ChangingCluster,
    configuration,
    is_first_apart,
    is_near,
    none_or_first_apart,
    replaced,
    sets_configuration,
    was_set,
)
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    TERM,
    before_on_path,
    earlier,
    on_one_path,
    on_path,
    term_at_most,
    term_of,
)


def committed_near(cluster: ChangingCluster, entry: Expression, other: Expression) -> Expression:
    """The entry was committed by a quorum of a configuration that is near the one of the other log."""
    term = term_of(entry)
    near = is_near(configuration(cluster.committed_with(term, entry)), configuration(other))
    return cluster.committed(term, entry) & near


def keeps_apart(cluster: ChangingCluster, entry: Expression, one: Expression, other: Expression) -> Expression:
    """One log has the entry and the other lacks it, though it was committed near the other."""
    return all_of(committed_near(cluster, entry, other), on_path(entry, one), ~on_path(entry, other))


def _some_keeps_apart(cluster: ChangingCluster, one: Expression, other: Expression) -> Expression:
    return some((ENTRY,), lambda entry: keeps_apart(cluster, entry, one, other))


def _next_after(last: Expression, one: Expression) -> Expression:
    """A log has the configuration as its last one, or another that replaces it."""

    def replaces(following: Expression) -> Expression:
        on_log = sets_configuration(following) & on_path(following, last)
        return on_log & replaced(following).is_(one) & before_on_path(one, following)

    return configuration(last).is_(one) | some((ENTRY,), replaces)


def _siblings(cluster: ChangingCluster, later: Expression, one: Expression) -> Expression:
    """Two entries on different paths, of which the first sets a configuration, in a later term."""
    return all_of(was_set(cluster, later), ~on_one_path(later, one), earlier(term_of(one), term_of(later)))


@lemma("Logs that have each the last configuration of the other have the same one.")
def same_configuration(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY),
        lambda one, other: implies(
            on_path(configuration(one), other) & on_path(configuration(other), one),
            configuration(one).is_(configuration(other)),
        ),
    )


@lemma("Where one log has all configurations of another, the first that it has more replaces the last of the other.")
def first_apart_replaces_last(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY),
        lambda one, other, first: implies(
            is_first_apart(first, one, other) & on_path(configuration(other), one),
            replaced(first).is_(configuration(other)),
        ),
    )


@lemma("Where two logs part, the first configurations of both replace the same one.")
def first_apart_replace_one(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY, ENTRY),
        lambda one, other, first, other_first: implies(
            is_first_apart(first, one, other) & is_first_apart(other_first, other, one),
            replaced(first).is_(replaced(other_first)),
        ),
    )


@lemma("And they are on different paths.")
def first_apart_not_on_one_path(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY, ENTRY),
        lambda one, other, first, other_first: implies(
            is_first_apart(first, one, other) & is_first_apart(other_first, other, one),
            ~on_one_path(first, other_first),
        ),
    )


@lemma("A configuration of a log is its last one, or another of the log replaces it.")
def last_or_replaced(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY),
        lambda last, one: implies(sets_configuration(one) & on_path(one, last), _next_after(last, one)),
    )


@lemma("What comes before an entry that was created was created, in a term that is not later.")
def created_whole(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY),
        lambda one, last: implies(
            cluster.created(last) & on_path(one, last),
            cluster.created(one) & term_at_most(term_of(one), term_of(last)),
        ),
    )


@lemma("Entries that were created in one term are on one path.")
def one_term_one_path(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY),
        lambda one, other: implies(
            all_of(cluster.created(one), cluster.created(other), term_of(one).is_(term_of(other))),
            on_one_path(one, other),
        ),
    )


@lemma("What is committed comes before all entries of later terms.")
def committed_before_later_terms(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY, ENTRY),
        lambda term, entry, later: implies(
            all_of(cluster.committed(term, entry), cluster.created(later), earlier(term, term_of(later))),
            on_path(entry, later),
        ),
    )


@lemma("Of two configurations on different paths: the path of the earlier term lacks the basis of the other.")
def basis_on_one_path(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY),
        lambda later, one, last: implies(
            all_of(_siblings(cluster, later, one), cluster.created(last), on_path(one, last)),
            ~on_path(cluster.basis(later), last),
        ),
    )


@lemma("Of two configurations on different paths that of the earlier term is never replaced.")
def earlier_not_replaced(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY),
        lambda later, one, following: implies(
            _siblings(cluster, later, one) & was_set(cluster, following), replaced(following).is_not(one)
        ),
    )


@lemma("What the second of two configurations is based on was committed near the one that both replaced.")
def basis_of_second(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY),
        lambda other, first, second: implies(
            all_of(
                was_set(cluster, first),
                was_set(cluster, second),
                replaced(second).is_(first),
                ~on_path(first, other),
                replaced(first).is_(configuration(other)),
            ),
            keeps_apart(cluster, cluster.basis(second), second, other),
        ),
    )


@lemma("What a configuration is based on was committed near any other that replaces the same one.")
def basis_near_siblings(cluster: ChangingCluster) -> Expression:
    def near(one: Expression, other: Expression) -> Expression:
        basis = cluster.basis(one)
        term = term_of(basis)
        return all_of(
            on_path(basis, one),
            cluster.committed(term, basis),
            is_near(configuration(cluster.committed_with(term, basis)), other),
        )

    return every(
        (ENTRY, ENTRY),
        lambda one, other: implies(
            all_of(was_set(cluster, one), was_set(cluster, other), replaced(one).is_(replaced(other))),
            near(one, other),
        ),
    )


@lemma("So it keeps their paths apart, where the other was set in an earlier term.")
def basis_keeps_siblings_apart(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY),
        lambda other, later, one: implies(
            all_of(
                _siblings(cluster, later, one),
                was_set(cluster, one),
                replaced(later).is_(replaced(one)),
                configuration(other).is_(one),
                on_path(one, other),
                cluster.created(other),
            ),
            keeps_apart(cluster, cluster.basis(later), later, other),
        ),
    )


@lemma("Where one log has all configurations of another, they are near, or a committed entry keeps the logs apart.")
def near_where_one_goes_on(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY),
        lambda one, other, first: implies(
            all_of(
                cluster.created(one),
                cluster.created(other),
                is_first_apart(first, one, other),
                on_path(configuration(other), one),
            ),
            is_near(configuration(one), configuration(other)) | _some_keeps_apart(cluster, one, other),
        ),
    )


def _parted(
    cluster: ChangingCluster, one: Expression, other: Expression, first: Expression, other_first: Expression
) -> Expression:
    """Two logs part, and these are their first configurations after that."""
    created = cluster.created(one) & cluster.created(other)
    return all_of(created, is_first_apart(first, one, other), is_first_apart(other_first, other, one))


@lemma("Where two logs part, the one whose first configuration is of the earlier term has no second.")
def earlier_is_last_once(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY, ENTRY),
        lambda one, other, first, other_first: implies(
            all_of(
                _parted(cluster, one, other, first, other_first),
                earlier(term_of(other_first), term_of(first)),
                _next_after(other, other_first),
            ),
            configuration(other).is_(other_first),
        ),
    )


@lemma("It is the last configuration of that log.")
def earlier_is_last(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY, ENTRY),
        lambda one, other, first, other_first: implies(
            _parted(cluster, one, other, first, other_first) & earlier(term_of(other_first), term_of(first)),
            configuration(other).is_(other_first),
        ),
    )


@lemma("So a committed entry of the log of the later term keeps the logs apart.")
def later_keeps_apart(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY, ENTRY),
        lambda one, other, first, other_first: implies(
            _parted(cluster, one, other, first, other_first) & earlier(term_of(other_first), term_of(first)),
            _some_keeps_apart(cluster, one, other),
        ),
    )


@lemma("Where two logs part, a committed entry of one of them keeps them apart.")
def parted_kept_apart(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY, ENTRY, ENTRY),
        lambda one, other, first, other_first: implies(
            _parted(cluster, one, other, first, other_first),
            _some_keeps_apart(cluster, one, other) | _some_keeps_apart(cluster, other, one),
        ),
    )


def near_or_parted(cluster: ChangingCluster, one: Expression, other: Expression) -> Expression:
    """The configurations of the logs are near, or a committed entry of one log keeps them apart."""
    return any_of(
        is_near(configuration(one), configuration(other)),
        _some_keeps_apart(cluster, one, other),
        _some_keeps_apart(cluster, other, one),
    )


@lemma("Two logs have near configurations or are kept apart, whatever comes first on each.")
def near_or_kept_apart_by_cases(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY),
        lambda one, other: implies(
            all_of(
                cluster.created(one),
                cluster.created(other),
                none_or_first_apart(one, other),
                none_or_first_apart(other, one),
            ),
            near_or_parted(cluster, one, other),
        ),
    )


@lemma("Two logs have near configurations, or a committed entry of one of them keeps them apart.")
def near_or_kept_apart(cluster: ChangingCluster) -> Expression:
    return every(
        (ENTRY, ENTRY),
        lambda one, other: implies(cluster.created(one) & cluster.created(other), near_or_parted(cluster, one, other)),
    )


PATH_THEOREMS = (
    same_configuration,
    first_apart_replaces_last,
    first_apart_replace_one,
    first_apart_not_on_one_path,
    last_or_replaced,
    created_whole,
    one_term_one_path,
    committed_before_later_terms,
    basis_on_one_path,
    earlier_not_replaced,
    basis_of_second,
    basis_near_siblings,
    basis_keeps_siblings_apart,
    near_where_one_goes_on,
    earlier_is_last_once,
    earlier_is_last,
    later_keeps_apart,
    parted_kept_apart,
    near_or_kept_apart_by_cases,
    near_or_kept_apart,
)
