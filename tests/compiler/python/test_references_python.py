"""What Python files say about their assets, held against a battery of cases.

`ASSETC_REFERENCE_CASES` names a folder with other batteries of the same form (`*python*.yml`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from assetc.compiler.python.read_python import read_python
from assetc.compiler.python.reading import PythonAsset, PythonReading
from assetc.compiler.sql.judged import SqlReader

SCALARS = {"str", "int", "float", "bool", "date", "datetime"}


def case_files() -> list[Path]:
    given = os.environ.get("ASSETC_REFERENCE_CASES")
    folder = Path(given) if given else Path(__file__).parents[2] / "references"
    return sorted(folder.glob("*python*.yml"))


def cases() -> Iterator[Any]:
    for file in case_files():
        for case in yaml.safe_load(file.read_text("utf-8")):
            yield pytest.param(case, id=case["id"])


@pytest.mark.parametrize("case", list(cases()))
def test_references_python(case: dict[str, Any]) -> None:
    files = case.get("files", {})
    reading = read_python("m.py", case["code"], files.get, SqlReader(case.get("dialect", "duckdb"), None))
    found = described(reading)
    assert {name: facts for name, facts in found.items() if name in case["assets"] or not case["assets"]} == expected(
        case
    )
    if case.get("import"):
        assert reading.needs_import


def described(reading: PythonReading) -> dict[str, Any]:
    return {"/".join((*asset.key_prefix, asset.name)): facts_of(asset) for asset in reading.assets}


def facts_of(asset: PythonAsset) -> dict[str, Any]:
    """What a case states: every name counts as an asset's, but for the asset's own and for its variables."""
    own = {asset.name, asset.name.rpartition(".")[2], asset.function, *asset.outs}
    found: dict[str, str] = {}
    for name, certainty in [*declared(asset), *read(asset)]:
        if name not in own and found.get(name) != "certain":
            found[name] = certainty
    return {
        "certain": {name for name, certainty in found.items() if certainty == "certain"},
        "likely": {name for name, certainty in found.items() if certainty == "likely"},
        "writes": {".".join(each.reference.parts) for each in asset.writes if each.reference.kind == "write"} - own,
        "outs": set(asset.outs),
        "unresolved": asset.unresolved,
    }


def declared(asset: PythonAsset) -> Iterator[tuple[str, str]]:
    yield from ((each.key, "certain") for each in (*asset.declared_deps, *asset.inputs))
    mapped = {each.parameter for each in asset.inputs}
    for parameter in asset.parameters:
        if parameter.must_be_upstream and parameter.annotation not in SCALARS and parameter.name not in mapped:
            yield parameter.name, "certain"


def read(asset: PythonAsset) -> Iterator[tuple[str, str]]:
    for each in asset.references:
        name = ".".join(each.reference.parts)
        if each.reference.kind == "read" and name not in (*asset.local_frames, *asset.ignore_deps):
            yield name, each.reference.certainty


def expected(case: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "certain": set(facts.get("certain", ())),
            "likely": set(facts.get("likely", ())),
            "writes": set(facts.get("writes", ())),
            "outs": set(facts.get("outs", ())),
            "unresolved": facts.get("unresolved", False),
        }
        for name, facts in case["assets"].items()
    }
