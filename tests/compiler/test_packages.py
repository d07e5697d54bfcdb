"""The assets, macros and names of a package that a project uses."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from assetc.compiler.compilation import Compilation
from assetc.compiler.package import Package
from assetc.project.discover import discover
from assetc.project.load import LoadRequest
from assetc.runtime.compile_project import compile_opened
from assetc.runtime.opening import OpenRequest
from assetc.runtime.workspace import Workspace, open_workspace

FILES = {
    "dbt_project.yml": "name: shop\nprofile: p\nmodels: {utils: {+schema: shared}}\n",
    "profiles.yml": "p: {target: dev, outputs: {dev: {type: duckdb, path: w.duckdb}}}",
    "models/days.sql": "select 1 as day",
    "models/ours.sql": "select * from {{ ref('days') }}",
    "models/theirs.sql": "select {{ utils.one() }} from {{ ref('utils', 'days') }}",
    "models/ours.yml": """
        models:
          - name: ours
            columns: [{name: day, data_tests: [{relationships: {field: day, to: "ref('utils', 'days')"}}]}]
    """,
    "dbt_packages/utils/models/base/days.sql": "select 2 as day",
    "dbt_packages/utils/macros/one.sql": "{% macro one() %}1{% endmacro %}",
}


def compiled(folder: Path) -> Compilation:
    """The compilation of a project that uses the package in its folder `dbt_packages`."""
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    workspace = open_workspace(OpenRequest(folder, LoadRequest({})))
    assert isinstance(workspace, Workspace)
    project = workspace.project
    found = discover(str(folder / "dbt_packages/utils"), project.settings).files
    files = tuple(replace(file, path=f"dbt_packages/utils/{file.path}") for file in found)
    used = Package("utils", project.settings, files, "dbt_packages/utils")
    opening = replace(workspace.opening, project=replace(project, used=(used,)))
    return compile_opened(opening, None, ())[0].compilation


def test_the_assets_of_a_package_are_told_from_those_of_the_project(tmp_path: Path) -> None:
    compilation = compiled(tmp_path)
    assert compilation.diagnostics == ()
    assets = {str(key): asset for key, asset in compilation.graph.assets.items()}
    assert {name: (str(asset.id), asset.fqn) for name, asset in assets.items() if "days" in name} == {
        "days": ("model.shop.days", ("shop", "days")),
        "utils/days": ("model.utils.days", ("utils", "base", "days")),
    }
    assert [asset.relation.schema for asset in assets.values() if asset.relation] == [
        "main",
        "main",
        "main",
        "main_shared",
    ]
    assert [(str(edge.down), str(edge.up)) for edge in compilation.graph.edges] == [
        ("ours", "days"),
        ("theirs", "utils/days"),
    ]


def test_a_check_reads_the_asset_of_the_package_that_it_names(tmp_path: Path) -> None:
    (check,) = compiled(tmp_path).graph.checks.values()
    assert (check.package, [str(key) for key in check.assets]) == ("shop", ["ours", "utils/days"])
