"""Whole commands on PostgreSQL: interrupted, cut off, with secrets, and as a dbt project."""

from __future__ import annotations

import shlex
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
import pytest
from folder import Folder
from postgres_server import connect, postgres_fields, profiles_file, tables_in
from psycopg import sql
from test_secrets import FROM_ENVIRONMENT, IN_ADDRESS, PASSWORD, leaks_in_what_is_said, leaks_in_what_is_written

APPEND = "{{ config(materialized='incremental', incremental_strategy='append') }} "
OURS = "from pg_stat_activity where application_name = 'assetc' and datname = current_database()"


@pytest.fixture
def fields(tmp_path: Path) -> dict[str, object]:
    return postgres_fields(tmp_path)


def wait_for(fields: dict[str, object], sign: str, *, gone: bool = False) -> None:
    """Until a session of ours executes, or no session executes any more, what has this in its text."""
    found = f"select count(*) {OURS} and state = 'active' and query like %s"
    give_up = time.monotonic() + 30
    with connect(fields) as connection:
        while bool(connection.execute(found, [f"%{sign}%"]).fetchone()[0]) is gone:  # type: ignore[index]
            assert time.monotonic() < give_up
            time.sleep(0.05)


def test_ctrl_c_cancels_on_the_server_and_retry_goes_on(make: Callable[..., Folder], fields: dict[str, object]) -> None:
    shop = make(
        {
            "profiles.yml": profiles_file(fields),
            "models/a.sql": APPEND + "select 1 as x",
            "models/slow.sql": "select a.x from a, pg_sleep(600)",
            "models/after.sql": "select count(*) as n from slow join a on true",
        }
    )
    with shop.start("run", "--threads", "4") as run:
        assert run.stderr is not None
        wait_for(fields, "pg_sleep")
        run.send_signal(signal.SIGINT)
        rest = run.stderr.read()
    assert run.returncode == 130, rest
    assert all(words in rest for words in ("cancel slow", "assetc retry")), rest
    wait_for(fields, "pg_sleep", gone=True)
    shop.write({"models/slow.sql": "select x from a"})
    again = shop.assetc("retry", "--json")
    assert again.code == 0, again.err
    assert sorted(row["asset"] for row in again.json["steps"]) == ["after", "slow"]
    assert tables_in(fields) == {"main.a": [(1,)], "main.after": [(1,)], "main.slow": [(1,)]}


def test_a_run_of_another_checkout_waits(
    make: Callable[..., Folder], tmp_path: Path, fields: dict[str, object]
) -> None:
    files = {"profiles.yml": profiles_file(fields), "models/slow.sql": "select 1 as x from pg_sleep(600)"}
    with make(files).start("run") as first:
        wait_for(fields, "pg_sleep")
        with _other(tmp_path, files).start("run") as second:
            assert second.stderr is not None
            said = second.stderr.readline()
            first.send_signal(signal.SIGKILL)
            second.send_signal(signal.SIGINT)
            second.stderr.read()
    assert "waiting for another run on this target (PID " in said
    assert " on the server, started " in said


def _other(tmp_path: Path, files: Mapping[str, str]) -> Folder:
    (tmp_path / "other").mkdir()
    return Folder(tmp_path / "other").write({"assetc.toml": 'name = "shop"\n', **files})


def test_a_connection_that_is_lost_is_made_again(make: Callable[..., Folder], fields: dict[str, object]) -> None:
    """The server ends our sessions in the middle of two steps; both are done again, and neither twice."""
    shop = make(
        {
            "profiles.yml": profiles_file(fields),
            "models/one.sql": APPEND + "select 1 as x from pg_sleep(1.5)",
            "models/two.sql": APPEND + "select 2 as x from pg_sleep(1.5)",
            "models/both.sql": "select x from one union all select x from two",
        }
    )
    assert shop.assetc("run").code == 0
    with shop.start("run", "--threads", "2", "--log-level", "debug") as run:
        wait_for(fields, "pg_sleep")
        with connect(fields) as connection:
            ended = connection.execute(
                f"select pg_terminate_backend(pid) {OURS} and query like '%pg_sleep%'"
            ).fetchall()
        _, said = run.communicate(timeout=60)
    assert ended
    assert run.returncode == 0, said
    assert "retry" in said or "again" in said, said
    assert tables_in(fields) == {"main.both": [(1,), (1,), (2,), (2,)], "main.one": [(1,)] * 2, "main.two": [(2,)] * 2}


