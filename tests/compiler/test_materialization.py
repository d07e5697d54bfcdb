"""The operations of each build, as text in tests/cases/materializations.md; ACCEPT=1 rewrites it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from assetc.compiler.abilities import Abilities
from assetc.compiler.config import AssetConfig, Hook
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.materialization.build import (
    Build,
    CsvFile,
    Query,
    TableValue,
    ledger_for,
)
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.operation import Atomically, Column, Describe, Operations, Report, SeedColumn
from assetc.compiler.place import Span
from assetc.definitions.relation import Relation

CASES = Path(__file__).parents[1] / "cases" / "materializations.md"
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n```build\n(?P<code>.+?)\n```\n(?:```operations\n(?P<operations>.*?)```\n)?", re.M | re.S
)
ORDERS = Relation("db", "main", "orders")
STRATEGIES = ("append", "delete+insert", "merge")
NO_DDL = Abilities(atomic="dml", strategies=STRATEGIES)
FIELDS = set(Build.__struct_fields__) - {"config", "full_refresh"} | {"full_refresh"}


def build(content: object, answers: Iterable[str] = (), **given: Any) -> str:
    """The operations of one build as text."""
    defaults: dict[str, Any] = {
        "relation": ORDERS,
        "content": Query(content) if isinstance(content, str) else content,
        "abilities": Abilities(atomic="ddl", strategies=STRATEGIES),
        "step_id": "run/orders",
        "ledger": ledger_for(ORDERS, "main"),
        "span": Span("models/orders.sql", 0, 0, 1, 1),
    }
    defaults |= {name: given.pop(name) for name in tuple(given) if name in FIELDS}
    if "config_full_refresh" in given:
        given["full_refresh"] = given.pop("config_full_refresh")
    made = Build(config=AssetConfig(**given), **defaults)
    return "".join(f"{line}\n" for line in lines(materialize(made), iter(answers), ""))


def lines(operations: Operations, answers: Iterator[str], indent: str) -> Iterator[str]:
    """One line for each operation; nothing follows the report of an error, as in the executor."""
    operation = next(operations, None)
    while operation is not None:
        answer: tuple[Column, ...] = ()
        if isinstance(operation, Atomically):
            yield f"{indent}Atomically"
            assert not isinstance(operation.operations, tuple)
            yield from lines(operation.operations, answers, indent + "  ")
        else:
            yield indent + text(operation)
        if isinstance(operation, Describe):
            answer = tuple(Column(*column.split()) for column in next(answers).split(", ") if column)
        if isinstance(operation, Report) and operation.diagnostic.severity == "error":
            return
        try:
            operation = operations.send(answer)
        except StopIteration:
            return


def text(value: object) -> str:
    """A value without the fields that say nothing."""
    match value:
        case Report(fault):
            return f"{fault.code} {fault.span}: {fault.message} | {fault.hint}"
        case Diagnostic(code, message):
            return f"{code} {message}"
        case Relation():
            return ".".join(value.parts())
        case Column(name, type_name):
            return f"{name} {type_name}"
        case tuple():
            return "(" + ", ".join(map(text, value)) + ")"
    if isinstance(value, Struct):
        shown = {name: getattr(value, name) for name in value.__struct_fields__}
        parts = (f"{name}={text(part)}" for name, part in shown.items() if part not in ((), "", None, False))
        return f"{type(value).__name__} {' '.join(parts)}"
    return str(value)


NAMES = {
    "build": build,
    "Hook": Hook,
    "CsvFile": CsvFile,
    "SeedColumn": SeedColumn,
    "TableValue": TableValue,
    "NO_DDL": NO_DDL,
}


@pytest.mark.parametrize("case", [*CASE.finditer(CASES.read_text("utf-8"))], ids=lambda case: case["title"])
def test_a_build_becomes_the_operations_as_written(case: re.Match[str]) -> None:
    made = eval(case["code"], NAMES)
    if os.environ.get("ACCEPT"):
        written = f"## {case['title']}\n```build\n{case['code']}\n```\n```operations\n{made}```\n"
        CASES.write_text(CASES.read_text(encoding="utf-8").replace(case[0], written), encoding="utf-8")
    else:
        assert made == case["operations"]
