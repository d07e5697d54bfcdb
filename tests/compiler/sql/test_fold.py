from __future__ import annotations

import pytest
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect, Dialects

from assetc.compiler.sql.fold import fold, fold_column, last_written, split_name, written_name

DIALECTS = sorted(dialect.value for dialect in Dialects if dialect.value)
NAMES = ("orders", "Orders", "ORDERS", "Größe", "ЗАКАЗЫ", "a_1")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("quoted", [True, False])
def test_tables_fold_as_the_parser_folds_them(dialect: str, quoted: bool) -> None:
    for name in NAMES:
        identifier = exp.Identifier(this=name, quoted=quoted)
        identifier.meta["is_table"] = True
        expected = Dialect.get_or_raise(dialect).normalize_identifier(identifier).this
        assert fold(dialect, name, quoted=quoted) == expected


def test_columns_fold_where_tables_do_not() -> None:
    assert fold("bigquery", "Orders", quoted=False) == "Orders"
    assert fold_column("bigquery", "Id", quoted=True) == "id"
    assert fold_column("mysql", "Id", quoted=False) == "id"
    assert fold_column("postgres", "Id", quoted=True) == "Id"


@pytest.mark.parametrize(
    ("dialect", "text", "parts"),
    [
        ("postgres", 'a.B."C"', ("a", "b", "C")),
        ("snowflake", 'raw."Orders"', ("RAW", "Orders")),
        ("duckdb", '"a.b".C', ("a.b", "c")),
        ("duckdb", '"say ""hi"""', ('say "hi"',)),
        ("bigquery", "`my-project.Ds`.t", ("my-project", "Ds", "t")),
        ("bigquery", "my-project.ds.t", ("my-project", "ds", "t")),
        ("tsql", "[My Db]..Orders", ("my db", "", "orders")),
        ("spark", "`S`.T", ("s", "t")),
        ("duckdb", "a . b", ("a", "b")),
        ("duckdb", "not a name", ()),
        ("duckdb", 'a."b', ()),
    ],
)
def test_names_in_strings_are_split(dialect: str, text: str, parts: tuple[str, ...]) -> None:
    assert split_name(dialect, text) == parts


def test_the_last_part_keeps_its_quotes() -> None:
    assert last_written("postgres", 'raw."Orders"') == '"Orders"'
    assert last_written("bigquery", "`p.d.orders`") == "`orders`"
    assert last_written("duckdb", "raw.Orders") == "Orders"
    assert written_name("snowflake", "ORDERS") == "ORDERS"
    assert written_name("snowflake", "orders") == '"orders"'
    assert written_name("tsql", "a b") == "[a b]"
