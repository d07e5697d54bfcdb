"""81 templates, each against the text that dbt 1.11 itself compiled it to (`regenerate_with_dbt.py`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import snippet_project as shop

from assetc.compiler.template.macros import MacroFile, MacroLibrary
from assetc.compiler.template.members.relation import RelationValue
from assetc.compiler.template.render import render
from assetc.compiler.template.surroundings import Flags, Surroundings, Template
from assetc.definitions.relation import Relation

CASE = re.compile(r"## (?P<name>.+?)\n\n```jinja\n(?P<template>.*?)\n```\n\n```text\n(?P<text>.*?)\n```\n", re.DOTALL)
CASES = list(CASE.finditer(Path(__file__).with_name("dbt.md").read_text(encoding="utf-8")))
NOTHING_IS_PRINTED = {"W231", "W232"}


@dataclass(frozen=True)
class ShopNames:
    this: object

    def ref(self, package: str | None, name: str, version: str | None) -> object:
        return RelationValue(Relation("shop", "main", name))

    def source(self, source: str, table: str) -> object:
        return RelationValue(Relation("shop", source, table))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_text_is_that_of_dbt(case: re.Match[str]) -> None:
    model = "case_" + re.sub(r"\W+", "_", case["name"].lower())
    surroundings = Surroundings(
        "shop",
        datetime(2026, 1, 2, tzinfo=UTC),
        variables=shop.VARIABLES,
        environment=shop.ENVIRONMENT,
        target=shop.TARGET,
        flags=Flags(execute=True),
        names=ShopNames(RelationValue(Relation("shop", "main", model))),
        library=MacroLibrary.of([MacroFile("macros/macros.sql", shop.MACROS, "shop")]),
        config={"materialized": "view", "meta": {"owner": "me"}},
        unknown_names="warning",
    )
    rendered = render(Template(f"models/{model}.sql", case["template"]), surroundings)
    assert [p for p in rendered.problems if p.code not in NOTHING_IS_PRINTED] == []
    assert rendered.text == case["text"]
