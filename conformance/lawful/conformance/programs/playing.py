"""A program carried out once, on a store of its own, up to the first answer that cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lawful.conformance.programs.opened import Builds, name_of, opened
from lawful.conformance.programs.program import Program, Source, Step, Wait, program_text
from lawful.conformance.programs.side_by_side import Heard, SideBySide, TooOpen
from lawful.conformance.programs.sources import Sources
from lawful.models.model import UnknownCall
from lawful.models.values import Json
from lawful.models.wording import value_text


@dataclass(frozen=True, slots=True)
class Failure:
    """A program whose last answer the model does not allow."""

    program: Program
    text: str
    """The program as Python; the comment of its last line says what was wrong."""
    wrong: str
    clause: str | None

    @property
    def kind(self) -> tuple[str | None, str]:
        """What makes two failures the same one: the clause, and the function that was answered wrongly."""
        last = self.program[-1]
        return self.clause, f"{last.table.name}.{last.function}" if isinstance(last, Step) else ""


class Player:
    """Carries out steps one by one and keeps what came of them."""

    def __init__(self, pair: SideBySide) -> None:
        self.pair = pair
        self.done: list[Step | Wait] = []
        self._answers: dict[int, Json] = {}
        self._sources = Sources()

    def wait(self, wait: Wait) -> None:
        self.done.append(wait)
        self.pair.wait(wait.ms)

    def carry_out(self, step: Step) -> Heard:
        """Ask the store. Raises `TooOpen` and `UnknownCall`."""
        sources = step.sources or self._sources.of(step)
        arguments = {name: self._argument(value, sources.get(name)) for name, value in step.arguments.items()}
        heard = self.pair.call(step.table.name, step.key, step.function, arguments)
        if heard.offered:
            comment = value_text(heard.result) if heard.wrong is None else heard.wrong
            done = replace(step, arguments=arguments, sources=sources, comment=comment)
            self.done.append(done)
            self._sources.note(done, heard.result)
            self._answers[step.number] = heard.result
        return heard

    def failure(self, backend: str | Builds, heard: Heard) -> Failure:
        """The program so far, whose last answer was wrong."""
        assert heard.wrong is not None
        program = tuple(self.done)
        return Failure(program, program_text(name_of(backend), program), heard.wrong, heard.clause)

    def _argument(self, value: Json, source: Source | None) -> Json:
        """The value of an argument; the one at hand where the earlier answer does not show it this time."""
        if source is None or source.step not in self._answers:
            return value
        found = _at(self._answers[source.step], source.path)
        if isinstance(found, int) and not isinstance(found, bool):
            return found + source.plus
        return value if found is None else found


def _at(answer: Json, path: Sequence[str | int]) -> Json:
    """What stands at a place in an answer; None where it has no such place."""
    for part in path:
        if isinstance(part, str) and isinstance(answer, Mapping):
            answer = answer.get(part)
        elif isinstance(part, int) and isinstance(answer, list | tuple) and part < len(answer):
            answer = answer[part]
        else:
            return None
    return answer


def play(program: Program, backend: str | Builds) -> Failure | None:
    """How the program fails; None where all answers are allowed. Raises `BackendError` where no store starts."""
    with opened(backend) as client:
        player = Player(SideBySide(client))
        for step in program:
            if isinstance(step, Wait):
                player.wait(step)
                continue
            try:
                heard = player.carry_out(step)
            except (TooOpen, UnknownCall):
                return None
            if heard.wrong is not None:
                return player.failure(backend, heard)
    return None
