"""Scripts that end when each function was answered, or at the first trouble."""

from __future__ import annotations

from lawful.conformance.run.stages import Limited
from lawful.conformance.run.tally import Tally
from lawful.conformance.workloads.script import Intent, Script
from lawful.models.history import Outcome
from lawful.models.values import Json


class Functions(Limited):
    """A script until each of `functions` was answered, for `most` operations at the most."""

    def __init__(self, script: Script, functions: frozenset[str], most: int) -> None:
        super().__init__(script, most)
        self.missing = set(functions)
        """The functions that were not answered yet."""

    def next(self) -> Intent | None:
        return super().next() if self.missing else None

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        super().saw(intent, outcome, result)
        self.missing.discard(intent.function)


class Watched:
    """A script until the first operation that failed or has an unknown outcome; that one is kept."""

    def __init__(self, script: Script, tally: Tally) -> None:
        self._script = script
        self._tally = tally
        self.trouble: tuple[Intent, Outcome] | None = None

    def next(self) -> Intent | None:
        return None if self.trouble is not None or self._tally.defects else self._script.next()

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        self._script.saw(intent, outcome, result)
        offered = f"{intent.table}.{intent.function}" not in self._tally.unsupported
        if outcome is not Outcome.OK and offered:
            self.trouble = (intent, outcome)
