"""What a loaded project holds, through `load` alone."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from assetc.adapters.duckdb.adapter import DuckDbOutput
from assetc.compiler.asset import CheckConfig
from assetc.compiler.project import Project
from assetc.compiler.rules import NATIVE
from assetc.project.load import Loaded, LoadRequest, load
from assetc.project.memory.cache import Cache
from assetc.project.memory.load_memory import NO_MEMORY, Memory
from assetc.project.properties.load_properties import LoadedProperties, load_properties


@dataclass
class Folder:
    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def files(self, files: dict[str, str]) -> Folder:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return self

    def load(self, start: str = ".", **options: object) -> Loaded:
        environment = {"HOME": str(self.root / "home"), **self.environment}
        return load(self.root / start, LoadRequest(environment, **options))  # type: ignore[arg-type]

    def described(self, memory: Memory = NO_MEMORY) -> LoadedProperties:
        unread = self.load(memory=memory).unread
        assert unread is not None
        return load_properties(unread, memory)

    def project(self, start: str = ".", **options: object) -> Project:
        loaded = self.load(start, **options)
        assert loaded.diagnostics == ()
        assert loaded.project is not None
        return loaded.project


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path.resolve())


DUCKDB = "shop: {target: dev, outputs: {dev: {type: duckdb, path: a.duckdb}, prod: {type: duckdb, path: b.duckdb}}}"


def test_a_native_project_needs_no_profile(folder: Folder) -> None:
    project = folder.files({"assetc.toml": 'name = "shop"', "models/a.sql": "select 1"}).project("models")
    assert (project.name, project.rules, project.path) == ("shop", NATIVE, "assetc.toml")
    target = project.target
    assert (target.name, target.type, target.database, target.schema) == ("dev", "duckdb", "warehouse", "main")
    assert project.settings.default_materialization == "table"
    assert [(file.path, file.kind) for file in project.files] == [("models/a.sql", "model")]


def test_a_dbt_project_has_the_defaults_of_dbt(folder: Folder) -> None:
    files = {"dbt_project.yml": "name: shop\nprofile: shop", "home/.dbt/profiles.yml": DUCKDB}
    settings = folder.files(files).project().settings
    assert settings.check_paths == ("tests",)
    assert (settings.inference, settings.default_materialization, settings.schemas) == ("on", "view", "prefixed")
    assert settings.default_source is None


@pytest.mark.parametrize(
    ("present", "options", "expected"),
    [
        (["asked", "environment", "here", "root", "home"], {"profiles_dir": Path("asked")}, "asked"),
        (["environment", "here", "root", "home"], {}, "environment"),
        (["here", "root", "home"], {}, "here"),
        (["root", "home"], {}, "root"),
        (["home"], {}, "home"),
    ],
)
def test_profiles_are_searched_in_the_order_of_dbt(
    folder: Folder, present: list[str], options: dict[str, object], expected: str
) -> None:
    places = {
        "asked": "sub/asked",
        "environment": "environment",
        "here": "sub",
        "root": ".",
        "home": "home/.dbt",
    }
    files = {
        f"{places[name]}/profiles.yml": f"shop: {{outputs: {{dev: {{type: duckdb, path: {name}.db}}}}}}"
        for name in present
    }
    folder.files({"dbt_project.yml": "name: shop\nprofile: shop", "sub/x": "", **files})
    if "environment" in present:
        folder.environment["DBT_PROFILES_DIR"] = str(folder.root / "environment")
    assert folder.project("sub", **options).target.fields["path"] == f"{expected}.db"


def test_the_command_line_chooses_target_and_threads(folder: Folder) -> None:
    files = {"assetc.toml": 'name = "shop"\nschema = "PUBLIC"', "profiles.yml": DUCKDB}
    loaded = folder.files(files).load(target="prod", threads=7)
    assert loaded.project is not None and loaded.connection is not None
    target = loaded.project.target
    assert (target.name, target.threads, target.database, target.schema) == ("prod", 7, "b", "PUBLIC")
    assert Path(loaded.connection.output.identity.place).name == "b.duckdb"


def test_variables_of_the_command_line_win(folder: Folder) -> None:
    project_file = """
        name = "shop"
        [vars]
        a = 1
        b = 1
        c = 1
        [vars.shop]
        b = 2
        c = 2
    """
    project = folder.files({"assetc.toml": project_file}).project(variables={"c": 3})
    assert [project.variables[name] for name in "abc"] == [1, 2, 3]


def test_what_another_target_says_stops_nothing(folder: Folder) -> None:
    outputs = "{dev: {type: duckdb, path: a.duckdb}, cloud: {type: duckdb, path: 'md:shop'}, old: {%s}}"
    profiles = f"shop: {{target: dev, outputs: {outputs % 'type: duckdb, lock_timeout: soon'}}}"
    loaded = folder.files({"assetc.toml": 'name = "shop"\nprofile = "shop"', "profiles.yml": profiles}).load()
    assert loaded.diagnostics == ()
    assert [other.name for other in loaded.others] == ["cloud"]
    (fault,) = folder.load(target="old").diagnostics
    assert (fault.code, fault.message) == ("E124", "`lock_timeout` must be a number of seconds, not 'soon'")
    assert fault.span is not None and fault.span.path == "profiles.yml"


SECRETS = """
    shop:
      outputs:
        dev:
          type: duckdb
          path: "{{ env_var('DB') }}"
          schema: main
          motherduck_token: token-in-the-file
          password: "{{ env_var('DBT_ENV_SECRET_PASSWORD') }}"
          settings: {s3_secret_access_key: key-in-the-file, memory: "uses hush-hush"}
          threads: "{{ env_var('THREADS') | as_number }}"
