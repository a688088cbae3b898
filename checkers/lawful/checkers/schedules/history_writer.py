"""What clients saw, as the operations of a history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lawful.checkers.schedules.crashed_operation import crashed
from lawful.models.history import Operation, Outcome
from lawful.models.primitives.command import Failed
from lawful.models.values import Json


class HistoryWriter:
    """Turns calls, returns and crashes into operations, each at the instant (in nanoseconds) that `clock_ns` says."""

    def __init__(self, object_: str, clock_ns: Callable[[], int]) -> None:
        self.operations: list[Operation] = []
        self._object = object_
        self._clock_ns = clock_ns
        self._open: dict[int, int] = {}

    def called(self, client: int, function: str, arguments: Mapping[str, Json]) -> None:
        """The client has no other operation open."""
        assert client not in self._open
        index = self._open[client] = len(self.operations)
        self.operations.append(
            Operation(
                index=index,
                process=client,
                object=self._object,
                function=function,
                arguments=arguments,
                outcome=Outcome.UNKNOWN,
                call_ns=self._clock_ns(),
                return_ns=None,
                error="did not return",
            )
        )

    def returned(self, client: int, result: Json | Failed) -> None:
        index = self._open.pop(client)
        called, now_ns = self.operations[index], self._clock_ns()
        if isinstance(result, Failed):
            done = replace(called, outcome=Outcome.FAIL, return_ns=now_ns, error=result.reason)
        else:
            done = replace(called, outcome=Outcome.OK, return_ns=now_ns, result=result, error=None)
        self.operations[index] = done

    def crashed(self, client: int) -> None:
        index = self._open.pop(client)
        self.operations[index] = crashed(self.operations[index], self._clock_ns())
