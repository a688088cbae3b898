"""One client that follows a script, recorded: what a store answers while nobody else is there.

A defect that shows here needs no concurrency, no fault and no luck to be found again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from lawful.conformance.adapter import Client
from lawful.conformance.client_process import carry_out
from lawful.conformance.programs.opened import Builds
from lawful.conformance.programs.recorded import smallest_recorded
from lawful.conformance.wire.messages import Request
from lawful.conformance.workloads.script import Script
from lawful.models.history import FaultEvent, Header, History, Operation, Outcome
from lawful.models.wording import SMALLEST_PROGRAM

_REDUCTION_S = 6.0
CLOCK_ERROR_NS = 20_000_000
"""Stores count leases in whole milliseconds, and look at their clock somewhat before or after they answer."""


@dataclass(slots=True)
class Record:
    """What clients did one after the other, and what came of it."""

    operations: list[Operation] = field(default_factory=list)
    unsupported: set[str] = field(default_factory=set)
    """Functions that the adapter does not offer."""
    faults: list[FaultEvent] = field(default_factory=list)
    """What was done to servers meanwhile."""
    levels: Mapping[str, str] = field(default_factory=dict)
    """The clauses that the store keeps in their weaker form only."""
    defects: list[str] = field(default_factory=list)
    """What the adapter itself did wrong."""
    _process: int = 0

    def follow(self, client: Client, script: Script, most: int) -> None:
        """Have `client` carry out `script`, up to `most` operations."""
        self._process += 1
        for _ in range(most):
            intent = script.next()
            if intent is None:
                return
            number = len(self.operations)
            called_ns = time.monotonic_ns()
            reply = carry_out(client, Request(number, intent.table, intent.key, intent.function, intent.arguments))
            operation = Operation(
                index=number,
                process=self._process,
                object=intent.table,
                key=intent.key,
                function=intent.function,
                arguments=intent.arguments,
                outcome=reply.outcome,
                call_ns=called_ns,
                return_ns=time.monotonic_ns(),
                result=reply.result,
                error=reply.error,
                server=reply.server,
            )
            self.operations.append(operation)
            script.saw(intent, reply.outcome, reply.result)
            if reply.unsupported:
                self.unsupported.add(intent.function)
            if reply.defect is not None:
                self.defects.append(f"{intent.table}.{intent.function}: {reply.defect}")
            if reply.outcome is Outcome.UNKNOWN:
                self._process += 1

    def smallest_program(self, anew: str | Builds | None) -> str:
        """The smallest program that shows what one client was told wrongly, after a line that says so.

        `anew` builds the store once more; the text is empty where nothing does, or the mistake does not show again.
        """
        failure = None if anew is None else smallest_recorded(self.operations, anew, _REDUCTION_S)
        return "" if failure is None else f"\n\n{SMALLEST_PROGRAM}\n\n{failure.text}"

    def history(self) -> History:
        """Everything so far."""
        header = Header(clock_error_ns=CLOCK_ERROR_NS, levels=self.levels)
        return History(tuple(self.operations), tuple(self.faults), header)
