"""The EDN parser: what it reads, what it refuses, and that no input can overwhelm it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.conformance.history.readers.edn import (
    MAX_DEPTH,
    EdnMap,
    EdnSet,
    EdnValue,
    Keyword,
    NotEdn,
    Symbol,
    Tagged,
    parse,
)
from lawful.conformance.history.readers.knossos import json_of
from lawful.conformance.history.strategies import json_values
from lawful.conformance.history.writers.edn import edn_text
from lawful.models.values import Json, identical

FORMS: dict[str, EdnValue] = {
    "nil": None,
    "true": True,
    "false": False,
    "0": 0,
    "-7": -7,
    "+7": 7,
    "9223372036854775808N": 2**63,
    "0x1F": 31,
    "1.5": 1.5,
    "1.": 1.0,
    "1e3": 1000.0,
    "2.50M": 2.5,
    '""': "",
    r'"a\"b\\c\nd\u00e9"': 'a"b\\c\ndé',
    r'"\ud83d\ude00"': "😀",
    '"two\nlines"': "two\nlines",
    r"\a": "a",
    r"\newline": "\n",
    r"\u00e9": "é",
    r"\(": "(",
    ":read": Keyword("read"),
    ":a/b": Keyword("a/b"),
    "nemesis": Symbol("nemesis"),
    "-": Symbol("-"),
    "-a": Symbol("-a"),
    "nilly": Symbol("nilly"),
    "[]": (),
    "[1, 2 3]": (1, 2, 3),
    "(1 (2))": (1, (2,)),
    "#{1 2}": EdnSet((1, 2)),
    "{}": EdnMap(),
    "{:a 1 :b [nil]}": EdnMap({Keyword("a"): 1, Keyword("b"): (None,)}),
    '{"a" 1, [1 2] 3}': EdnMap({"a": 1, (1, 2): 3}),
    '#inst "2015-01-01"': Tagged("inst", "2015-01-01"),
    "#jepsen.history.Op{:f :read}": Tagged("jepsen.history.Op", EdnMap({Keyword("f"): Keyword("read")})),
    "#a #b 1": Tagged("a", Tagged("b", 1)),
    "; a comment\n1 ; another": 1,
    "[1 #_ 2 3]": (1, 3),
    "[#_ #_ 1 2 3]": (3,),
    "[1 #_ #tag {:a (2)}]": (1,),
    "{:a #_ 2 1}": EdnMap({Keyword("a"): 1}),
}


@pytest.mark.parametrize("text", FORMS)
def test_a_form_reads_as_its_value(text: str) -> None:
    (value,) = parse(text)
    assert value == FORMS[text]
    assert type(value) is type(FORMS[text])


def test_forms_follow_one_another() -> None:
    assert list(parse("1 :a\n[]{}")) == [1, Keyword("a"), (), EdnMap()]
    assert list(parse(" ,\n; nothing")) == []


def test_names_of_different_kinds_are_different() -> None:
    (members,) = parse('{:a 1, a 2, "a" 3, [a] 4, (:a) 5}')
    assert isinstance(members, EdnMap)
    assert sorted(value for value in members.values() if isinstance(value, int)) == [1, 2, 3, 4, 5]


def test_a_map_knows_where_it_begins() -> None:
    first, second = parse("{}\n  {:a 1}")
    assert isinstance(first, EdnMap)
    assert isinstance(second, EdnMap)
    assert (first.offset, second.offset) == (0, 5)


REFUSED = {
    '"abc': ("without an end", 0),
    "[1 2": ("ends within", 0),
    "[1 {:a": ("ends within", 3),
    "#_": ("ends within", 0),
    "#tag": ("ends within", 0),
    "]": ("closes nothing", 0),
    "[1)": ("closes '['", 2),
    "[#_]": ("closes '#_'", 3),
    "{:a}": ("without a value", 0),
    "{:a 1 :a 2}": (":a twice", 0),
    "{{} 1}": ("key of a map", 0),
    r'"\q"': ("unknown escape", 0),
    r'"\ud800"': ("half of a character", 0),
    r"\ud800": ("half of a character", 0),
    r"\nothing": ("unknown character", 0),
    r"\udess": ("unknown character", 0),
    "1/2": ("not a number", 0),
    "12abc": ("not a number", 0),
    "1e999": ("not a number", 0),
    "##NaN": ("not EDN", 0),
    " 'quote": ("not EDN", 1),
    "@deref": ("not EDN", 0),
    "^meta x": ("not EDN", 0),
    '#"regex"': ("not EDN", 0),
    ":": ("not a keyword", 0),
    "::a": ("not a keyword", 0),
    "9" * 5000: ("digits", 0),
    "[" * (MAX_DEPTH + 1): ("nested deeper", MAX_DEPTH),
    "#_" * (MAX_DEPTH + 1): ("nested deeper", 2 * MAX_DEPTH),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_what_is_not_edn_is_refused_with_its_place(text: str) -> None:
    problem, offset = REFUSED[text]
    with pytest.raises(NotEdn) as raised:
        list(parse(text))
    assert problem in raised.value.problem
    assert raised.value.offset == offset


@pytest.mark.parametrize("text", ["[" * 10**6, "{" * 10**6, "#a" * 10**6, '"' + "\\n" * 10**6, " " * 10**6 + "("])
def test_large_nonsense_is_refused_and_not_a_stack_overflow(text: str) -> None:
    with pytest.raises(NotEdn):
        list(parse(text))


def test_nesting_up_to_the_limit_is_read() -> None:
    (value,) = parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert json_of(value, 1) == json_of(next(parse("[" * (MAX_DEPTH - 1) + "[]" + "]" * (MAX_DEPTH - 1))), 1)


@given(json_values())
def test_json_values_come_back_from_edn(value: Json) -> None:
    (form,) = parse(edn_text(value))
    assert identical(json_of(form, 1), value)


@given(st.text(st.sampled_from('()[]{}#_"\\;:,-+.0123eMNax \n'), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        forms = list(parse(text))
    except NotEdn as error:
        assert 0 <= error.offset <= len(text)
    else:
        assert list(parse(f"[{text}\n]")) == [tuple(forms)]
