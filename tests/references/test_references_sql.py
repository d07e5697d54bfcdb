"""The battery of SQL texts: each case has its dialect and every name that it reads or writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from assetc.compiler.sql.fold import split_name
from assetc.compiler.sql.read_sql import read_sql

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


def render(template: str) -> str:
    # REPLACE: by assetc.compiler.template once it exists; then jinja2 need not be imported here.
    jinja2 = pytest.importorskip("jinja2")
    names = {
        "ref": lambda name: name,
        "source": lambda source, table: f"{source}.{table}",
        "is_incremental": lambda: False,
        "var": lambda name, default=None: default,
        "this": "this_model",
        "config": lambda **_: "",
    }
    return str(jinja2.Environment().from_string(template).render(**names))


@pytest.mark.parametrize("case", cases())
def test_references_sql(case: dict[str, Any]) -> None:
    sql = render(case["sql"]) if case.get("jinja") else case["sql"]
    reading = read_sql(sql, case["dialect"])
    found = {f"{KINDS[reference.kind]}:{'.'.join(reference.parts)}" for reference in reading.references}
    assert found == set(case["refs"])


@pytest.mark.parametrize("case", cases())
def test_references_sql_places(case: dict[str, Any]) -> None:
    """A place holds exactly the characters of the name."""
    sql = render(case["sql"]) if case.get("jinja") else case["sql"]
    for reference in read_sql(sql, case["dialect"]).references:
        if reference.start >= 0 and reference.kind in ("read", "write"):
            written = split_name(case["dialect"], sql[reference.start : reference.end])
            assert reference.parts[-len(written) :] == written
