"""Table values of Python assets: stored from every form, and read in every form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from contract_target import Target

from assetc.adapters.protocol import FrameForm, Refused, Statement, WarehouseError
from assetc.adapters.tables import arrow_stream, frames_of
from assetc.compiler.asset import DeclaredColumn

OTHER = duckdb.connect()
DATA = {"id": [1, 2], "word": ["fig", None]}
FORMS: dict[str, Callable[[], object]] = {
    "pandas": lambda: pd.DataFrame({"id": [1, 2], "word": ["fig", None]}),
    "polars": lambda: pl.DataFrame(DATA),
    "polars lazy": lambda: pl.LazyFrame(DATA),
    "pyarrow": lambda: pa.table(DATA),
    "an Arrow stream": lambda: arrow_stream(pa.table(DATA)),
    "pyarrow reader": lambda: pa.table(DATA).to_reader(),
    "dicts": lambda: [{"id": 1, "word": "fig"}, {"id": 2}],
    "a relation of another database": lambda: OTHER.sql("from (values (1, 'fig'), (2, null)) t(id, word)"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("materialized", ["table", "incremental"])
def test_a_value_becomes_a_table(target: Target, form: str, materialized: str) -> None:
    settings = {"materialized": materialized, "unique_key": ("id",)}
    assert target.run("p", FORMS[form](), step_id="one", **settings) == 2
    assert target.run("p", FORMS[form](), step_id="two", **settings) == 2
    assert target.table("p") == [(1, "fig"), (2, None)]
    assert target.columns("p") == ["id", "word"]


def test_a_relation_of_the_session_becomes_a_table(target: Target) -> None:
    relation = frames_of(target.session.read(Statement("select 1 as id"))).frame("duckdb")
    assert target.run("p", relation) == 1
    assert target.table("p") == [(1,)]


def test_dicts_keep_their_types(target: Target) -> None:
    row = {
        "d": dt.date(2026, 1, 2),
        "n": Decimal("1.50"),
        "s": {"x": 1},
        "l": ["a"],
        "b": True,
        "a b": 2**40,
    }
    target.run("p", [row, {"n": Decimal("1000.125")}])
    assert target.types("p") == {
        "d": "DATE",
        "n": "DECIMAL(7,3)",
        "s": "STRUCT(x INTEGER)",
        "l": "VARCHAR[]",
        "b": "BOOLEAN",
        "a b": "BIGINT",
    }


def test_an_empty_list_has_the_columns_that_are_known(target: Target) -> None:
    declared = (DeclaredColumn("id", type="bigint"), DeclaredColumn("word", type="text"))
    assert target.run("p", [], columns=declared) is None
    assert target.types("p") == {"id": "BIGINT", "word": "VARCHAR"}
    target.run("q", [{"x": 1}])
    target.run("q", [])
    assert (target.columns("q"), target.table("q")) == (["x"], [])
    target.run("q", [{"x": 2}], materialized="incremental", step_id="one")
    target.run("q", [], materialized="incremental", step_id="two")
    assert target.table("q") == [(2,)]


def test_an_empty_list_without_any_column_is_refused(target: Target) -> None:
    with pytest.raises(Refused) as refusal:
        target.run("p", [], columns=(DeclaredColumn("id"),))
    assert refusal.value.diagnostic.code == "E174"


def test_an_empty_frame_keeps_its_columns(target: Target) -> None:
    target.run("p", pd.DataFrame({"id": pd.Series([], dtype="int64")}))
    assert target.types("p") == {"id": "BIGINT"}


def test_a_value_cannot_be_a_view_and_must_be_a_table(target: Target) -> None:
    with pytest.raises(Refused) as refusal:
        target.run("p", pd.DataFrame({"id": [1]}), materialized="view")
    assert refusal.value.diagnostic.code == "E176"
    with pytest.raises(WarehouseError, match="a value of type object is not a table"):
        target.run("p", object())


@pytest.mark.parametrize(
    ("form", "type_name"),
    [("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "Table"), ("duckdb", "DuckDBPyRelation")],
)
def test_a_table_is_read_in_the_form_that_is_asked_for(target: Target, form: FrameForm, type_name: str) -> None:
    target.run("t", "select 1 as id union all select 2")
    value = frames_of(target.session.read(Statement(f"select * from {target.name('t')}"))).frame(form)
    assert type(value).__name__ == type_name
    assert target.run("u", value) == 2


def test_a_table_is_read_as_dicts(target: Target) -> None:
    rows = target.session.read(Statement("select 1 as id, 'a' as word"))
    assert frames_of(rows).frame("dicts") == [{"id": 1, "word": "a"}]
