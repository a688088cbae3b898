"""What `lawful explore raft` and `lawful replay` print for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lawful.checkers.exploration.behaviour import Moment, Move, moves, violated_by
from lawful.checkers.exploration.result import DEADLOCK, Exploration, Violation
from lawful.checkers.exploration.walks import Walked
from lawful.checkers.verdict import Verdict
from lawful.conformance.behaviour_file import Recorded, sorted_names
from lawful.conformance.cli.terminal import LOOKS, coloured
from lawful.conformance.report.behaviour_columns import behaviour_lines
from lawful.conformance.report.raft_wording import wording_of
from lawful.conformance.walked_history import broken_by_history, is_recorded
from lawful.models.raft.client_wording import command_lines
from lawful.models.raft.judged import clients_of, judged
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.raft import Raft
from lawful.models.wording import counted
from lawful.specs.raft.invariants import ALL_PROPERTIES, INVARIANTS

WORDS = {Verdict.LAWFUL: "safe", Verdict.VIOLATION: "violation", Verdict.INCONCLUSIVE: "inconclusive"}
_WIDTH = 110
_MANY = 10_000
_DEADLOCKED = "A state is reached in which nothing can happen any more."


class Searched(NamedTuple):
    """A search, and what it was of."""

    model: Raft
    mistake: str | None
    scene: int
    """How many steps were taken before it began."""
    reduced: bool
    """Steps of different servers were not taken in all orders."""
    exact: bool
    """States were compared, and not their fingerprints."""
    found: Exploration
    further: tuple[Violation, ...] = ()
    """Counterexamples that end differently."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All counterexamples, a shortest one first."""
        return () if self.found.violation is None else (self.found.violation, *self.further)


class WalkedRaft(NamedTuple):
    """Random walks, and through what."""

    model: Raft
    mistake: str | None
    scene: int
    """How many steps were taken before each of them began."""
    seed: int
    found: Walked


def searched_lines(searched: Searched, moments: Sequence[Sequence[Moment]]) -> Iterator[str]:
    """The outcome of a search. `moments`: for each counterexample its states."""
    found = searched.found
    yield f"{verdict_word(found.verdict)} {subject(searched.model, searched.mistake)}"
    if searched.mistake is not None:
        yield f"    the mistake: {MISTAKES[searched.mistake].sentence}"
    yield from _client_lines(searched.model)
    if searched.scene:
        yield f"    the search begins after {counted(searched.scene, 'step')} that lead to the scene of the mistake"
    if searched.reduced:
        yield "    where the network is full, only servers with a message move: fewer states, the same verdict"
    if found.progress is not None:
        yield f"    {found.progress}"
    yield from (f"    {line}" for line in _count_lines(found, exact=searched.exact))
    yield ""
    yield from (f"    {line}" for line in _property_lines(found))
    if found.verdict is Verdict.LAWFUL:
        yield ""
        yield from wrapped("steps: ", [f"{action} {times}" for action, times in found.taken.items() if times])
        if found.not_taken:
            yield from wrapped("never taken within these bounds: ", found.not_taken)
    for number, (one, states) in enumerate(zip(searched.violations, moments, strict=True), 1):
        yield ""
        if number > 1:
            yield f"    counterexample {number}, which ends in another step:"
        yield from _violation_lines(one.property, one.behaviour, states, searched.model)


def walked_lines(walked: WalkedRaft, moments: Sequence[Moment]) -> Iterator[str]:
    """The outcome of random walks. `moments`: the states of the counterexample, where there is one."""
    found = walked.found
    word = "not broken" if found.verdict is Verdict.LAWFUL else WORDS[found.verdict]
    yield f"{verdict_word(found.verdict, word)} {subject(walked.model, walked.mistake)}"
    if walked.mistake is not None:
        yield f"    the mistake: {MISTAKES[walked.mistake].sentence}"
    yield from _client_lines(walked.model)
    if walked.scene:
        yield f"    the walks begin after {counted(walked.scene, 'step')} that lead to the scene of the mistake"
    if found.progress is not None:
        yield f"    {found.progress}"
    yield f"    {counted(found.walks, 'random walk')}, {counted(found.steps, 'step')}, seed {walked.seed}"
    if is_recorded(walked.model):
        yield "    what clients asked for and were answered in each was checked for linearizability, as a recording is"
    yield "    what they did not come by may be broken: only a search through all states says that it is not"
    if found.violation is None:
        yield ""
        yield from wrapped("steps: ", [f"{action} {times}" for action, times in found.taken.items() if times])
        missed = [action for action, times in found.taken.items() if not times]
        if missed:
            yield from wrapped("never taken: ", missed)
    else:
        yield ""
        yield from _violation_lines(found.violation.property, found.violation.behaviour, moments, walked.model)


