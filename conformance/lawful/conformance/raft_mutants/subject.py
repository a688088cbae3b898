"""The mistakes of Raft, each once: as a broken twin of the model that runs, as a mutant of the proof, or as both."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.conformance.errors import unknown_name
from lawful.models.raft.mistake import Mistake
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.mistakes_of_liveness import MISTAKES_OF_LIVENESS, MistakeOfLiveness
from lawful.models.raft_proof.mutants import MUTANTS, Mutant

PROVED_AS = {
    "vote-twice": "two-votes",
    "vote-not-persisted": "vote-forgotten",
    "term-not-persisted": "term-lost",
    "quorum-of-half": "one-vote-wins",
    "vote-cleared-by-append": "vote-cleared-by-append",
    "any-log-may-lead": "no-up-to-date-check",
    "longer-log-may-lead": "longer-log-wins",
    "old-term-by-counting": "earlier-term-committed",
    "own-length-acknowledged": "own-last-entry-acknowledged",
    "truncated-without-conflict": "always-truncating",
    "follower-tail-not-persisted": "log-tail-lost",
    "leader-of-a-later-term": "leader-of-a-later-term",
}
"""By broken twin of the model, the mutant of the proof that has the same mistake."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One mistake. It has a broken twin, or a mutant, or both; or a broken twin that is safe, and not live."""

    name: str
    sentence: str
    source: str
    mistake: Mistake | None
    mutant: Mutant | None
    not_live: MistakeOfLiveness | None = None


def subjects() -> dict[str, Subject]:
    """All of them by name, in the order in which the models list them."""
    mutants = {one.name: one for one in MUTANTS}
    found = {}
    for name, mistake in MISTAKES.items():
        mutant = mutants.pop(PROVED_AS.get(name, ""), None)
        found[name] = Subject(name, mistake.sentence, mistake.source, mistake, mutant)
    for name, one in MISTAKES_OF_LIVENESS.items():
        found[name] = Subject(name, one.sentence, one.source, None, None, one)
    for name, mutant in mutants.items():
        found[name] = Subject(name, mutant.mistake.removesuffix("."), mutant.source, None, mutant)
    return found


def subject_named(name: str) -> Subject:
    """The mistake of that name, also by the name that it has in the proof. Raises `UsageError` where there is none."""
    known = subjects()
    names = {one.mutant.name: one for one in known.values() if one.mutant is not None} | known
    if name not in names:
        raise unknown_name("mistake", name, names)
    return names[name]
