"""Raft with one mistake each: an action of the base system changed, and the obligation that fails because of it.

Sources: the Raft paper by section, or a thread in which the mistake was found in an implementation. The missing check
of the entry before (section 5.3) is no mistake here: logs are paths in a tree, so they cannot have a hole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from lawful.models.first_order.expression import (
    Expression,
    Variable,
    changed,
    having,
    lacking,
    some,
)
from lawful.models.first_order.system import Action, State, Step, System
from lawful.models.raft_proof.actions import (
    accept_entry,
    commit,
    grant_vote,
    learn_term,
    restart,
    win_election,
)
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    SERVER,
    Cluster,
    index_of,
    lower,
    on_path,
    term_at_most,
    term_nought,
    term_of,
)

Given: TypeAlias = dict[str, Expression]
"""The parameters of an action, by name."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake."""

    name: str
    mistake: str
    source: str
    action: Action[Any]
    breaks: tuple[str, ...]
    """The lemmas that the action no longer keeps."""

    def of(self, system: System[State]) -> System[State]:
        """The system with the mistake in it. Raises `KeyError` where it has no such action."""
        return system.with_action(replace(self.action, sentence=self.mistake))


def lacking_requirement(action: Action[State], requirement: str) -> Action[State]:
    """The action without one of its conditions. Raises `KeyError` where it has none of that name."""

    def take(cluster: State, *values: Expression) -> Step[State]:
        step = action.take(cluster, *values)
        requires = dict(step.requires)
        del requires[requirement]
        return Step(requires, step.after)

    return replace(action, take=take)


def requiring(action: Action[State], requirement: str, other: Callable[[State, Given], Expression]) -> Action[State]:
    """The action with another condition in the place of one. Raises `KeyError` where it has none of that name."""
    without = lacking_requirement(action, requirement)

    def take(cluster: State, *values: Expression) -> Step[State]:
        step = without.take(cluster, *values)
        return Step({**step.requires, requirement: other(cluster, _given(action, values))}, step.after)

    return replace(action, take=take)


def leaving(action: Action[State], other: Callable[[State, State, Given], State]) -> Action[State]:
    """The action with another state after it: made of the one before, the right one after, and the parameters."""

    def take(cluster: State, *values: Expression) -> Step[State]:
        step = action.take(cluster, *values)
        return Step(step.requires, other(cluster, step.after, _given(action, values)))

    return replace(action, take=take)


def _given(action: Action[Any], values: tuple[Expression, ...]) -> Given:
    return {one.name: value for one, value in zip(action.parameters, values, strict=True)}


def _losing_entries() -> Action[Cluster]:
    """A restart after which the log ends earlier: in `kept`."""
    kept = Variable("kept", ENTRY)

    def take(cluster: Cluster, server: Expression, kept: Expression) -> Step[Cluster]:
        step = restart.take(cluster, server)
        rest = {"what is kept was in the log": on_path(kept, cluster.last(server))}
        return Step({**step.requires, **rest}, replace(step.after, last=changed(cluster.last, server, to=kept)))

    return Action(restart.name, restart.sentence, (*restart.parameters, kept), take)


def _longer_log(cluster: Cluster, given: Given) -> Expression:
    """Up-to-date by index first, and by term only where the indexes are equal."""
    asked, own = given["last"], cluster.last(given["server"])
    equal = index_of(asked).is_(index_of(own)) & term_at_most(term_of(own), term_of(asked))
    return lower(index_of(own), index_of(asked)) | equal


def _some_vote(cluster: Cluster, given: Given) -> Expression:
    return some((SERVER,), lambda voter: cluster.voted(voter, given["term"], given["server"]))


def _always_truncating(cluster: Cluster, after: Cluster, given: Given) -> Cluster:
    return replace(after, last=changed(cluster.last, given["server"], to=given["entry"]))


def _acknowledging_all(cluster: Cluster, after: Cluster, given: Given) -> Cluster:
    server = given["server"]
    return replace(after, acknowledged=having(after.acknowledged, server, given["term"], after.last(server)))


