"""Templates that ask the warehouse, rendered with one that answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pytest
from plain_names import PlainNames

from assetc.compiler.operation import Column, RelationKind
from assetc.compiler.template.members.relation import RelationValue
from assetc.compiler.template.reads import still_valid
from assetc.compiler.template.render import render
from assetc.compiler.template.surroundings import Flags, Surroundings, Template
from assetc.definitions.relation import Relation


@dataclass(frozen=True)
class Result:
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class DuckDB:
    connection: duckdb.DuckDBPyConnection

    def query(self, sql: str) -> Result:
        cursor = self.connection.execute(sql)
        return Result(tuple(column[0] for column in cursor.description or ()), tuple(cursor.fetchall()))

    def kind(self, relation: Relation) -> RelationKind | None:
        sql = "select 1 from duckdb_tables() where table_name = ?"
        return "table" if self.connection.execute(sql, [relation.name]).fetchall() else None

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        sql = "select column_name, data_type from duckdb_columns() where table_name = ? order by column_index"
        return tuple(Column(*row) for row in self.connection.execute(sql, [relation.name]).fetchall())


class Names(PlainNames):
    def ref(self, package: str | None, name: str, version: str | None) -> object:
        return RelationValue(Relation(None, "main", name))


SURROUNDINGS = Surroundings("p", datetime(2026, 1, 2, tzinfo=UTC), flags=Flags(execute=True), names=Names())


@pytest.fixture
def ask() -> Iterator[DuckDB]:
    with duckdb.connect() as connection:
        connection.execute("create table payments as select * from (values (1, 'card'), (2, 'coupon')) t(id, method)")
        yield DuckDB(connection)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "{% set methods = run_query('select distinct method from ' ~ ref('payments') ~ ' order by 1')"
            ".columns[0].values() %}{% for m in methods %}{{ m }};{% endfor %}",
            "card;coupon;",
        ),
        (
            "{% for r in run_query('select * from payments').rows %}{{ r['method'] }}{{ r[0] }} {% endfor %}",
            "card1 coupon2 ",
        ),
        ("{{ run_query('select * from payments').column_names | join(',') }}", "id,method"),
        ("{{ run_query('select * from payments').columns['id'].values() | sum }}", "3"),
        ("{% for r in run_query('select * from payments') %}{{ r.method }}{% endfor %}", "cardcoupon"),
        (
            "{% call statement('n', fetch_result=true) %}select count(*) from {{ ref('payments') }}{% endcall %}"
            "{{ load_result('n')['data'][0][0] }} {{ load_result('n').table.rows | length }}",
            "2 1",
        ),
        (
            "{{ adapter.get_relation('db', 'main', 'payments').type }} {{ adapter.get_relation(identifier='no') }}",
            "table None",
        ),
        ("{{ load_relation(ref('payments')) }}", '"main"."payments"'),
        ("{{ adapter.get_columns_in_relation(ref('payments')) | map(attribute='name') | join(', ') }}", "id, method"),
        ("{{ adapter.get_columns_in_relation(ref('payments'))[1].is_string() }}", "True"),
    ],
)
def test_the_warehouse_answers(template: str, text: str, ask: DuckDB) -> None:
    rendered = render(Template("models/m.sql", template), SURROUNDINGS, ask)
    assert [problem for problem in rendered.problems if problem.code != "W232"] == []
    assert rendered.text == text
    assert rendered.needs_warehouse
    assert not still_valid(rendered.reads, SURROUNDINGS)


def test_a_query_that_fails_is_a_problem_with_its_place(ask: DuckDB) -> None:
    rendered = render(Template("models/m.sql", "select\n{{ run_query('select nope') }}"), SURROUNDINGS, ask)
    (problem,) = rendered.problems
    assert problem.code == "E135"
    assert "nope" in problem.message
    assert str(problem.span) == "models/m.sql:2:1"
