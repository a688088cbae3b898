"""What a store that keeps a declaration does: of everything that the sequential model allows, one outcome.

The choices that the model leaves open are made the same way each time, so that machines that are given the same calls
in the same order agree: of rows that may be chosen, the first case before the next, and within it the row that was
left alone for longest; of integers that may be answered, the smallest; an instant has passed once the clock shows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.model import Call, Transition, Window
from lawful.models.task_store.answers import Hole
from lawful.models.task_store.decisions import Decisions, Place
from lawful.models.task_store.evaluation import Situation
from lawful.models.task_store.expiry import Expiry
from lawful.models.task_store.functions import Functions, Step
from lawful.models.task_store.state import TableState, Value
from lawful.models.values import Json
from lawful.specs.function import Case, DeleteRows, OnAnyRow
from lawful.specs.table import Table


class _Exact(Decisions):
    """Nothing is open to a store that has looked at its clock."""

    def passed(self, place: Place, expiry: Expiry) -> bool:
        return expiry.earliest_ns <= self.window.latest_ns


class Execution(Functions):
    """Carries out calls on one independent part of a table.

    Assumption: rows are iterated from the one that was left alone for longest.
    """

    def __init__(self, table: Table) -> None:
        super().__init__(table, clock_error_ns=0)

    def carry_out(self, state: TableState, call: Call, now_ns: int) -> tuple[Json, TableState]:
        """The answer of `call` at one instant, and the state afterwards. Raises `UnknownCall`, as the model does."""
        function = self.checked(call)
        situation = self.situation(state, call, _Exact(Window(now_ns, now_ns)))
        if isinstance(function.body, OnAnyRow):
            step = self._on_first_row(function.body, situation)
        else:
            step = self._step(function, situation)
        return step.reply, step.state  # type: ignore[return-value]  # no answer is open here

    def _on_first_row(self, body: OnAnyRow, situation: Situation) -> Step:
        for one in body.cases:
            for key in situation.state.rows:
                at_row = situation.at(key, situation.state.rows.get(key))
                if self.evaluator.holds(one.guard, at_row) and self.evaluator.exists(at_row):
                    return self._taken(one, at_row)
        return Transition(None, situation.state, body.none_because, body.none_clause)

    def _taken(self, taken: Case, situation: Situation, key_values: Sequence[Value] = ()) -> Step:
        template = self.template(taken.answer, situation)
        if isinstance(template, Hole):
            template = situation.answer = template.bound
        after = self._effects.after(situation, taken.effects, key_values) if taken.effects else situation.state
        return Transition(template, after, taken.because, taken.clause)

    def _deleted(self, body: DeleteRows, situation: Situation) -> Step:
        """Rows that have expired go as well: the model forgets to mention them, a store would run out of memory."""
        live = {one.key: one for one in self.evaluator.live_rows(situation)}
        going = [key for key, one in live.items() if body.where is not None and self.evaluator.holds(body.where, one)]
        rows = situation.state.rows
        for key in [*going, *(key for key in list(rows) if key not in live)]:
            assert key is not None
            rows = rows.without(key)
        answer = None if body.where is None else len(going)
        return Transition(answer, situation.state._replace(rows=rows), body.because, body.clause)