def replayed_lines(recorded: Recorded) -> tuple[Verdict, list[str]]:
    """What comes out when a recorded behaviour is carried out."""
    violated = _violated(recorded)
    verdict = Verdict.LAWFUL if violated is None else Verdict.VIOLATION
    lines = [f"{verdict_word(verdict)} {subject(recorded.model, recorded.mistake)}"]
    if violated is None:
        steps = counted(len(recorded.moves), "step")
        return verdict, [*lines, f"    no property is violated by these {steps}; {recorded.property} was once"]
    return verdict, [*lines, "", *_violation_lines(violated, recorded.moves, recorded.moments, recorded.model)]


def _violated(recorded: Recorded) -> str | None:
    found = violated_by(judged(recorded.model), recorded.moments)
    if found is not None:
        return found[0].id
    if is_recorded(recorded.model):
        broken = broken_by_history(recorded.model)(recorded.moves)
        if broken is not None:
            return broken
    is_stuck = not any(moves(recorded.model, recorded.moments[-1]))
    return DEADLOCK if is_stuck else None


def verdict_word(verdict: Verdict, word: str | None = None) -> str:
    """The first words of a report."""
    look = LOOKS[verdict]
    return coloured(f"{look.glyph} {word or WORDS[verdict]}".ljust(14), look.colour)


def subject(model: Raft, mistake: str | None) -> str:
    """What a report is about: extensions and bounds."""
    bounds = model.bounds
    parts = [
        counted(bounds.servers, "server"),
        counted(bounds.terms, "term"),
        f"logs of up to {bounds.log}",
        f"{counted(bounds.messages, 'message')} in flight",
    ]
    if bounds.values > 1:
        parts.append(f"{bounds.values} values")
    if bounds.leases > 1:
        parts.append(f"{bounds.leases} leases of each")
    parts += [f"no {what}" for what in ("loss", "duplication") if not getattr(bounds, what)]
    added = [*([] if mistake is None else [mistake]), *sorted_names(model.features)]
    names = f" with {', '.join(added)}" if added else ""
    replicating = "" if model.machine is None else f", replicating {model.machine.name}"
    return f"raft{names}{replicating}: {', '.join(parts)}"


def _client_lines(model: Raft) -> Iterator[str]:
    clients = clients_of(model)
    if clients is not None and model.machine is not None:
        yield from (f"    {line}" for line in command_lines(clients))


def _count_lines(found: Exploration, *, exact: bool) -> Iterator[str]:
    yield (
        f"{counted(found.distinct, 'distinct state')}, {found.generated} generated, depth {found.depth}; "
        f"{counted(found.local_states, 'state')} of single servers, {counted(found.messages, 'message')}"
    )
    if found.represented is not None and found.verdict is Verdict.LAWFUL:
        yield f"each stands for its renamings: {found.represented} states in all"
    # The smallest tables take as much room as those of some thousand states: a quotient would say nothing.
    room = f", {found.bytes_per_state:.0f} bytes a state" if found.distinct > _MANY else ""
    overlooked = "none was overlooked" if exact else f"probability that one was overlooked: {found.overlooked:.1e}"
    yield f"{found.per_second:.0f} states/s of processor time ({found.cpu_seconds:.2f} s){room}; {overlooked}"


def _property_lines(found: Exploration) -> Iterator[str]:
    for one in (one for one in ALL_PROPERTIES if one.id in found.applied):
        if found.violation is not None and found.violation.property == one.id:
            look, word = LOOKS[Verdict.VIOLATION], "violated"
        elif not found.applied[one.id]:
            look, word = LOOKS[Verdict.NOTHING_CHECKED], "says nothing of these states"
        else:
            look, word = LOOKS[Verdict.LAWFUL], "held" if found.verdict is Verdict.LAWFUL else "not violated so far"
        yield f"{coloured(look.glyph, look.colour)} {one.id} {one.name}: {word}"
        if one not in INVARIANTS:
            yield f"    {one.sentence} ({one.source})"


def _violation_lines(
    property_: str, behaviour: Sequence[Move], moments: Sequence[Moment], model: Raft
) -> Iterator[str]:
    names = {one.id: f"{one.id} {one.name}" for one in ALL_PROPERTIES}
    sentence = next((one.sentence for one in ALL_PROPERTIES if one.id == property_), _DEADLOCKED)
    after = counted(len(behaviour), "step")
    yield f"    {names.get(property_, property_)} is violated after {after}: {sentence}"
    yield ""
    yield from (f"    {line}".rstrip() for line in behaviour_lines(behaviour, moments, wording_of(model)))


def wrapped(label: str, parts: Sequence[str]) -> list[str]:
    """A list of many things, on as many lines as it needs."""
    return textwrap.wrap(
        label + ", ".join(parts), _WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
    )
