"""The SQL of each operation in each warehouse, as text in tests/cases/operations-*.md; ACCEPT=1 rewrites it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from assetc.adapters.protocol import Adapter
from assetc.adapters.registry import BUILT_IN, find_adapter
from assetc.compiler import operation
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.operation import CreateTable, Describe
from assetc.definitions.relation import Relation

CASES = {name: Path(__file__).parents[1] / "cases" / f"operations-{name}.md" for name in BUILT_IN}
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n```operation\n(?P<code>.+?)\n```\n(?:```sql\n(?P<sql>.*?)```\n)?", re.M | re.S
)
NAMES = {
    **vars(operation),
    "Relation": Relation,
    "diagnostic": diagnostic,
    "r": lambda name: Relation("db", "main", name),
    "tmp": lambda name: Relation(None, None, name),
}


EVERY = [(name, case) for name, path in CASES.items() for case in CASE.finditer(path.read_text(encoding="utf-8"))]


@pytest.fixture(params=sorted(BUILT_IN))
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return find_adapter(request.param)


@pytest.mark.parametrize(("name", "case"), EVERY, ids=[f"{name}: {case['title']}" for name, case in EVERY])
def test_an_operation_is_rendered_as_written(name: str, case: re.Match[str]) -> None:
    statements = find_adapter(name).render(eval(case["code"], NAMES))
    sql = "".join(f"{statement.sql};\n" for statement in statements)
    if os.environ.get("ACCEPT"):
        written = f"## {case['title']}\n```operation\n{case['code']}\n```\n```sql\n{sql}```\n"
        path = CASES[name]
        path.write_text(path.read_text(encoding="utf-8").replace(case[0], written), encoding="utf-8")
    else:
        assert sql == case["sql"]


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_every_kind_that_is_rendered_has_a_case(name: str) -> None:
    written = {case["code"].split("(")[0] for told, case in EVERY if told == name}
    asked = {"Atomically", "Describe", "LoadValue", "Report", "RunChecks", "WriteRows"}
    kinds = {kind.__name__ for kind in operation.Operation.__args__}
    assert written == kinds - asked


def test_the_authors_text_is_found_in_a_statement(adapter: Adapter) -> None:
    (statement,) = adapter.render(CreateTable(Relation("db", "main", "t"), "select 1"))
    assert statement.sql[statement.body :] == "select 1"


def test_a_question_is_not_rendered(adapter: Adapter) -> None:
    with pytest.raises(TypeError, match="Describe is not rendered"):
        adapter.render(Describe(Relation("db", "main", "t")))


def test_the_ledger_is_asked_for_step_ids(adapter: Adapter) -> None:
    asked = adapter.ledger_query(Relation("db", "main", "l"), ("a", "it's"))
    assert asked == """select "step_id" from "db"."main"."l" where "step_id" in ('a', 'it''s')"""
