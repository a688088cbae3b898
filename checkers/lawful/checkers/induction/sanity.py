"""Whether a proof is about something: from premises that nothing meets, everything follows.

There is a first state; each action can be taken in some state that the lemmas allow; and no lemma follows from the
others, but for the goals. All of it is shown by small instances: a state that is found there is one of the system.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from lawful.checkers.induction.finding import Finding
from lawful.checkers.induction.search import Search
from lawful.checkers.proof.finding import SECONDS, Goal
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.expression import Expression, Variable
from lawful.models.first_order.system import Lemma, State, System

STARTS = "There is a first state."
ALIVE = "The action can be taken in some state that the lemmas allow."
SAYS_SOMETHING = "The lemma does not follow from the others."


def sanity_of(system: System[State], seconds: float = SECONDS) -> Iterator[Finding]:
    """What is asked of every system, in the smallest instance that shows it."""
    searches = [Search(system, scope, seconds) for scope in system.scopes]
    yield _shown(searches, Goal.ALIVE, None, None, STARTS, [system.initial(system.state)], system.lemmas, ())
    for action in system.actions:
        premises = action.step(system.state).requires.values()
        yield _shown(searches, Goal.ALIVE, None, action.name, ALIVE, premises, system.lemmas, action.parameters)
    for lemma in (one for one in system.lemmas if one.name not in system.goals):
        others = [one for one in system.lemmas if one is not lemma]
        fails = [~lemma.holds(system.state)]
        yield _shown(searches, Goal.NOT_VACUOUS, lemma.name, None, SAYS_SOMETHING, fails, others, ())


def _shown(
    searches: Iterable[Search[State]],
    goal: Goal,
    lemma: str | None,
    action: str | None,
    sentence: str,
    formulas: Iterable[Expression],
    assumed: Iterable[Lemma[State]],
    parameters: Iterable[Variable],
) -> Finding:
    started_s = time.monotonic()
    asked, lemmas = list(formulas), list(assumed)
    found = any(search.possible(asked, lemmas, parameters) for search in searches)
    verdict, reason = (Verdict.LAWFUL, None) if found else (Verdict.VIOLATION, "no small instance has such a state")
    return Finding(goal, lemma, sentence, action, verdict, time.monotonic() - started_s, reason=reason)
