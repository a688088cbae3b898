"""Rows behave as immutable mappings with a hash that is theirs alone; JSON values are compared by type and value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lawful.models.rows import Rows
from lawful.models.values import Frozen, Json, canonical, identical

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
changes = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 3)))


@given(changes)
def test_rows_are_what_a_dictionary_would_be(steps: list[tuple[str, int | None]]) -> None:
    rows, expected = Rows[int](), dict[str, int]()
    for key, value in steps:
        before, kept = rows, dict(expected)
        if value is None:
            if key in expected:
                rows = rows.without(key)
                del expected[key]
        else:
            rows = rows.put(key, value)
            expected[key] = value
        assert before.items() == sorted(kept.items())
    assert rows.items() == sorted(expected.items())
    assert len(rows) == len(expected)
    assert rows == Rows(expected)
    assert hash(rows) == hash(Rows(expected))


@given(json_values, json_values)
def test_canonical_texts_are_equal_exactly_where_values_are_identical(left: Json, right: Json) -> None:
    assert identical(left, right) == (canonical(left) == canonical(right))
    assert (Frozen(left) == Frozen(right)) == identical(left, right)


@given(json_values)
def test_a_value_is_identical_to_itself_and_to_nothing_of_another_type(value: Json) -> None:
    assert identical(value, value)
    assert not identical(value, [value])
    assert not identical(value, {"": value})


def test_numbers_of_different_type_differ() -> None:
    values: list[Json] = [0, False, 0.0, "0", None, "", [], {}]
    for i, left in enumerate(values):
        assert [j for j, right in enumerate(values) if identical(left, right)] == [i]
