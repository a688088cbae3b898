"""From the events of a Jepsen history (invoke, ok, fail, info) to operations.

What Jepsen means by its event types (jepsen.history, Knossos' README): `ok` took effect, `fail` did not, `info`
and no event at all leave it open for ever. Three readings are fixed here.

* A failed compare-and-set without an error may be an answer: the register did not hold the old value. Then it becomes
  an operation that answered false. Knossos drops it, and with it the evidence of a store that refuses a
  compare-and-set which it had to apply. Each format has its convention: text logs record answers, EDN and JSON are read
  as Knossos reads them; `failed_cas` overrides it.
* A read that answered nil, of a register whose initial value is not nil: Knossos' models let such a read match any
  value, and its histories use that for reads whose answer was not recorded. It becomes an operation without effect.
  `nil_read="observed"` takes it at its word. (Knossos' own `memstress` histories begin with such reads, of a register
  that did hold nothing yet. Its tests start them from 0 and drop failures.)
* Processes that are not numbers (`:nemesis`) inject faults.

Times are the events' own where each event has one and they never go back; else the position of the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple

from lawful.conformance.history.readers.workloads import Workload, WrongValue, call_of, result_of, workload_of
from lawful.conformance.history.records import INT64
from lawful.conformance.history.well_formed import NotWellFormed, require_well_formed
from lawful.models.history import FaultEvent, Header, History, Operation, Outcome
from lawful.models.values import Json

EVENT_TYPES = ("invoke", "ok", "fail", "info")
UNRECORDED = "the answer was not recorded (nil)"


class Event(NamedTuple):
    """One line of a Jepsen history."""

    line: int
    """Where it begins in the file."""
    process: int | str
    """A client's number, or the name of what injects faults."""
    type: str
    function: str
    value: Json
    error: str | None
    key: str | None = None
    time_ns: int | None = None
    object: str | None = None
    """Not Jepsen's: the object's name, in histories that were converted to a format of Jepsen's."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read what the events leave open."""

    initial: Json = None
    """The initial value of the object, for the header."""
    failed_cas: Literal["observed", "dropped"] | None = None
    """None: as the format has it."""
    nil_read: Literal["observed", "unrecorded"] | None = None
    """None: observed where the initial value is nil, else unrecorded."""

    def of_knossos(self) -> Reading:
        """This, with the convention of Knossos where nothing else was asked for: what failed did not happen."""
        return self if self.failed_cas is not None else replace(self, failed_cas="dropped")

    @property
    def nil_is_an_answer(self) -> bool:
        return self.initial is None if self.nil_read is None else self.nil_read == "observed"


class WrongEvent(ValueError):
    """An event that cannot be where it is."""

    def __init__(self, line: int, problem: str, hint: str | None = None) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem
        self.hint = hint


def history_of(events: Iterable[Event], reading: Reading) -> History:
    """The history that `events` tell of. Raises `WrongEvent`."""
    told = tuple(events)
    has_times = _has_times(told)
    pairs, faults = _Pairs(), _Faults()
    for position, event in enumerate(told):
        time_ns = event.time_ns if has_times and event.time_ns is not None else position
        if isinstance(event.process, int):
            pairs.take(event, time_ns)
        else:
            faults.take(event, time_ns)
    named = any(pair.invoke.object is not None for pair in pairs.all)
    workload = workload_of(pair.invoke.function for pair in pairs.all)
    operations = tuple(_operation(index, pair, workload, reading) for index, pair in enumerate(pairs.all))
    try:
        require_well_formed(operations)
    except NotWellFormed as error:
        raise WrongEvent(pairs.all[error.operation.index].invoke.line, error.problem, error.hint) from error
    header = Header(
        model=None if named else workload.model,
        initial=reading.initial,
        clock="monotonic" if has_times else "logical",
    )
    return History(operations, tuple(faults.all), header)


def _has_times(events: Sequence[Event]) -> bool:
    times = [event.time_ns for event in events if event.time_ns is not None]
    if not 0 < len(times) == len(events):
        return False
    in_range = times[0] >= -INT64 and times[-1] < INT64
    return in_range and all(earlier <= later for earlier, later in pairwise(times))


@dataclass(slots=True)
class _Pair:
    """An invocation and what became of it."""

    invoke: Event
    call_ns: int
    completion: Event | None = None
    return_ns: int | None = None


class _Pairs:
    """The pairs in order of invocation."""

    def __init__(self) -> None:
        self.all: list[_Pair] = []
        self._open: dict[int | str, _Pair] = {}

    def take(self, event: Event, time_ns: int) -> None:
        if event.type == "invoke":
            if event.process in self._open:
                raise WrongEvent(
                    event.line,
                    f"process {event.process} invokes {event.function} while its operation of line "
                    f"{self._open[event.process].invoke.line} is open",
                    "a process has one operation at a time",
                )
            pair = _Pair(event, time_ns)
            self.all.append(pair)
            self._open[event.process] = pair
            return
        opened = self._open.pop(event.process, None)
        if opened is None or opened.invoke.function != event.function:
            raise WrongEvent(
                event.line,
                f"process {event.process} completes {event.function}, which it did not invoke",
                "each completion follows an invocation of the same function by the same process",
            )
        opened.completion, opened.return_ns = event, time_ns


def _operation(index: int, pair: _Pair, workload: Workload, reading: Reading) -> Operation:
    invoke = pair.invoke
    outcome, result, error = _what_became(pair, reading)
    assert isinstance(invoke.process, int)
    try:
        arguments = call_of(invoke.function, invoke.value, named=invoke.object is not None)
    except WrongValue as wrong:
        raise WrongEvent(invoke.line, str(wrong)) from wrong
    return Operation(
        index=index,
        process=invoke.process,
        object=invoke.object or workload.object,
        function=invoke.function,
        arguments=arguments,
        outcome=outcome,
        call_ns=pair.call_ns,
        return_ns=None if outcome is Outcome.UNKNOWN else pair.return_ns,
        key=invoke.key,
        result=result,
        error=error,
    )


def _what_became(pair: _Pair, reading: Reading) -> tuple[Outcome, Json, str | None]:
    event, function = pair.completion, pair.invoke.function
    if event is None or event.type == "info":
        return Outcome.UNKNOWN, None, None if event is None else event.error
    named = pair.invoke.object is not None
    if event.type == "fail":
        if function == "cas" and not named and event.error is None and reading.failed_cas != "dropped":
            return Outcome.OK, False, None
        return Outcome.FAIL, None, event.error
    if function == "read" and not named and event.value is None and not reading.nil_is_an_answer:
        return Outcome.FAIL, None, UNRECORDED
    return Outcome.OK, result_of(function, event.value, named=named), None


class _Faults:
    """The actions of the nemesis. Each is told twice: when it begins, and when it is done."""

    def __init__(self) -> None:
        self.all: list[FaultEvent] = []
        self._begun: dict[tuple[int | str, str], int] = {}
        """Position in `all`, by process and function."""

    def take(self, event: Event, time_ns: int) -> None:
        name = (event.process, event.function)
        begun = self._begun.pop(name, None)
        details = _details(event.value)
        if begun is None:
            self._begun[name] = len(self.all)
            self.all.append(FaultEvent(event.function, str(event.process), time_ns, None, event.error, details))
            return
        first = self.all[begun]
        self.all[begun] = FaultEvent(
            first.fault, first.target, first.call_ns, time_ns, event.error, {**first.details, **details}
        )


def _details(value: Json) -> dict[str, Json]:
    if isinstance(value, dict):
        return value
    return {} if value is None else {"value": value}
