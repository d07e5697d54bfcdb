"""Writes the expected texts of `dbt.md`: run it with a Python that has dbt-core 1.11 and dbt-duckdb.

<that python> tests/compiler/template/regenerate_with_dbt.py
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import snippet_project as shop  # noqa: E402

CASE = re.compile(r"## (?P<name>.+?)\n\n```jinja\n(?P<template>.*?)\n```\n\n```text\n(?P<text>.*?)```\n", re.DOTALL)
PROJECT = {
    "name": "shop",
    "version": "1.0",
    "profile": "shop",
    "vars": shop.VARIABLES,
    "flags": {"send_anonymous_usage_stats": False},
}
SOURCES = {"sources": [{"name": "crm", "tables": [{"name": "users"}]}]}


def model_name(case: str) -> str:
    return "case_" + re.sub(r"\W+", "_", case.lower())


def write_project(root: Path, cases: list[re.Match[str]]) -> None:
    profile = {"shop": {"target": "dev", "outputs": {"dev": {"type": "duckdb", "path": "shop.duckdb"}}}}
    files = {
        "dbt_project.yml": json.dumps(PROJECT),
        "profiles.yml": json.dumps(profile),
        "models/sources.yml": json.dumps(SOURCES),
        "models/orders.sql": "select 1 as id",
        "macros/macros.sql": shop.MACROS,
        **{f"models/{model_name(case['name'])}.sql": case["template"] for case in cases},
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def main() -> None:
    page = HERE / "dbt.md"
    cases = list(CASE.finditer(page.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), cases)
        dbt = Path(sys.executable).with_name("dbt")
        subprocess.run(
            [str(dbt), "compile", "--profiles-dir", folder, "--project-dir", folder],
            check=True,
            cwd=folder,
            env={**os.environ, **shop.ENVIRONMENT},
        )
        manifest = json.loads((Path(folder) / "target/manifest.json").read_text(encoding="utf-8"))
    compiled = {node["name"]: node.get("compiled_code") for node in manifest["nodes"].values()}

    def with_text(case: re.Match[str]) -> str:
        text = compiled[model_name(case["name"])]
        return f"## {case['name']}\n\n```jinja\n{case['template']}\n```\n\n```text\n{text}\n```\n"

    page.write_text(CASE.sub(with_text, page.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{len(cases)} cases\n")


if __name__ == "__main__":
    main()
