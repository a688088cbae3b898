"""Hypothesis state machines over the model of Raft: a rule for each of its actions. Needs Hypothesis.

    from lawful.conformance.raft_machine import machine_for

    TestRaft = machine_for(Raft(Bounds())).TestCase

Where a property does not hold, Hypothesis makes the behaviour smaller, and what is left is shown as a diagram. A
search through all states finds more in less time; a machine is for a model of your own rules, and for small cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from lawful.checkers.exploration.behaviour import Move, follow, moved, violated_by
from lawful.checkers.exploration.local_moves import LocalMoves, Option
from lawful.checkers.exploration.network import network_of
from lawful.checkers.exploration.result import Violation
from lawful.checkers.exploration.shortening import like, shortened
from lawful.conformance.report.behaviour_columns import behaviour_lines
from lawful.conformance.report.raft_wording import wording_of
from lawful.models.local_steps import LocalProperty
from lawful.models.raft.judged import judged
from lawful.models.raft.raft import Raft
from lawful.models.raft.wording import message_text

EXAMPLES, STEPS = 200, 40


class Violated(AssertionError):
    """A property that does not hold; the message shows the behaviour."""


class RaftMachine(RuleBasedStateMachine):
    """What all machines do; `machine_for` adds the rules."""

    model: ClassVar[Raft]
    properties: ClassVar[Sequence[LocalProperty]]
    after: ClassVar[tuple[Move, ...]]
    violations: ClassVar[list[Violation]]
    """What was found."""
    tables: ClassVar[LocalMoves]

    def __init__(self) -> None:
        super().__init__()
        self.behaviour = list(self.after)
        self.moment = follow(self.model, self.after)[-1]
        self._look()

    def moves_of(self, action: str) -> list[Move]:
        """What the bounds allow of an action."""
        return self._moves.get(action, [])

    def take(self, move: Move) -> None:
        """One step. Raises `Violated` where a property does not hold after it."""
        before = self.moment
        self.moment = moved(before, move)
        self.behaviour.append(move)
        found = violated_by(self.properties, [before, self.moment])
        if found is not None:
            self.violations.append(Violation(found[0].id, tuple(self.behaviour)))
            lines = behaviour_lines(self.behaviour, follow(self.model, self.behaviour), wording_of(self.model))
            raise Violated("\n".join([f"{found[0].id} is violated", *lines]))
        self._look()

    @precondition(lambda self: not self._moves)
    @rule()
    def beyond_the_bounds(self) -> None:
        """Nothing is possible within the bounds."""

    def _look(self) -> None:
        self._moves: dict[str, list[Move]] = {}
        for option in self.tables.options(self.tables.place(self.moment)):
            self._moves.setdefault(option.move.step.action, []).append(option.move)


class _Drawn:
    """A move that Hypothesis drew, by a short name."""

    def __init__(self, move: Move) -> None:
        self.move = move

    def __repr__(self) -> str:
        received = self.move.received
        message = "" if received is None else f" ← server {received.source}: {message_text(received)}"
        return f"<server {self.move.server}{message}>"


def machine_for(
    model: Raft, properties: Sequence[LocalProperty] | None = None, after: Sequence[Move] = ()
) -> type[RaftMachine]:
    """The machine of a model; `properties`: what has to hold, else what Raft promises. `after` comes first."""
    rules = {_name(action): _rule(action) for action in (*model.actions, *network_of(model))}
    chosen = judged(model) if properties is None else properties
    members: dict[str, Any] = {"model": model, "properties": chosen, "after": tuple(after), "violations": []}
    return type("RaftMachineOfModel", (RaftMachine,), {**members, "tables": LocalMoves(model), **rules})


def smallest_violation(
    model: Raft,
    properties: Sequence[LocalProperty] | None = None,
    after: Sequence[Move] = (),
    *,
    examples: int = EXAMPLES,
    steps: int = STEPS,
    seed_number: int = 0,
) -> Violation | None:
    """The smallest behaviour found in which a property does not hold; None where none was found.

    `behaviour_file.write` keeps it for `lawful replay`.
    """
    machine = machine_for(model, properties, after)
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # leaving out moves takes less time
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    with suppress(Violated):
        run_state_machine_as_test(seed(seed_number)(machine), settings=chosen)
    if not machine.violations:
        return None
    return _shortened(machine, min(machine.violations, key=lambda one: len(one.behaviour)))


def _shortened(machine: type[RaftMachine], found: Violation) -> Violation:
    """The same violation, without the moves that can be left out one by one."""
    tables, start = machine.tables, follow(machine.model, machine.after)[-1]

    def replayed(hints: Sequence[Option]) -> list[Option] | None:
        moment, way = start, list[Option]()
        for hint in hints:
            option = like(tables.options(tables.place(moment)), hint)
            if option is None:
                continue
            way.append(option)
            before, moment = moment, moved(moment, option.move)
            broken = violated_by(machine.properties, [before, moment])
            if broken is not None:
                return way if broken[0].id == found.property else None
        return None

    moments = follow(machine.model, found.behaviour)
    taken = list(zip(found.behaviour, moments, strict=False))[len(machine.after) :]
    way = [next(one for one in tables.options(tables.place(at)) if one.move == move) for move, at in taken]
    shorter = shortened(way, replayed)
    return Violation(found.property, (*machine.after, *(one.move for one in shorter)))


def _name(action: str) -> str:
    return action.replace(" ", "_").replace("-", "_")


def _rule(action: str) -> Callable[..., None]:
    def step(self: RaftMachine, drawn: _Drawn) -> None:
        self.take(drawn.move)

    def is_possible(self: RaftMachine) -> bool:
        return bool(self.moves_of(action))

    def drawn(machine: RaftMachine) -> st.SearchStrategy[_Drawn]:
        return st.sampled_from([_Drawn(move) for move in machine.moves_of(action)])

    step.__name__ = _name(action)
    return precondition(is_possible)(rule(drawn=st.runner().flatmap(drawn))(step))