def test_a_server_that_is_not_there_is_a_fault_with_a_hint(
    make: Callable[..., Folder], fields: dict[str, object]
) -> None:
    wrong = {
        "port": ({"port": 1, "retries": 0}, "Is the server running at 127.0.0.1:1?"),
        "password": ({"password": "wrong-password"}, "Correct `user` or `password` of the target"),
        "database": ({"dbname": "nowhere"}, "Create the database, or correct `dbname` of the target"),
    }
    shop = make({"models/a.sql": "select 1 as x"})
    for change, hint in wrong.values():
        shop.write({"profiles.yml": profiles_file({**fields, **change})})
        said = shop.assetc("run")
        assert said.code in (1, 2), said.err
        assert hint in said.err, said.err
        assert "wrong-password" not in said.err
    shop.write({"profiles.yml": profiles_file({**fields, "port": "many"})})
    assert "port must be a whole number, not 'many'" in shop.assetc("run").err


SECRET_FILES = {
    "assetc.toml": 'name = "shop"\n',
    "models/fine.sql": "select 1 as x",
    "models/compiled.sql": f"select '{PASSWORD}' as written, '{FROM_ENVIRONMENT}' as x from fine",
    "models/refused.sql": f"select cast('{PASSWORD} and {FROM_ENVIRONMENT}' as integer) as x",
    "models/told.sql": f"{{{{ log('the password is {PASSWORD}', info=true) }}}} select 1 as x",
    "models/target.sql": "select '{{ target }}' as x, '{{ target.password }}' as y",
    "models/bodies.py": """
import os

from assetc import asset


@asset
def says(context) -> list[dict]:
    secret = os.environ["DBT_ENV_SECRET_TOKEN"]
    print("printed", secret)
    return [{"token": "none", "who": context.query("select current_user").fetchone()[0]}]


@asset
def raises_sql(context):
    context.execute("select cast('" + os.environ["DBT_ENV_SECRET_TOKEN"] + "' as integer)")
""",
}
COMMANDS = (
    "compile --show",
    "plan --json",
    "run --log-level debug",
    "run --log-level debug --log-format json",
    "build --json",
    "retry",
    "show compiled",
    "debug",
    "runs list --json",
    "asset show compiled --json",
    "run --target unreachable",
    "debug --target unreachable",
    "run --target refused",
    "debug --target refused",
)


def test_nothing_that_is_said_or_written_holds_the_password(tmp_path: Path, fields: dict[str, object]) -> None:
    user = f"planted_{fields['dbname']}"
    with connect(fields) as connection:
        name, database = sql.Identifier(user), sql.Identifier(str(fields["dbname"]))
        connection.execute(sql.SQL("create role {} login password {}").format(name, sql.Literal(PASSWORD)))
        connection.execute(sql.SQL("grant create on database {} to {}").format(database, name))
    own = {**fields, "user": user, "password": PASSWORD, "schema": "own"}
    outputs = {
        "dev": own,
        "unreachable": {**own, "port": 1, "retries": 0},
        "refused": {**own, "user": "nobody", "application_name": "{{ env_var('DBT_ENV_SECRET_ADDRESS') }}"},
    }
    profiles = profiles_file(own).replace(profiles_file(own)[10:], "")
    shop = Folder(tmp_path / "shop").write(SECRET_FILES)
    del profiles
    import json

    shop.write({"profiles.yml": json.dumps({"shop": {"target": "dev", "outputs": outputs}})})
    environment = {"DBT_ENV_SECRET_TOKEN": FROM_ENVIRONMENT, "DBT_ENV_SECRET_ADDRESS": IN_ADDRESS}
    said = {command: shop.assetc(*shlex.split(command), **environment) for command in COMMANDS}
    assert said["debug"].code == 0, said["debug"].out
    run = said["run --log-level debug"].err
    for words in ("printed *****", "***** and *****"):
        assert words in run, run
    assert "password authentication failed" in said["debug --target refused"].out + said["run --target refused"].err
    assert not leaks_in_what_is_said(said)
    assert {
        (path, secret) for path, secret in leaks_in_what_is_written(shop.root) if path not in _written(shop)
    } == set()


