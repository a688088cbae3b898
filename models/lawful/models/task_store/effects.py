"""The state after the effects of a case: what guards taught about expiry first, then the changes, all at once."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.rows import Rows
from lawful.models.task_store.decisions import EXPIRED
from lawful.models.task_store.evaluation import Evaluator, Plain, Situation
from lawful.models.task_store.expiry import Expiry
from lawful.models.task_store.state import AtLeast, Row, TableState, Value
from lawful.models.values import Frozen
from lawful.specs.field import ORDINAL, Field
from lawful.specs.function import Assignments, Delete, Effect, Insert, KeepGreatest, Update
from lawful.specs.table import Table


class Effects:
    """Carries out the effects that the functions of one table have."""

    def __init__(self, table: Table, evaluator: Evaluator) -> None:
        self._table = table
        self._evaluator = evaluator
        self._row_names = tuple(field.name for field in (*table.row_key, *table.fields))
        self._fields = {field.name: field for field in (*table.row_key, *table.fields, *table.beside)}
        ordinals = [field.name for field in table.fields if field.type == ORDINAL]
        self._ordinal = ordinals[0] if ordinals else None

    def initial(self, situation: Situation) -> Row:
        """What stands beside the rows at first; fields begin with constants."""
        values = [
            self._stored(field, self._evaluator.value(field.initially, situation)) for field in self._table.beside
        ]
        return Row(tuple(field.name for field in self._table.beside), tuple(values))

    def after(self, situation: Situation, effects: Sequence[Effect], key_values: Sequence[Value] = ()) -> TableState:
        """The state after `effects` on the row that `situation` looks at; `key_values` are those of a row to insert."""
        inserted = None
        for effect in effects:
            if isinstance(effect, Insert):
                inserted = self.inserted(effect, situation, key_values)
        changes = [self._assigned(effect.values, situation) for effect in effects if isinstance(effect, Update)]
        going = [self._going(effect, situation, inserted) for effect in effects if isinstance(effect, KeepGreatest)]
        state = self.learnt(situation)
        rows, beside = state.rows, state.beside
        row = inserted if inserted is not None else (None if situation.key is None else rows.get(situation.key))
        for changed in changes:
            if row is not None:
                row = row.changed(changed)
            beside = beside.changed(changed)
        if row is not None and situation.key is not None:
            rows = rows.put(situation.key, row)
        if any(isinstance(effect, Delete) for effect in effects) and situation.key is not None:
            rows = rows.without(situation.key)
        for key in {key for keys in going for key in keys}:
            if rows.get(key) is not None:
                rows = rows.without(key)
        return TableState(beside, self._renumbered(rows))

    def learnt(self, situation: Situation) -> TableState:
        """The state with what the decisions of this run say about instants; rows that are gone are left out."""
        state = situation.state
        for (key, name), expiry in situation.decisions.learnt.items():
            if key is None:
                state = state._replace(beside=state.beside.changed({name: expiry}))
                continue
            row = state.rows.get(key)
            if row is None:
                continue
            gone = expiry == EXPIRED and self._table.expires is not None and self._table.expires.name == name
            rows = state.rows.without(key) if gone else state.rows.put(key, row.changed({name: expiry}))
            state = state._replace(rows=rows)
        return state

    def inserted(self, effect: Insert, situation: Situation, key_values: Sequence[Value]) -> Row:
        """The row that an insert makes."""
        given = dict(effect.values)
        values = list(key_values)
        for field in self._table.fields:
            values.append(self._stored(field, self._evaluator.value(given.get(field.name, field.initially), situation)))
        return Row(self._row_names, tuple(values))

    def _assigned(self, values: Assignments, situation: Situation) -> dict[str, Value]:
        return {
            name: self._stored(self._fields[name], self._evaluator.value(value, situation)) for name, value in values
        }

    def _going(self, effect: KeepGreatest, situation: Situation, inserted: Row | None) -> list[str]:
        """The rows that go because there are `most` greater ones.

        Whether a row has expired is asked only while it matters: what need not go stays either way, and what comes
        after `most` rows that last is gone either way. Each question doubles the runs of the step.
        """
        rows = dict(situation.state.rows.items())
        if inserted is not None and situation.key is not None:
            rows[situation.key] = inserted
        if effect.among is not None and inserted is not None:
            same = inserted.get(effect.among.name)
            rows = {key: row for key, row in rows.items() if row.get(effect.among.name) == same}
        most = max(self._evaluator.value(effect.most, situation), 0)
        by_rank = sorted(rows, key=lambda key: _integer(rows[key].get(effect.by.name)), reverse=True)
        kept = 0
        for number, key in enumerate(by_rank):
            if kept + len(by_rank) - number <= most:
                break
            if kept == most:
                return by_rank[number:]
            is_inserted = inserted is not None and key == situation.key
            kept += is_inserted or self._evaluator.exists(situation.at(key, rows[key]))
        return []

    def _renumbered(self, rows: Rows[Row]) -> Rows[Row]:
        """Rows that were used in the same order are the same state, however often each was used."""
        if self._ordinal is None:
            return rows
        name = self._ordinal
        by_rank = sorted(rows.items(), key=lambda item: _integer(item[1].get(name)))
        for rank, (key, row) in enumerate(by_rank, 1):
            if row.get(name) != rank:
                rows = rows.put(key, row.changed({name: rank}))
        return rows

    def _stored(self, field: Field, value: Plain) -> Value:
        """A value in the form in which states hold it."""
        if field.type in ("any", "object", "array"):
            return Frozen(value)
        assert value is None or isinstance(value, bool | int | str | Expiry | AtLeast), value
        return value


def _integer(value: Value) -> int:
    assert isinstance(value, int), value
    return value
