"""The assets, macros and names of a package that a project uses."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from msgspec.structs import replace

from assetc.compiler.asset_texts import text_of_asset
from assetc.compiler.compilation import Compilation
from assetc.compiler.project import Package
from assetc.compiler.template.asking import NoWarehouse
from assetc.project.discover import discover
from assetc.project.load import LoadRequest
from assetc.runtime.compile_project import compile_opened
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.opening import OpenRequest
from assetc.runtime.steps.project_checks import ProjectChecks
from assetc.runtime.steps.session_answers import SessionAnswers
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

OWN_MACROS = {
    "macros/same.sql": "{% macro word() %}root{% endmacro %}"
    "{% test sound(model) %}select '{{ word() }}' as x from {{ model }}{% endtest %}",
    "dbt_packages/utils/macros/same.sql": "{% macro word() %}package{% endmacro %}"
    "{% macro only_here() %}select '{{ word() }}'{% endmacro %}"
    "{% test sound(model) %}select '{{ word() }}' as y from {{ model }}{% endtest %}",
    "dbt_packages/utils/models/base/days.sql": "{{ config(post_hook='{{ only_here() }}') }} select 2 as day",
    "models/ours.yml": "models: [{name: ours, data_tests: [sound, utils.sound]}]",
}


def compiled(folder: Path) -> Compilation:
    """The compilation of a project that uses a package."""
    return opened(folder, {}).compilation


def opened(folder: Path, more: dict[str, str]) -> Workspace:
    """A project that uses the package in its folder `dbt_packages`."""
    for path, text in {**FILES, **more}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    workspace = open_workspace(OpenRequest(folder, LoadRequest({})))
    assert isinstance(workspace, Workspace)
    project = workspace.project
    found = discover(str(folder / "dbt_packages/utils"), project.settings).files
    files = tuple(replace(file, path=f"dbt_packages/utils/{file.path}") for file in found)
    used = Package("utils", project.settings, files, "dbt_packages/utils")
    opening = replace(workspace.opening, project=replace(project, used=(used,)))
    snapshot, counts = compile_opened(opening, None, ())
    compilation = snapshot.compilation
    return Workspace(opening, compilation, counts, compilation.diagnostics, workspace.connection, ())


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


def test_the_hooks_and_checks_of_a_package_call_its_own_macros(tmp_path: Path) -> None:
    workspace = opened(tmp_path, OWN_MACROS)
    assert workspace.compilation.diagnostics == ()
    (asset,) = (each for each in workspace.graph.assets.values() if each.package == "utils")
    compiler = SqlCompiler.of(workspace)
    ask = cast("SessionAnswers", NoWarehouse())
    text = text_of_asset(asset, "post-hook", "{{ word() }}", None)
    assert compiler.hook(asset, text, incremental=False, ask=ask).sql == "package"
    ours = {check.kind: check for check in workspace.graph.checks.values()}
    theirs = replace(ours["sound"], id=replace(ours["sound"].id, package="utils"))
    queries = [ProjectChecks(compiler).rows_query(check) for check in (ours["sound"], ours["utils.sound"], theirs)]
    assert [query.split(" from ")[0] for query in queries] == [
        "select 'root' as x",
        "select 'root' as y",  # the names in a macro are looked up for whoever calls it, as in dbt
        "select 'package' as y",
    ]
