"""A counterexample run by the sequential model, and the claim evaluated on what the model makes of it.

So proof and model are about the same thing: where the model does not take the step, or the claim holds of what it
makes, the solver was given too little, and nothing was shown.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lawful.checkers.proof.claims import Claim, NoneBelowNought, WellTyped, speaks_of_rows
from lawful.checkers.proof.counterexample import Belief, Counterexample
from lawful.models.model import Call, OpenReply, Transition, Window, transitions
from lawful.models.rows import Rows
from lawful.models.task_store.decisions import Decisions
from lawful.models.task_store.declared import model_of
from lawful.models.task_store.evaluation import Evaluator, Situation
from lawful.models.task_store.expiry import Expiry
from lawful.models.task_store.state import Row, TableState, Value, key_text
from lawful.models.values import Frozen, Json
from lawful.specs import expression as x
from lawful.specs.field import Argument, Field
from lawful.specs.property import Exclusive, Invariant, Kept, StepProperty
from lawful.specs.table import Table

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a claim refers to, in concrete values."""

    table: Table
    now_ns: int
    state: TableState
    key: str | None
    passes: Mapping[tuple[str | None, str], bool] = field(default_factory=dict)
    """Of instants that end right now, by row and field: whether they count as passed."""
    arguments: Mapping[str, Json] = field(default_factory=dict)
    answer: Json = None
    earlier: Scene | None = None
    belief: Belief | None = None

    @property
    def row(self) -> Row | None:
        return None if self.key is None else self.state.rows.get(self.key)

    def field(self, name: str) -> Any:
        """A field, an instant as the number of nanoseconds at which it ends at the earliest."""
        value = self._value(name)
        if isinstance(value, Expiry):
            return value.earliest_ns
        return value.value if isinstance(value, Frozen) else value

    def passed(self, name: str) -> bool:
        value = self._value(name)
        if not isinstance(value, Expiry):
            return True
        if value.earliest_ns == self.now_ns:
            return self.passes.get((self.key, name), True)
        return value.earliest_ns < self.now_ns

    def exists(self) -> bool:
        expires = self.table.expires
        return self.row is not None and (expires is None or not self.passed(expires.name))

    def at(self, key: str) -> Scene:
        """The same, looking at another row."""
        return dataclasses.replace(self, key=key)

    def there(self) -> set[str]:
        """The keys of the rows that exist."""
        return {key for key, _ in self.state.rows.items() if self.at(key).exists()}

    def _value(self, name: str) -> Value:
        if name in self.state.beside.names:
            return self.state.beside.get(name)
        return None if self.row is None else self.row.get(name)


def holds(claim: Claim, scene: Scene) -> bool:
    """Whether `claim` holds in concrete values."""
    match claim:
        case WellTyped():
            return _well_typed(scene)
        case NoneBelowNought(declared, name):
            return all(item[name] >= 0 for item in scene.field(declared.name))
        case Invariant(holds=expression):
            excepted = speaks_of_rows(expression, scene.table) and not scene.exists()
            return excepted or _true(expression, scene)
        case Kept():
            return not _true(claim.where, scene) or _kept(claim, scene)
        case StepProperty(holds=expression) | Exclusive(invariant=expression):
            return _true(expression, scene)


def replayed(table: Table, claim: Claim, found: Counterexample, chosen: Json) -> Counterexample | None:
    """The step as the model takes it and `claim` is broken by it; None where there is none."""
    if found.call is None:
        return None
    for step, answer, after in _taken(table, found, found.call, chosen):
        for scene in _scenes(table, found, answer, after):
            if not holds(claim, scene):
                return dataclasses.replace(found, answer=answer, because=step.because, after=after, replayed=True)
    return None


def _taken(
    table: Table, found: Counterexample, call: Call, chosen: Json
) -> Iterator[tuple[Transition[TableState], Json, TableState]]:
    model = model_of(table, found.clock_error_ns)
    for step in transitions(model, found.before, call, Window(found.now_ns, found.now_ns)):
        if not isinstance(step.reply, OpenReply):
            yield step, step.reply, step.state
        elif (after := step.reply.state_after(chosen)) is not None:
            yield step, chosen, after


