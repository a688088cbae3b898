"""The proved system, walking along: a state of it for each state of the model that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lawful.checkers.exploration.local_moves import LocalMoves, Option, Place
from lawful.checkers.refinement.compiled_action import CompiledAction
from lawful.models.first_order.facts import Facts
from lawful.models.local_steps import NETWORK
from lawful.models.refinement import ProofStep, Refinement


@dataclass(slots=True, eq=False)
class Node:
    """A state of the system, and what was worked out about it."""

    facts: Facts
    after: dict[ProofStep, Node | str] = field(default_factory=dict)
    servers: dict[tuple[int, int], str | None] = field(default_factory=dict)
    messages: dict[int, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accompanied:
    """A step of the model that is some steps of the system, or none."""

    steps: tuple[ProofStep, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Refused:
    """A step of the model that is none of the steps that were tried."""

    unknown_before: str
    """Why it is not none: what the system would not know of."""
    steps: tuple[ProofStep, ...]
    """What it should have been; empty where there is nothing to try."""
    unmet: tuple[str, str] | None = None
    """The first of these that cannot be taken, and its condition that is not met."""
    unknown_after: str | None = None
    """Or what the system would not know of after them."""


class Companion:
    """What the system does when the model takes a step. Views of states and messages are worked out once."""

    def __init__(self, refinement: Refinement, moves: LocalMoves) -> None:
        self._refinement = refinement
        self._moves = moves
        system = refinement.system
        self.actions = {one.name: CompiledAction(system, one, refinement.fixed) for one in system.actions}
        self._server_views: dict[tuple[int, int], Any] = {}
        self._message_views: dict[int, Any] = {}
        self._steps: dict[int, tuple[ProofStep, ...]] = {}

    def goes_along(self, node: Node, place: Place, option: Option) -> Accompanied | Refused:
        """One step of the model from a place that agrees with the node."""
        if option.move.step.action in NETWORK:
            return Accompanied((), node)
        server = option.move.server
        unknown = self._server(node, server, option.after) or self._first_differing(node, option.sends)
        if unknown is None:
            return Accompanied((), node)
        steps = self._as_steps(place, option)
        if not steps:
            return Refused(unknown, steps)
        after, taken = node, list[ProofStep]()
        for one in steps:
            found = self._taken(after, one)
            if isinstance(found, Node):
                after = found
                taken.append(one)
            elif not one.is_optional:
                return Refused(unknown, steps, unmet=(one.action, found))
        differing = self.differing(after, self._moves.taken(place, option))
        if differing is not None:
            return Refused(unknown, steps, unknown_after=differing)
        return Accompanied(tuple(taken), after)

    def differing(self, node: Node, place: Place) -> str | None:
        """Where the model and the system do not agree; None where they do."""
        for server, state in enumerate(place.states):
            found = self._server(node, server, state)
            if found is not None:
                return found
        return self._first_differing(node, place.in_flight)

    def _as_steps(self, place: Place, option: Option) -> tuple[ProofStep, ...]:
        # The moves keep their options, so no other option will ever have the same identity.
        found = self._steps.get(id(option))
        if found is None:
            server, step, received = option.move.server, option.move.step, option.move.received
            before = self._moves.states[place.states[server]]
            found = self._steps[id(option)] = self._refinement.steps(server, before, step, received)
        return found

    def _taken(self, node: Node, step: ProofStep) -> Node | str:
        found = node.after.get(step)
        if found is None:
            after = self.actions[step.action].taken(node.facts, step.values)
            found = node.after[step] = after if isinstance(after, str) else Node(after)
        return found

    def _server(self, node: Node, server: int, state: int) -> str | None:
        key = server, state
        if key not in node.servers:
            if key not in self._server_views:
                self._server_views[key] = self._refinement.server_view(server, self._moves.states[state])
            node.servers[key] = self._refinement.server_differs(server, self._server_views[key], node.facts)
        return node.servers[key]

    def _first_differing(self, node: Node, messages: Sequence[int]) -> str | None:
        for message in messages:
            if message not in node.messages:
                if message not in self._message_views:
                    self._message_views[message] = self._refinement.message_view(self._moves.messages[message])
                view = self._message_views[message]
                node.messages[message] = self._refinement.message_differs(view, node.facts)
            if node.messages[message] is not None:
                return node.messages[message]
        return None
