"""An ephemeral model is read wherever a statement stands: in scripts, in hooks, in Python bodies."""

from __future__ import annotations

import duckdb
import pytest

EPHEMERAL = "{{ config(materialized='ephemeral') }}\n"
MODELS = {
    "assetc.toml": 'name = "p"\n',
    "models/e.sql": EPHEMERAL + "select 1 as id; -- the only one\n",
    "models/nested.sql": EPHEMERAL + "with a as (select id from e) select id + 1 as id from a -- two",
}
SCRIPTS = [
    ("create temp table t as select 5 as x; select e.id, t.x from e, t", [(1, 5)]),
    ("create temp table t as select * from e;\nselect * from t", [(1,)]),
    ("set variable v = (select max(id) from nested); select getvariable('v') as v", [(2,)]),
    ("create temp table t (id int); insert into t select id from nested; select * from t join e on true", [(2, 1)]),
    ("create temp table t as select 7 as id, 0 as n; update t set n = nested.id from nested; from t", [(7, 2)]),
    ("create temp table t as select 2 as id; delete from t using nested where t.id = nested.id; from t", []),
    ("create temp table t as with a as (select * from e) select * from a join nested on true; from t", [(1, 2)]),
    ("create temp view t as from nested n join e on true select n.id, e.id; -- done\n;select * from t", [(2, 1)]),
    ("with a as (select * from e) select * from a union all select * from nested order by 1;", [(1,), (2,)]),
    ("/* one */ create temp macro f(x) as x + 1;\n-- two\nselect f(id) as id from (select * from nested)", [(3,)]),
    ("create temp table t as select id, 3! as n from nested; select * from t", [(2, 6)]),
    ("create temp table t as select 1 as x; select id, 3! as n from nested", [(2, 6)]),
]


def write(folder, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def rows(folder, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / ".assetc/warehouse.duckdb")) as warehouse:
        return sorted(tuple(int(value) for value in row) for row in warehouse.execute(query).fetchall())


@pytest.fixture
def project(shop, monkeypatch):
    folder = shop / "p"
    (folder / ".assetc").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def test_every_statement_of_a_script_may_read_them(project, assetc):
    write(project, MODELS | {f"models/m{number}.sql": sql for number, (sql, _) in enumerate(SCRIPTS)})
    told = assetc("run")
    assert told.code == 0, told.err
    assert [rows(project, f"from m{number}") for number in range(len(SCRIPTS))] == [right for _, right in SCRIPTS]


def test_hooks_and_bodies_may_read_them(project, assetc):
    hook = "insert into log select id from nested; update log set id = log.id + e.id from e"
    body = "context.execute('create temp table tb as select * from nested')\n    "
    body += "return context.sql('select tb.id + e.id as id from tb join e on true')"
    write(
        project,
        MODELS
        | {
            "models/log.sql": "select 0::int as id",
            "models/m.sql": f"{{{{ config(post_hook='{hook}') }}}} select id from log",
            "models/b.py": f"from assetc import asset\n\n\n@asset\ndef b(context):\n    {body}\n",
        },
    )
    told = assetc("run")
    assert told.code == 0, told.err
    assert (rows(project, "from log"), rows(project, "from b")) == ([(1,), (3,)], [(3,)])


def test_a_dbt_project_may_read_them_in_scripts_and_hooks(project, assetc):
    ephemeral = {path: text.replace("from e)", "from {{ ref('e') }})") for path, text in MODELS.items()}
    del ephemeral["assetc.toml"]
    write(
        project,
        ephemeral
        | {
            "dbt_project.yml": "name: p\nprofile: p\nmodels: {+materialized: table}\n",
            "profiles.yml": "p: {outputs: {dev: {type: duckdb, path: .assetc/warehouse.duckdb}}, target: dev}\n",
            "models/m.sql": "{{ config(post_hook=\"insert into {{ this }} select id from {{ ref('nested') }}\") }}"
            "create temp table t as select * from {{ ref('nested') }};\nselect id + 10 as id from t",
        },
    )
    told = assetc("run")
    assert told.code == 0, told.err
    assert rows(project, "from main.m") == [(2,), (12,)]
