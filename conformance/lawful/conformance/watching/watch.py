"""Follows one history file: what is read goes through the sequencer to the online checker, object by object."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lawful.checkers.linearizability.online.history_watch import HistoryWatch, object_verdict
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.conformance.errors import UsageError
from lawful.conformance.history.file import record_of
from lawful.conformance.history.follow import Follower
from lawful.conformance.history.json_text import NotJson
from lawful.conformance.history.lines import Line, NotText
from lawful.conformance.history.records import HEADER_EXAMPLE, WrongRecord
from lawful.conformance.history.sequencer import Called, Event, Returned, Sequencer
from lawful.conformance.judging import unfit
from lawful.conformance.model_choice import ModelOf, models_for
from lawful.conformance.watching.confirmation import verdict_at
from lawful.models.history import FaultEvent, Header, ObjectKey, Operation
from lawful.models.model import UnknownCall
from lawful.models.values import Json

_FAULTS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides a verdict, besides the file."""

    budget: Budget
    """Time for each event, and memory for all objects."""
    model: str | None = None
    initial: Json = None
    clock_error_ns: int | None = None
    """What is None is taken from the file's header."""


class Watch:
    """One file that is followed."""

    def __init__(self, path: Path, settings: Settings, offset: int = 0, number: int = 0) -> None:
        """Begin behind that many bytes and lines. Raises `UsageError`."""
        self.path = path
        self.settings = settings
        self.sequencer = Sequencer()
        self.header_record: dict[str, Any] | None = None
        self.objects = HistoryWatch(self._model_of, settings.budget, self._verdict_at)
        self.faults: deque[FaultEvent] = deque(maxlen=_FAULTS_KEPT)
        """The latest ones, for reports."""
        self.follower = Follower(path, offset, number)
        self._models: ModelOf | None = None

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.follower.close()

    @property
    def is_complete(self) -> bool:
        """Whether the footer was read: nothing more will come."""
        return self.sequencer.footer is not None

    @property
    def header(self) -> Header:
        return self.sequencer.header or Header()

    @property
    def operations(self) -> int:
        """How many were called."""
        return self.sequencer.next

    def read(self) -> Iterator[ObjectVerdict | None]:
        """Take all lines that are there now: after each line None, or the verdict of an object that is over now.

        Raises `UsageError` where a line is wrong, the file changed, or a model does not fit.
        """
        for line in self.follower.lines():
            yield from self._taken(line)
            yield None

    def pause(self) -> Iterator[ObjectVerdict]:
        """The file stands still: what was certain but for the time of a next call is certain now."""
        line = self.follower.unended()
        if line is not None:
            yield from self._taken(line)
        yield from self._followed(self.sequencer.pause())

    def verdicts(self) -> tuple[ObjectVerdict, ...]:
        """The verdicts on what was read so far."""
        return self.objects.verdict().objects

    def take_header(self, record: dict[str, Any]) -> None:
        """The first record of the file; needed before anything else where a watch is resumed.

        Raises `WrongRecord`, and `UsageError` for a model that is not known.
        """
        list(self.sequencer.take(record))
        self.header_record = record
        settings = self.settings
        self._models = models_for(
            self.header, name=settings.model, initial=settings.initial, clock_error_ns=settings.clock_error_ns
        )

    def _taken(self, line: Line) -> Iterator[ObjectVerdict]:
        try:
            record = record_of(line)
            if record is None:
                return
            if self.header_record is None:
                self.take_header(record)
            yield from self._followed(self.sequencer.take(record) if self.header_record is not record else iter(()))
        except (NotText, NotJson) as error:
            hint = f"a history begins with a line such as {HEADER_EXAMPLE}" if line.number == 1 else None
            raise UsageError(f"{self.path}, line {line.number}: {error}", hint=hint) from error
        except WrongRecord as error:
            raise UsageError(f"{self.path}, line {line.number}: {error.problem}", hint=error.hint) from error

    def _followed(self, events: Iterator[Event | FaultEvent] | Iterator[Event]) -> Iterator[ObjectVerdict]:
        for event in events:
            if isinstance(event, FaultEvent):
                self.faults.append(event)
            elif isinstance(event, Called):
                self.objects.called(event.operation)
            else:
                over = self._returned(event)
                if over is not None:
                    yield object_verdict(over, self.objects.objects[over])

    def _returned(self, event: Returned) -> ObjectKey | None:
        try:
            return self.objects.returned(event.operation)
        except UnknownCall as error:
            key = event.operation.object_key
            raise unfit(self._model_of(key).name, key, error) from error

    def _verdict_at(self, operation: Operation) -> Verdict:
        return verdict_at(self.path, operation, self._model_of(operation.object_key), self.settings.budget)

    def _model_of(self, key: ObjectKey) -> Any:
        assert self._models is not None, "the header comes first"
        return self._models(key)


def verdict_so_far(parts: tuple[ObjectVerdict, ...], is_complete: bool) -> Verdict:
    """The verdict on the file: of one that is not complete, a violation is all that can be said for certain."""
    seen = {part.verdict for part in parts}
    if Verdict.VIOLATION in seen:
        return Verdict.VIOLATION
    if not is_complete or Verdict.INCONCLUSIVE in seen:
        return Verdict.INCONCLUSIVE
    return Verdict.LAWFUL if Verdict.LAWFUL in seen else Verdict.NOTHING_CHECKED
