"""One row of the result: what each side said of the same history, what it cost, and what is wrong about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.checkers.measurement import FAILED, INCONCLUSIVE, Measured


@dataclass(frozen=True, slots=True)
class Answer:
    """What one side said of the histories of a row; nothing where it was not asked, and why."""

    measured: tuple[Measured, ...] = ()
    not_asked: str | None = None

    @property
    def gave_up(self) -> bool:
        """Whether a verdict is missing."""
        return any(one.verdict in (INCONCLUSIVE, FAILED) for one in self.measured)

    @property
    def decided(self) -> bool:
        return bool(self.measured) and not self.gave_up

    @property
    def seconds(self) -> float:
        """For all histories of the row."""
        return sum(one.seconds for one in self.measured)

    @property
    def cpu_seconds(self) -> float:
        """What all threads together used of the processors, for all histories of the row."""
        return sum(one.cpu_seconds for one in self.measured)

    @property
    def peak_mb(self) -> float:
        return max((one.peak_mb for one in self.measured), default=0.0)

    @property
    def bytes_per_operation(self) -> float:
        """Of the history that takes most."""
        return max((one.bytes_per_operation for one in self.measured), default=0.0)

    @property
    def methods(self) -> str:
        return ", ".join(sorted({one.method for one in self.measured}))

    @property
    def verdicts(self) -> str:
        """The verdict, or how many histories got which."""
        said = [one.verdict for one in self.measured]
        if len(said) <= 1:
            return said[0] if said else "-"
        return ", ".join(f"{said.count(verdict)} {verdict}" for verdict in sorted(set(said)))


@dataclass(frozen=True, slots=True)
class Row:
    """One generated history, or a corpus of recorded ones."""

    series: str
    name: str
    operations: int
    expected: tuple[str, ...]
    """The known verdict on each history."""
    ours: Answer
    porcupine: Answer

    @property
    def ratio(self) -> float | None:
        """Our seconds over Porcupine's; None unless both decided."""
        if not (self.ours.decided and self.porcupine.decided):
            return None
        return self.ours.seconds / max(self.porcupine.seconds, 1e-9)

    @property
    def cpu_ratio(self) -> float | None:
        """The same of the time of the processors, which others who are busy on the machine change little."""
        if self.ratio is None:
            return None
        return self.ours.cpu_seconds / max(self.porcupine.cpu_seconds, 1e-9)

    def _sides(self) -> tuple[tuple[str, Answer], tuple[str, Answer]]:
        return ("ours", self.ours), ("Porcupine", self.porcupine)

    def errors(self) -> list[str]:
        """Every failure, and every verdict that contradicts the other side's or the known one."""
        found = []
        for place, expected in enumerate(self.expected):
            which = f"{self.name}, history {place + 1}" if len(self.expected) > 1 else self.name
            said = {name: answer.measured[place] for name, answer in self._sides() if answer.measured}
            found += [f"{which}: {name} failed: {one.note}" for name, one in said.items() if one.verdict == FAILED]
            decided = {name: one.verdict for name, one in said.items() if one.verdict not in (INCONCLUSIVE, FAILED)}
            if len(set(decided.values())) > 1:
                found.append(f"{which}: ours says {decided['ours']}, Porcupine {decided['Porcupine']}")
            found += [
                f"{which}: {name} says {verdict}, and the history is known to be {expected}"
                for name, verdict in decided.items()
                if verdict != expected
            ]
        return found


def errors_of(rows: Sequence[Row]) -> list[str]:
    """What is wrong in any row."""
    return [error for row in rows for error in row.errors()]
