"""Every local step, worked out once by the model and kept as numbers.

A *block* holds the steps of a server in a state, by itself or with a message. The search looks up the block of each
server of each global state, and never asks the model again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.behaviour import Move
from lawful.checkers.exploration.growing import GrowingArray
from lawful.checkers.exploration.network import network_of, network_step
from lawful.checkers.exploration.numbered import Numbered, Renaming
from lawful.checkers.exploration.wrong_model import Marks, WrongModel, differing, marks, require_hashable, steps_of
from lawful.models.local_steps import AnyModel, AnyStep, LocalStep

Ints = NDArray[Any]
NOTHING = 0
"""The number of the message that is none."""

_LARGEST_SQUARE = 1 << 24
"""So many pairs of a state and a message have their blocks in one array, of 64 MB; more are kept in a dictionary."""


class Block(NamedTuple):
    """What a block is about, in numbers; `message` is `NOTHING` for what a server does by itself."""

    server: int
    state: int
    message: int
    marks: Marks


class StepTable:
    """The steps of a model. `symmetric`: states that differ in the names of servers have one fingerprint."""

    def __init__(self, model: AnyModel, symmetric: bool, look: Callable[[], None]) -> None:
        """`look` is called before the model is asked: it ends the search where a budget is used up."""
        self.model = model
        self._look = look
        self._network = network_of(model)
        self.actions = (*model.actions, *self._network)
        self._action_numbers = {action: number for number, action in enumerate(self.actions)}
        names = range(model.servers)
        self.renamings: tuple[Renaming, ...] = tuple(permutations(names)) if symmetric else (tuple(names),)
        self.states = Numbered(self.renamings, model.renamed_state, model.servers, salt=1)
        self.messages = Numbered(self.renamings, model.renamed_message, 1, salt=2)
        self.messages.leave_out()
        self._destinations = GrowingArray(np.int64)
        self._alone: list[NDArray[np.int64]] = [np.full(64, -1) for _ in names]
        self._delivered: dict[int, int] = {}
        self._deliveries: Ints | None = np.full((64, 64), -1, np.int32)
        self.blocks: list[Block] = []
        self._block_rows = GrowingArray(np.int64, 3)
        self._idle = GrowingArray(np.int64, len(self.actions))
        self._entry_rows = GrowingArray(np.int32, 6 + model.in_flight)
        self._deltas = GrowingArray(np.uint64, len(self.renamings))
        self.transitions: list[tuple[int, int]] = []
        """The different (before, after) of a server that occurred and that no property has looked at yet."""
        self._seen_transitions: set[tuple[int, int]] = set()

    def initial(self) -> list[int]:
        """The numbers of the states in which servers start."""
        states = [self.model.initial(server) for server in range(self.model.servers)]
        for server, state in enumerate(states):
            require_hashable(state, f"server {server} starts in a state")
        return [self.states.number(state) for state in states]

    # Columns of blocks and of their entries, as the search reads them.

    @property
    def first(self) -> Ints:
        """By block, its first entry."""
        return self._block_rows.rows[:, 0]

    @property
    def count(self) -> Ints:
        """By block, how many entries it has: steps that the bounds allow and that change something."""
        return self._block_rows.rows[:, 1]

    @property
    def generated(self) -> Ints:
        """By block, how many steps there are at all."""
        return self._block_rows.rows[:, 2]

    @property
    def idle(self) -> Ints:
        """By block and action, the steps within the bounds that change nothing."""
        return self._idle.rows

    @property
    def server(self) -> Ints:
        """By entry, who steps."""
        return self._entry_rows.rows[:, 0]

    @property
    def after(self) -> Ints:
        """By entry, the state after it."""
        return self._entry_rows.rows[:, 1]

    @property
    def consumed(self) -> Ints:
        """By entry, the message that is no longer in flight, or `NOTHING`."""
        return self._entry_rows.rows[:, 2]

    @property
    def growth(self) -> Ints:
        """By entry, how many messages more are in flight."""
        return self._entry_rows.rows[:, 3]

    @property
    def action(self) -> Ints:
        """By entry, the number of its action."""
        return self._entry_rows.rows[:, 4]

    @property
    def sends(self) -> Ints:
        """By entry, the messages that it sends, filled up with `NOTHING`."""
        return self._entry_rows.rows[:, 6:]

    @property
    def before(self) -> Ints:
        """By entry, the state before it."""
        return self._entry_rows.rows[:, 5]

    @property
    def deltas(self) -> NDArray[np.uint64]:
        """By entry and renaming, what is added to the fingerprint."""
        return self._deltas.rows

    @property
    def destinations(self) -> Ints:
        """By message, where it goes."""
        messages = self.messages.values
        if not len(self._destinations):
            self._destinations.append(-1)
        for number in range(len(self._destinations), len(messages)):
            self._destinations.append(self.model.destination(messages[number]))
        return self._destinations.rows

    # Looking up, and working out what is not there yet.

    def alone(self, server: int, states: Ints) -> Ints:
        """The blocks of what the server does by itself in these states."""
        known = self._alone[server]
        if len(known) < len(self.states.values):
            more = np.full(2 * len(self.states.values) - len(known), -1)
            known = self._alone[server] = np.concatenate([known, more])
        found = known[states]
        unknown = np.unique(states[found < 0])
        for state in unknown.tolist():
            known[state] = self._work_out(server, state, NOTHING)
        return known[states] if len(unknown) else found

    def delivered(self, states: Ints, messages: Ints) -> Ints:
        """The blocks of what servers in these states do with messages to them."""
        square = self._known_deliveries()
        blocks: Ints = np.full(len(states), -1, np.int32) if square is None else square[states, messages]
        unknown = np.flatnonzero(blocks < 0)
        if len(unknown):
            codes = states[unknown].astype(np.int64) << 32 | messages[unknown]
            new, which = np.unique(codes, return_inverse=True)
            blocks[unknown] = np.array([self._delivery(code) for code in new.tolist()])[which]
        return blocks

    def _known_deliveries(self) -> Ints | None:
        """By state and message, the block, or -1 where it is not known; None where there are too many for a square."""
        square, there = self._deliveries, (len(self.states.values), len(self.messages.values))
        if square is not None and (there[0] > square.shape[0] or there[1] > square.shape[1]):
            room = (max(2 * there[0], square.shape[0]), max(2 * there[1], square.shape[1]))
            self._deliveries = None
            if room[0] * room[1] <= _LARGEST_SQUARE:
                self._deliveries = np.full(room, -1, np.int32)
                self._deliveries[: square.shape[0], : square.shape[1]] = square
        return self._deliveries

    def _delivery(self, code: int) -> int:
        """The block of a message to a server in a state, both in one number."""
        block = self._delivered.get(code)
        if block is None:
            state, message = code >> 32, code & 0xFFFFFFFF
            server = self.model.destination(self.messages.values[message])
            block = self._delivered[code] = self._work_out(server, state, message)
            # To work it out, the square is not made anew: the state and the message were numbered before.
            if self._deliveries is not None:
                self._deliveries[state, message] = block
        return block

    def _work_out(self, server: int, state: int, message: int) -> int:
        """Ask the model, twice: it has to answer the same."""
        self._look()
        steps = self.steps(server, state, message)
        once, again = marks(steps), marks(self.steps(server, state, message))
        if once != again:
            raise WrongModel(
                f"asked twice for the same state, server {server} answers differently: {differing(once, again)} in "
                f"{self.states.values[state]!r}"
            )
        first = len(self._entry_rows)
        idle = np.zeros(len(self.actions), np.int64)
        for step in self._with_network(state, message, steps):
            if not self.model.is_within(step.after):
                continue
            if not self._keep(server, state, message, step):
                idle[self._action_numbers[step.action]] += 1
        total = len(steps) + (len(self._network) if message else 0)
        self._block_rows.append((first, len(self._entry_rows) - first, total))
        self._idle.append(idle)
        self.blocks.append(Block(server, state, message, once))
        return len(self.blocks) - 1

    def steps(self, server: int, state: int, message: int) -> tuple[AnyStep, ...]:
        """What the model answers now."""
        received = self.messages.values[message] if message else None
        return steps_of(self.model, server, self.states.values[state], received)

    def move(self, entry: int) -> Move:
        """An entry as the model writes it."""
        block = self.blocks[int(np.searchsorted(self.first, entry, side="right")) - 1]
        received = self.messages.values[block.message] if block.message else None
        step = LocalStep(
            self.actions[self.action[entry]],
            self.states.values[self.after[entry]],
            tuple(self.messages.values[sent] for sent in self.sends[entry] if sent != NOTHING),
            keeps=bool(block.message and self.consumed[entry] == NOTHING),
        )
        return Move(block.server, step, received)

    def _with_network(self, state: int, message: int, steps: Sequence[AnyStep]) -> Iterator[AnyStep]:
        yield from steps
        if message:
            for action in self._network:
                yield network_step(action, self.states.values[state], self.messages.values[message])

    def _keep(self, server: int, state: int, message: int, step: AnyStep) -> bool:
        """Write a step down; false where it changes nothing."""
        after = self.states.number(step.after)
        consumed = NOTHING if step.keeps else message
        sends = [self.messages.number(sent) for sent in step.sends]
        if after == state and sends == [consumed] * bool(consumed):
            return False
        if len(sends) > self.model.in_flight:
            return True
        growth = len(sends) - bool(consumed)
        fill = [NOTHING] * (self.model.in_flight - len(sends))
        self._entry_rows.append(
            (server, after, consumed, growth, self._action_numbers[step.action], state, *sends, *fill)
        )
        states, messages = self.states.weights, self.messages.weights
        delta = states[after, :, server] - states[state, :, server] - messages[consumed, :, 0]
        self._deltas.append(delta + messages[sends, :, 0].sum(axis=0, dtype=np.uint64))
        if after != state and (state, after) not in self._seen_transitions:
            self._seen_transitions.add((state, after))
            self.transitions.append((state, after))
        return True
