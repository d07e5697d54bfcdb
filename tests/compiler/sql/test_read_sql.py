"""What a reading holds besides the names."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assetc.compiler.sql.read_sql import read_sql
from assetc.compiler.sql.reading import SqlReading
from assetc.compiler.sql.rewrite import rewrite


@pytest.mark.parametrize(
    ("dialect", "sql", "operations"),
    [
        ("duckdb", "create table t as select 1", ["create"]),
        ("duckdb", "create or replace view t as select 1", ["replace"]),
        ("duckdb", "insert into t select 1", ["insert"]),
        ("spark", "insert overwrite t select 1", ["replace"]),
        ("snowflake", "merge into t using (select 1 as x) s on t.x = s.x when matched then delete", ["merge"]),
        ("duckdb", "update t set x = 1", ["update"]),
        ("duckdb", "delete from t", ["delete"]),
        ("duckdb", "drop view t", ["drop"]),
        ("postgres", "truncate t, u", ["truncate", "truncate"]),
        ("duckdb", "alter table t rename to u", ["alter", "alter"]),
        ("duckdb", "copy t from 'x.csv'", ["copy"]),
        ("postgres", "refresh materialized view t", ["refresh"]),
    ],
)
def test_a_write_tells_what_it_does(dialect: str, sql: str, operations: list[str]) -> None:
    references = read_sql(sql, dialect).references
    assert [item.operation for item in references if item.kind == "write"] == operations


@pytest.mark.parametrize(
    ("dialect", "sql", "names"),
    [
        ("bigquery", "begin select * from a; exception when error then select * from b; end", {"a", "b"}),
        ("bigquery", "while (select count(*) from a) > 1 do delete from b where true; end while", {"a", "b"}),
        ("bigquery", "select * from a, unnest(a.x) u, u.y", {"a"}),
        ("snowflake", "create procedure p() language sql as $$ begin insert into t select 1; end $$", {"T"}),
        ("snowflake", "create pipe p as copy into t from a", {"T", "A"}),
        ("databricks", "create table t deep clone s", {"t", "s"}),
        ("postgres", "create view v as select * from a with check option", {"v", "a"}),
        ("postgres", "create temp table x on commit drop as select * from a; select * from pg_temp.x", {"a"}),
        ("postgres", "do $$ begin insert into t select * from a; end $$", {"t", "a"}),
        ("redshift", "create table #x as select * from a; select * from #x", {"a"}),
        ("mysql", "rename table a to b", {"a", "b"}),
        ("oracle", "begin insert into t select * from a; end;", {"T", "A"}),
    ],
)
def test_what_the_parser_does_not_know_is_read_too(dialect: str, sql: str, names: set[str]) -> None:
    reading = read_sql(sql, dialect)
    assert {item.parts[-1] for item in reading.references if item.kind in ("read", "write")} == names
    assert reading.problems == ()


def test_names_are_completed_as_the_session_says() -> None:
    sql = "select * from orders join raw.items using (id) join other.raw.x using (id)"
    names = [item.parts for item in read_sql(sql, "snowflake", database="DB", schema="S").references]
    assert names == [("DB", "S", "ORDERS"), ("DB", "RAW", "ITEMS"), ("OTHER", "RAW", "X")]


def test_an_alias_is_seen() -> None:
    references = read_sql("from orders o, items, lines as l", "duckdb").references
    assert [item.has_alias for item in references] == [True, False, True]


def test_names_in_comments_are_found() -> None:
    sql = "-- depends_on: orders, raw.items\nselect '-- depends_on: no' as x /* depends_on: \"Odd\" */"
    names = read_sql(sql, "duckdb").comment_names
    assert [name for name, _, _ in names] == ["orders", "raw.items", '"Odd"']
    assert all(sql[start:end] == name for name, start, end in names)


def test_only_tokens_change_the_hash() -> None:
    first = read_sql("select a from t", "duckdb").tokens_hash
    assert read_sql("select  a -- x\nfrom t", "duckdb").tokens_hash == first
    assert read_sql("select 'a' from t", "duckdb").tokens_hash != first
    assert read_sql('select "a" from t', "duckdb").tokens_hash != first


def test_a_reading_can_be_kept() -> None:
    sql = "with t as (select * from raw.a) select t.* exclude (x) from t join b.c on b.c.id = t.id; selct"
    reading = read_sql(sql, "duckdb")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(reading), type=SqlReading) == reading


def test_using_a_reading_needs_no_parser() -> None:
    modules = ("sql.reading", "columns.shape", "sql.fold", "sql.splice", "sql.rewrite")
    imports = "; ".join(f"import assetc.compiler.{name}" for name in modules)
    program = f"{imports}; import sys; sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


TEXT_PIECES = """
select insert into update delete from merge using with recursive as union all table values create replace temp view
drop begin end if then else while case when on join lateral pivot for in set copy @stage 's' "q" `b` a b.c a..b
( ) , ; . * + = :: => { } [ ] {{ }} -- /* */ $$ ' " # ? $1 @x exec execute immediate call declare explain use
"""
DIALECTS = ("duckdb", "snowflake", "postgres", "spark", "bigquery", "tsql", "clickhouse", "oracle", "mysql", "trino")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TEXT_PIECES.split()), max_size=14).map(" ".join), st.sampled_from(DIALECTS))
@example("replace", "mysql")
@example("unload (", "trino")
def test_no_text_raises(sql: str, dialect: str) -> None:
    reading = read_sql(sql, dialect)
    for item in (*reading.references, *reading.problems, *reading.column_prefixes):
        assert -1 <= item.start <= item.end <= len(sql)
    assert rewrite(sql, reading, lambda _: None).text == sql
    rewrite(sql, reading, lambda _: "dev.x")
