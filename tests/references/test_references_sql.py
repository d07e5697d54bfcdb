"""The battery of SQL texts: each case has its dialect and every name that it reads or writes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import Struct

from assetc.compiler.sql.fold import split_name
from assetc.compiler.sql.read_sql import read_sql
from assetc.compiler.template.render import render
from assetc.compiler.template.surroundings import Surroundings, Template

KINDS = {
    "read": "r",
    "write": "w",
    "file_read": "f",
    "file_write": "fw",
    "stage_read": "s",
    "stage_write": "sw",
    "table_function": "t",
    "function": "u",
    "unknown": "x",
}


def cases() -> list[Any]:
    folder = Path(os.environ.get("ASSETC_REFERENCE_CASES") or Path(__file__).parent)
    return [
        pytest.param(case, id=f"{path.stem}-{case['id']}")
        for path in sorted(folder.glob("*sql*.yml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


class PlainNames(Struct, frozen=True):
    """Names that render to themselves."""

    this: object = "this_model"

    def ref(self, package: str | None, name: str, version: str | None) -> object:
        return name

    def source(self, source: str, table: str) -> object:
        return f"{source}.{table}"


SURROUNDINGS = Surroundings("battery", datetime(2026, 1, 1, tzinfo=UTC), names=PlainNames())


def text_of(case: dict[str, Any]) -> str:
    """The SQL of a case: what its template renders to, names as they are."""
    sql = str(case["sql"])
    return render(Template("case.sql", sql), SURROUNDINGS).text if case.get("jinja") else sql


@pytest.mark.parametrize("case", cases())
def test_references_sql(case: dict[str, Any]) -> None:
    reading = read_sql(text_of(case), case["dialect"])
    found = {f"{KINDS[reference.kind]}:{'.'.join(reference.parts)}" for reference in reading.references}
    assert found == set(case["refs"])


@pytest.mark.parametrize("case", cases())
def test_references_sql_places(case: dict[str, Any]) -> None:
    """A place holds exactly the characters of the name."""
    sql = text_of(case)
    for reference in read_sql(sql, case["dialect"]).references:
        if reference.start >= 0 and reference.kind in ("read", "write"):
            written = split_name(case["dialect"], sql[reference.start : reference.end])
            assert reference.parts[-len(written) :] == written
