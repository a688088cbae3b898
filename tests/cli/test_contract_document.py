"""docs/contract.md is what the declarations say; every kind of expression has words."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from lawful.conformance.cli import main
from lawful.conformance.report.contract import COMMAND, contract_lines
from lawful.models.declaration_wording import condition_text, effect_text, value_text
from lawful.specs import expression
from lawful.specs.expression import EXISTED, EXISTS, Before, Expression, Literal
from lawful.specs.field import Argument, Field
from lawful.specs.function import insert
from lawful.specs.task_store import CLAUSES, TABLES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "contract.md"
COUNT, STATE = Field("count", "integer"), Field("state", "string")
GIVEN = Argument("count", "integer")


def test_the_document_is_what_is_generated(request: pytest.FixtureRequest) -> None:
    generated = "".join(f"{line}\n" for line in contract_lines(TABLES.values()))
    if request.config.getoption("--update-snapshots", default=False):
        DOCUMENT.write_text(generated, encoding="utf-8")
    written = DOCUMENT.read_text(encoding="utf-8")
    if written != generated:
        differing = set(generated.splitlines()) ^ set(written.splitlines())
        few = "\n".join(sorted(differing, key=len)[:5])
        pytest.fail(f"docs/contract.md is out of date; write it anew with: {COMMAND}\n{few}", pytrace=False)


def test_the_page_has_every_clause_function_and_field() -> None:
    page = "\n".join(contract_lines(TABLES.values()))
    for clause in CLAUSES.values():
        assert f"| {clause.id} | {clause.level.value} | " in page
    for table in TABLES.values():
        assert all(f"### {table.name}: {function.name}\n" in page for function in table.functions)
        assert all(f"| `{field.name}` | {field.type}" in page for field in (*table.row_key, *table.fields))


def test_one_table_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "jobs"]) == 0
    printed = capsys.readouterr().out
    assert "## 6. jobs" in printed
    assert "## 1. tasks" not in printed


def test_a_table_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "job"]) == 2
    assert "jobs" in capsys.readouterr().err


KINDS = [
    kind
    for _, kind in inspect.getmembers(expression, inspect.isclass)
    if issubclass(kind, Expression) and kind is not Expression
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_expression_has_words(kind: type[Expression]) -> None:
    parts: dict[str, object] = {"operator": "<", "values": ("a", "b"), "name": "n", "members": (("m", COUNT),)}
    if kind in (expression.WithMember,):
        parts["name"] = STATE
    names = [name for name in getattr(kind, "__dataclass_fields__", {}) if name != "self"]
    number = {"most": 9} if kind is expression.Doubled else {}
    made = kind(*({**dict.fromkeys(names, COUNT), **parts, **number, "value": COUNT}[name] for name in names))
    if kind is expression.Literal:
        made = Literal(3)
    assert value_text(made)
    assert condition_text(made)


@pytest.mark.parametrize(
    ("condition", "holds", "told"),
    [
        (~EXISTED | EXISTS, True, "if the row existed before, then the row exists"),
        (~EXISTED | EXISTS, False, "the row existed before and there is no such row"),
        (COUNT.above(GIVEN), True, "`count` is above the given `count`"),
        (COUNT.above(GIVEN), False, "`count` is at most the given `count`"),
        (COUNT.is_(Before(COUNT)) & STATE.is_(Before(STATE)), True, "`count` and `state` are as before"),
        ((COUNT.is_(1) | COUNT.is_(2)) & STATE.is_("a"), True, '(`count` is 1 or `count` is 2) and `state` is "a"'),
        (
            (COUNT.is_(1) | COUNT.is_(2)) & STATE.is_("a"),
            False,
            '(`count` is not 1 and `count` is not 2) or `state` is not "a"',
        ),
        (STATE.is_in(("a", "b")), False, '`state` is none of "a" and "b"'),
        (~~COUNT.is_(None), True, "`count` is null"),
    ],
)
def test_conditions_in_words(condition: Expression, holds: bool, told: str) -> None:
    assert condition_text(condition, holds) == told


def test_values_in_words() -> None:
    assert value_text(COUNT - (GIVEN + 1)) == "`count` minus (the given `count` plus 1)"
    assert effect_text(insert(count=GIVEN, state="a")) == 'the row is made with `count` as given, `state` "a"'