def _scenes(table: Table, found: Counterexample, answer: Json, after: TableState) -> Iterator[Scene]:
    """The step as each claim sees it; what ends right now may count as passed or not, but the same before and after."""
    assert found.call is not None
    belief = found.beliefs[0] if found.beliefs else None
    for passes in (False, True):
        ties = {
            (key, name): passes
            for key, row in [(None, found.before.beside), *found.before.rows.items(), *after.rows.items()]
            for name in row.names
        }
        arguments = found.call.arguments
        earlier = Scene(table, found.now_ns, found.before, found.key, ties, arguments)
        yield Scene(table, found.now_ns, after, found.key, ties, arguments, answer, earlier, belief)


def _true(expression: x.Expression, scene: Scene) -> bool:
    return Evaluator(scene.table).holds(_grounded(expression, scene), _nowhere())


def _grounded(part: E, scene: Scene | None) -> E:
    """An expression with its values in place of what it refers to."""
    assert scene is not None
    value: Any = part
    match part:
        case x.Before(before):
            value = _grounded(before, scene.earlier)
        case x.Existed():
            value = x.Literal(scene.earlier is not None and scene.earlier.exists())
        case x.Exists():
            value = x.Literal(scene.exists())
        case x.Passed(Field(name)):
            value = x.Literal(scene.passed(name))
        case Field(name):
            value = x.Literal(scene.field(name))
        case Argument(name):
            value = x.Literal(scene.arguments[name])  # type: ignore[arg-type]
        case x.Answered():
            value = x.Literal(scene.answer)  # type: ignore[arg-type]
        case x.Believer():
            value = x.Literal(None if scene.belief is None else scene.belief.believer)
        case x.BelievedUntil():
            value = x.Literal(None if scene.belief is None else scene.belief.until_ns)
        case tuple():
            value = tuple(_grounded(one, scene) for one in part)
        case x.Expression():
            slots = part.__dataclass_fields__  # type: ignore[attr-defined]
            value = dataclasses.replace(part, **{name: _grounded(getattr(part, name), scene) for name in slots})  # type: ignore[type-var]
    return value  # type: ignore[no-any-return]


def _kept(claim: Kept, scene: Scene) -> bool:
    """Whether the right rows are left. The row that the call is on is compared with others where it says how."""
    assert scene.earlier is not None
    before, after = scene.earlier.there(), scene.there()
    on = key_text([scene.arguments[field.name] for field in scene.table.row_key])  # type: ignore[misc]
    most = max(Evaluator(scene.table).value(_grounded(claim.most, scene), _nowhere()), 0)
    held = {key: scene.earlier.at(key).field(claim.by.name) for key in before - {on}}
    if claim.by.name in scene.arguments:
        held[on] = scene.arguments[claim.by.name]
    smallest = min((value for key, value in held.items() if key in after), default=None)
    gone = [value for key, value in held.items() if key not in after]
    some_went = gone or scene.state.rows.get(on) is None
    needed = not some_went or len(before | {on}) > most
    return len(after) <= most and needed and all(smallest is None or value <= smallest for value in gone)


def _nowhere() -> Situation:
    """Where an expression is evaluated that refers to nothing any more."""
    return Situation(TableState(Row((), ()), Rows()), {}, Decisions(Window(0, 0)))


def _well_typed(scene: Scene) -> bool:
    rows = [scene.state.beside, *([] if scene.row is None else [scene.row])]
    fields = {one.name: one for one in (*scene.table.row_key, *scene.table.fields, *scene.table.beside)}
    return all(_fits(fields[name], value) for row in rows for name, value in zip(row.names, row.values, strict=True))


def _fits(declared: Field, value: Value) -> bool:
    if value is None:
        return declared.nullable or declared.type == "any"
    return not declared.values or value in declared.values