def _written(shop: Folder) -> set[str]:
    return {*SECRET_FILES, "profiles.yml"}


DBT = {
    "dbt_project.yml": "name: shop\nversion: '1'\nprofile: shop\n"
    "seeds: {shop: {+column_types: {price: 'numeric(8,2)'}}}\nmodels: {shop: {marts: {+schema: marts}}}\n",
    "seeds/raw.csv": "id,day,price,word\n1,2026-01-01,1.5,fig\n2,2026-01-02,2.25,\n",
    "macros/words.sql": "{% macro upper_word(c) %}{{ return(adapter.dispatch('upper_word')(c)) }}{% endmacro %}\n"
    "{% macro default__upper_word(c) %}'default'{% endmacro %}\n"
    "{% macro postgres__upper_word(c) %}upper({{ c }}){% endmacro %}\n",
    "models/stage.sql": "select id, day::date as day, price, {{ upper_word('word') }} as word from {{ ref('raw') }}",
    "models/marts/daily.sql": "{{ config(materialized='incremental', unique_key='day',"
    " incremental_strategy='delete+insert') }}\n"
    "select day, sum(price) as price, '{{ target.type }}' as kind from {{ ref('stage') }}\n"
    "{% if is_incremental() %} where day >= (select max(day) from {{ this }}) {% endif %} group by day",
    "models/marts/latest.sql": "{{ config(materialized='incremental', unique_key='id',"
    " incremental_strategy='merge') }}\n"
    "select id, word from {{ ref('stage') }}",
    "models/shop.yml": "models:\n  - name: stage\n    columns:\n      - {name: id, data_tests: [unique, not_null]}\n"
    "  - name: daily\n    columns: [{name: day, data_tests: [unique]}]\n",
}


def test_a_dbt_project_runs_as_it_is(tmp_path: Path, fields: dict[str, object]) -> None:
    output = {key: value for key, value in fields.items() if key != "password"} | {
        "pass": fields["password"],
        "schema": "dev",
    }
    shop = Folder(tmp_path / "shop").write({**DBT, "profiles.yml": profiles_file(output)})
    for _ in range(2):
        said = shop.assetc("build")
        assert said.code == 0, said.err
    found = tables_in(fields)
    assert sorted(found) == ["dev.raw", "dev.stage", "dev_marts.daily", "dev_marts.latest"]
    assert [(str(day), str(price), kind) for day, price, kind in found["dev_marts.daily"]] == [
        ("2026-01-01", "1.50", "postgres"),
        ("2026-01-02", "2.25", "postgres"),
    ]
    assert found["dev_marts.latest"] == [(1, "FIG"), (2, None)]
    with pytest.raises(psycopg.errors.UndefinedTable), connect(fields) as connection:
        connection.execute("select * from main.stage")


BODIES = """
import pandas as pd
from assetc import asset


@asset
def counted(context, given: pd.DataFrame) -> pd.DataFrame:
    context.execute("create temporary table kept (x int, word text)")
    context.connection.executemany("insert into kept values (%s, %s)", [(1, "fig"), (2, None)])
    context.execute("insert into kept values (%s, %s)", (3, "lime"))
    rows = context.execute("select x, word from kept where x >= %s order by x", (2,)).fetchall()
    assert rows == [(2, None), (3, "lime")], rows
    assert context.execute("update kept set x = x + 1").fetchall() == [(3,)]
    return given.assign(n=len(rows))


@asset
def queried(context):
    return context.sql("select n + 1 as n from counted")


@asset
def read(queried: list[dict]) -> list[dict]:
    return queried
"""


def test_python_assets_read_and_write(make: Callable[..., Folder], fields: dict[str, object]) -> None:
    given = "select 1 as id, 1.5::numeric(5,2) as price, date '2026-01-02' as day, null::text as word"
    shop = make({"profiles.yml": profiles_file(fields), "models/given.sql": given, "models/bodies.py": BODIES})
    said = shop.assetc("run")
    assert said.code == 0, said.err
    found = tables_in(fields)
    assert found["main.queried"] == found["main.read"] == [(3,)]
    assert [tuple(map(str, row)) for row in found["main.counted"]] == [("1", "1.50", "2026-01-02", "None", "2")]