"""


def test_secrets_are_in_the_connection_and_nowhere_else(folder: Folder) -> None:
    folder.environment |= {"DB": "a.duckdb", "DBT_ENV_SECRET_PASSWORD": "hush-hush", "THREADS": "3"}
    loaded = folder.files({"assetc.toml": 'name = "shop"', "profiles.yml": SECRETS}).load()
    secrets = {"token-in-the-file", "hush-hush", "key-in-the-file"}
    assert set(loaded.secrets) == secrets
    assert loaded.connection is not None and loaded.project is not None
    parsed = loaded.connection.output
    assert isinstance(parsed, DuckDbOutput)
    assert ("s3_secret_access_key", "key-in-the-file") in parsed.options.settings
    assert loaded.project.target.threads == 3
    assert loaded.project.target.fields["settings"] == {"memory": "uses *****"}
    assert not any(secret in repr(loaded) + repr(parsed) for secret in secrets)


def test_a_profile_with_secrets_is_not_remembered(folder: Folder) -> None:
    folder.environment |= {"DB": "a.duckdb", "DBT_ENV_SECRET_PASSWORD": "hush-hush", "THREADS": "3"}
    folder.files({"assetc.toml": 'name = "shop"', "profiles.yml": SECRETS})
    cache = Cache.open(folder.root / "cache.sqlite")
    folder.load(memory=Memory(cache))
    cache.close()
    assert b"in-the-file" not in (folder.root / "cache.sqlite").read_bytes()


def test_configuration_by_folder(folder: Folder) -> None:
    project_file = """
        name = "shop"
        [models]
        tags = ["all"]
        [models.staging]
        "+materialized" = "view"
        meta = { owner = "{{ target.name }}" }
        pre-hook = "insert into t values ('{{ this }}')"
        [models.shop.marts.daily]
        schema = "marts"
        [data_tests]
        severity = "warn"
    """
    files = {"assetc.toml": project_file, "models/staging/a.sql": "", "models/marts/daily/b.sql": ""}
    found = [
        (config.kind, config.folder, [(entry.key, entry.value) for entry in config.entries])
        for config in folder.files(files).project().folder_configs
    ]
    hook = "insert into t values ('{{ this }}')"
    staging = [("materialized", "view"), ("meta", {"owner": "dev"}), ("pre_hook", hook)]
    assert found == [
        ("models", (), [("tags", ["all"])]),
        ("checks", (), [("severity", "warn")]),
        ("models", ("staging",), staging),
        ("models", ("marts", "daily"), [("schema", "marts")]),
    ]


PROPERTIES = """
    version: 2
    models:
      - name: orders
        description: "{{ doc('orders') }}"
        config: {schema: "{{ var('schema', 'raw') }}", tags: [a]}
        meta: {owner: me}
        columns:
          - name: id
            data_type: bigint
            tags: key
            data_tests:
              - unique
              - accepted_values: {arguments: {values: [1, yes, 0o17]}, config: {severity: warn, where: "x > 0"}}
              - dbt_utils.at_least_one: {group_by: [a], name: some, error_if: ">10", tags: slow}
    sources:
      - name: main
        tables: [ghosts, {name: t, identifier: T, columns: [{name: id, tests: [not_null]}]}]