MUTANTS = (
    Mutant(
        "vote-forgotten",
        "A server forgets on restart whom it voted for: the vote was not on disk.",
        "5.2; pysyncobj 84",
        leaving(restart, lambda cluster, after, given: replace(after, voted=lacking(cluster.voted, given["server"]))),
        ("elected_by_quorum",),
    ),
    Mutant(
        "log-tail-lost",
        "A server loses entries on restart that it had acknowledged: they were not on disk.",
        "5.3; hashicorp/raft 507",
        _losing_entries(),
        ("acknowledged_kept",),
    ),
    Mutant(
        "term-lost",
        "A server starts again in term nought: the term was not on disk.",
        "5.1; pysyncobj 201",
        leaving(
            restart,
            lambda cluster, after, given: replace(after, term=changed(cluster.term, given["server"], to=term_nought())),
        ),
        ("votes_not_ahead_of_voters",),
    ),
    Mutant(
        "no-up-to-date-check",
        "A server votes for a candidate whose log lacks entries that it has itself.",
        "5.4.1",
        lacking_requirement(grant_vote, "the candidate's log is up-to-date"),
        ("votes_for_complete_logs",),
    ),
    Mutant(
        "longer-log-wins",
        "Logs are compared by index before term: a long log of old terms counts as up-to-date.",
        "5.4.1",
        requiring(grant_vote, "the candidate's log is up-to-date", _longer_log),
        ("votes_for_complete_logs",),
    ),
    Mutant(
        "two-votes",
        "A server votes again in a term in which it has voted.",
        "5.2; camunda 5356",
        lacking_requirement(grant_vote, "it has not voted"),
        ("one_vote",),
    ),
    Mutant(
        "vote-in-another-term",
        "A server votes in a term that is not its own.",
        "5.2",
        lacking_requirement(grant_vote, "the term is the voter's"),
        ("votes_not_ahead_of_voters",),
    ),
    Mutant(
        "vote-cleared-by-append",
        "A server clears its vote when it hears the leader of its own term.",
        "5.2; CCF 8094",
        leaving(
            accept_entry,
            lambda cluster, after, given: replace(after, voted=lacking(cluster.voted, given["server"], given["term"])),
        ),
        ("elected_by_quorum",),
    ),
    Mutant(
        "one-vote-wins",
        "A candidate leads as soon as it has one vote.",
        "5.2",
        requiring(win_election, "a quorum voted for it", _some_vote),
        ("elected_by_quorum",),
    ),
    Mutant(
        "leader-of-a-later-term",
        "A leader that hears of a later term goes on to lead, in that term.",
        "5.1",
        leaving(learn_term, lambda cluster, after, given: replace(after, leads=cluster.leads)),
        ("leaders_elected",),
    ),
    Mutant(
        "candidate-stays",
        "A candidate that accepts an entry still stands, with another log than it asked with.",
        "5.2",
        leaving(accept_entry, lambda cluster, after, given: replace(after, stands=cluster.stands)),
        ("candidates_asked",),
    ),
    Mutant(
        "always-truncating",
        "A server cuts its log to an entry that it has already: an old message takes acknowledged entries away.",
        "5.3; willemt/raft 118",
        leaving(accept_entry, _always_truncating),
        ("acknowledged_kept",),
    ),
    Mutant(
        "acknowledged-before-written",
        "A server acknowledges an entry that it has not written.",
        "5.3; yugabyte 32875",
        leaving(accept_entry, lambda cluster, after, given: replace(after, last=cluster.last)),
        ("acknowledged_kept",),
    ),
    Mutant(
        "own-last-entry-acknowledged",
        "A server acknowledges all of its log, and not what agrees with the leader's.",
        "5.3",
        leaving(accept_entry, _acknowledging_all),
        ("acknowledged_of_leader",),
    ),
    Mutant(
        "append-of-an-earlier-term",
        "A server accepts entries from the leader of another term than its own.",
        "5.1",
        lacking_requirement(accept_entry, "the term is its own"),
        ("acknowledged_kept",),
    ),
    Mutant(
        "earlier-term-committed",
        "A leader commits an entry of an earlier term because a quorum has it (Figure 8).",
        "5.4.2; logcabin 44",
        lacking_requirement(commit, "the entry is of the term"),
        ("committed_by_quorum",),
    ),
    Mutant(
        "committed-without-quorum",
        "A leader commits an entry that one server acknowledged.",
        "5.3",
        requiring(
            commit,
            "a quorum acknowledged it",
            lambda cluster, given: some(
                (SERVER,), lambda voter: cluster.acknowledged(voter, given["term"], given["entry"])
            ),
        ),
        ("committed_by_quorum",),
    ),
)
