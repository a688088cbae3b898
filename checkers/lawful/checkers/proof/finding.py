"""What came out of a proof: one finding for each obligation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lawful.checkers.proof.counterexample import Counterexample
from lawful.checkers.verdict import Verdict

SECONDS = 10.0
"""How long one question to the solver may take, where nothing else is said."""


class Goal(StrEnum):
    """What an obligation asks for."""

    INITIAL = "initial"
    """A claim holds at first."""
    STEP = "step"
    """A claim holds after any call of a function, where all claims held before."""
    FOLLOWS = "follows"
    """A claim holds of every state of which all lemmas hold."""
    TIME = "time"
    """A claim goes on to hold while time passes."""
    GRANT = "grant"
    """Who is granted a right has it, by what the row holds."""
    EXCLUSION = "exclusion"
    """Two clients that both believe are one."""
    COMPLETE = "complete"
    """Some case of a function applies, whatever the call."""
    ALIVE = "alive"
    """Each case of a function applies to some call."""
    NOT_VACUOUS = "not vacuous"
    """A claim says something: its condition is met in some state or step."""
    BREAKABLE = "breakable"
    """A claim could be broken by what the functions of the table change."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One obligation, and whether it is met."""

    table: str
    goal: Goal
    clause: str | None
    sentence: str
    function: str | None
    """None: it is not about one function."""
    verdict: Verdict
    seconds: float
    reason: str | None = None
    """Why it is not met, or not known, in words."""
    counterexample: Counterexample | None = None