"""


def test_property_files(folder: Folder) -> None:
    docs = "{% docs orders %}All orders{% enddocs %}"
    files = {"assetc.toml": "", "models/schema.yml": PROPERTIES, "models/docs.md": docs}
    properties = folder.files(files).described().properties
    (patch,) = properties.patches
    assert (patch.name, str(patch.span), patch.description) == ("orders", "models/schema.yml:4:11", "All orders")
    assert [(entry.key, entry.value) for entry in patch.config] == [
        ("schema", "raw"),
        ("tags", ["a"]),
        ("meta", {"owner": "me"}),
    ]
    (column,) = patch.columns
    assert (column.name, column.type, column.tags) == ("id", "bigint", ("key",))
    assert [(check.test, check.arguments, check.config, check.column, check.name) for check in patch.checks] == [
        ("unique", (), CheckConfig(), "id", None),
        (
            "accepted_values",
            (("values", [1, "yes", 15]),),
            CheckConfig(severity="warn", where="x > 0"),
            "id",
            None,
        ),
        ("dbt_utils.at_least_one", (("group_by", ["a"]),), CheckConfig(error_if=">10", tags=("slow",)), "id", "some"),
    ]
    sources = [(each.source, each.table, each.identifier, each.schema) for each in properties.sources]
    assert sources == [("main", "ghosts", "ghosts", None), ("main", "t", "T", None)]
    assert [(check.test, check.column) for check in properties.sources[1].checks] == [("not_null", "id")]


def test_checks_are_configured_by_folder(folder: Folder) -> None:
    files = {
        "assetc.toml": '[checks]\nseverity = "warn"\n[checks.staging]\nlimit = 5',
        "models/staging/a.yml": "models: [{name: a, data_tests: [unique, {unique: {severity: error}}]}]",
        "models/b.yml": "models: [{name: b, data_tests: [unique]}]",
    }
    patches = folder.files(files).described().properties.patches
    assert [check.config for patch in patches for check in patch.checks] == [
        CheckConfig(severity="warn"),
        CheckConfig(severity="warn", limit=5),
        CheckConfig(severity="error", limit=5),
    ]


def test_smaller_parts_of_a_dbt_project(folder: Folder) -> None:
    project_file = """
        name: shop
        profile: "{{ env_var('PROFILE', 'shop') }}"
        target-path: "{{ var('out', 'build') }}"
        on-run-start: "create schema if not exists {{ target.schema }}"
        on-run-end: [select 1, select 2]
        flags: {send_anonymous_usage_stats: no}
        dispatch: [{macro_namespace: dbt_utils, search_order: [shop, dbt_utils]}]
        models: {+enabled: yes}
    """
    selectors = "selectors: [{name: nightly, definition: 'tag:nightly'}]"
    files = {"dbt_project.yml": project_file, "profiles.yml": DUCKDB, "selectors.yml": selectors}
    loaded = folder.files(files).load()
    assert [(problem.code, problem.span.line) for problem in loaded.diagnostics] == [("W223", 5), ("W223", 6)]
    project = loaded.project
    assert project is not None
    assert (project.settings.target_path, project.settings.clean_targets) == ("build", ("build",))
    assert [hook.value for hook in project.on_run_start] == ["create schema if not exists {{ target.schema }}"]
    assert [hook.value for hook in project.on_run_end] == ["select 1", "select 2"]
    assert project.flags == {"send_anonymous_usage_stats": False}
    assert project.dispatch == (("dbt_utils", ("shop", "dbt_utils")),)
    assert project.selectors == {"selectors": [{"name": "nightly", "definition": "tag:nightly"}]}
    assert project.selectors_path == "selectors.yml"
    assert project.folder_configs[0].entries[0].value is True


def test_old_names_of_folders_in_a_dbt_project_count_until_the_new_ones_are_written(folder: Folder) -> None:
    files = {
        "dbt_project.yml": "name: shop\nprofile: shop\nsource-paths: [sql]\ndata-paths: [data]",
        "profiles.yml": DUCKDB,
    }
    settings = folder.files(files).project().settings
    assert (settings.model_paths, settings.seed_paths) == (("sql",), ("data",))
    both = {"dbt_project.yml": "name: shop\nprofile: shop\nmodel-paths: [models]\nsource-paths: [sql]"}
    assert folder.files(both).project().settings.model_paths == ("models",)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{% if target.name == 'dev' %}out{% endif %}", "out"),
        ("{{ 'out' if target.type == 'duckdb' else 'in' }}", "out"),
        ("{{ target.name ~ '_' ~ env_var('PART', 'x') | upper }}", "dev_X"),
    ],
)
def test_a_template_that_is_more_than_a_call_is_rendered_in_full(folder: Folder, written: str, value: str) -> None:
    files = {"dbt_project.yml": f'name: shop\nprofile: shop\nmodels: {{+schema: "{written}"}}', "profiles.yml": DUCKDB}
    (configured,) = folder.files(files).project().folder_configs
    assert [entry.value for entry in configured.entries] == [value]


def test_an_expression_keeps_the_type_of_its_value(folder: Folder) -> None:
    enabled = "{{ (target.name == 'prod') | as_bool }}"
    files = {"dbt_project.yml": f'name: shop\nprofile: shop\nmodels: {{+enabled: "{enabled}"}}', "profiles.yml": DUCKDB}
    (configured,) = folder.files(files).project().folder_configs
    assert [entry.value for entry in configured.entries] == [False]


def test_a_remembered_load_gives_the_same_and_reads_no_yaml(folder: Folder) -> None:
    files = {
        "assetc.toml": 'profile = "shop"\n[vars]\nday = 2024-01-01',
        "profiles.yml": DUCKDB,
        "models/schema.yml": PROPERTIES,
        "selectors.yml": "selectors: []",
    }
    folder.files(files)
    cache = Cache.open(folder.root / "cache.sqlite")
    first = folder.load(memory=Memory(cache)), folder.described(Memory(cache))
    cache.close()
    memory = Memory(Cache.open(folder.root / "cache.sqlite"))
    assert (folder.load(memory=memory), folder.described(memory)) == first
    assert first[0].project is not None
    program = f"""
        import sys
        from pathlib import Path
        from assetc.project.memory.cache import Cache
        from assetc.project.memory.load_memory import Memory
        from assetc.project.load import LoadRequest, load
        from assetc.project.properties.load_properties import load_properties
        root = Path({str(folder.root)!r})
        memory = Memory(Cache.open(root / "cache.sqlite"))
        loaded = load(root, LoadRequest({{}}, memory=memory))
        assert load_properties(loaded.unread, memory).properties.patches
        print([name for name in ("yaml", "tomllib", "jinja2", "sqlglot", "duckdb", "networkx") if name in sys.modules])
    """
    output = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=True)
    assert output.stdout == "[]\n"


def test_a_changed_file_is_read_again(folder: Folder) -> None:
    memory = Memory(Cache.open(None))
    folder.files({"assetc.toml": "", "models/a.yml": "models: [{name: a}]"}).described(memory)
    folder.files({"models/a.yml": "models: [{name: bcd}]"})
    assert [patch.name for patch in folder.described(memory).properties.patches] == ["bcd"]


def test_the_example_of_a_profiles_file_works(folder: Folder) -> None:
    example = Path(__file__).parents[2] / "profiles.example.yml"
    folder.files({"assetc.toml": 'name = "shop"\nprofile = "shop"', "profiles.yml": example.read_text()})
    assert folder.project().target.name == "dev"
    assert folder.project(target="prod").target.threads == 8
    assert folder.project(target="warehouse").target.schema == "analytics"
