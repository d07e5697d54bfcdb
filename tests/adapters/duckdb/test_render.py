"""The SQL of each operation, as text in tests/cases/operations-duckdb.md; ACCEPT=1 rewrites it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from assetc.adapters.duckdb.adapter import adapter
from assetc.compiler import operation
from assetc.compiler.operation import CreateTable, Describe
from assetc.definitions.relation import Relation

CASES = Path(__file__).parents[2] / "cases" / "operations-duckdb.md"
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n```operation\n(?P<code>.+?)\n```\n(?:```sql\n(?P<sql>.*?)```\n)?", re.M | re.S
)
NAMES = {
    **vars(operation),
    "Relation": Relation,
    "r": lambda name: Relation("db", "main", name),
    "tmp": lambda name: Relation(None, None, name),
}


def rendered(code: str) -> str:
    statements = adapter.render(eval(code, NAMES))
    return "".join(f"{statement.sql};\n" for statement in statements)


@pytest.mark.parametrize("case", [*CASE.finditer(CASES.read_text("utf-8"))], ids=lambda case: case["title"])
def test_an_operation_is_rendered_as_written(case: re.Match[str]) -> None:
    sql = rendered(case["code"])
    if os.environ.get("ACCEPT"):
        written = f"## {case['title']}\n```operation\n{case['code']}\n```\n```sql\n{sql}```\n"
        CASES.write_text(CASES.read_text(encoding="utf-8").replace(case[0], written), encoding="utf-8")
    else:
        assert sql == case["sql"]


def test_every_kind_that_is_rendered_has_a_case() -> None:
    written = {case["code"].split("(")[0] for case in CASE.finditer(CASES.read_text(encoding="utf-8"))}
    asked = {"Atomically", "Describe", "LoadValue", "Report", "RunChecks", "WriteRows"}
    kinds = {kind.__name__ for kind in operation.Operation.__args__}
    assert written == kinds - asked


def test_the_authors_text_is_found_in_a_statement() -> None:
    (statement,) = adapter.render(CreateTable(Relation("db", "main", "t"), "select 1"))
    assert statement.sql[statement.body :] == "select 1"


def test_a_question_is_not_rendered() -> None:
    with pytest.raises(TypeError, match="Describe is not rendered"):
        adapter.render(Describe(Relation("db", "main", "t")))


def test_the_ledger_is_asked_for_step_ids() -> None:
    asked = adapter.ledger_query(Relation("db", "main", "l"), ("a", "it's"))
    assert asked == """select "step_id" from "db"."main"."l" where "step_id" in ('a', 'it''s')"""
