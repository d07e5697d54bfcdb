"""Values there and back: what Python gives is what Python gets, with its type."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from postgres_server import emptied_fields

from assetc.adapters.postgres.adapter import PostgresOutput, adapter
from assetc.adapters.postgres.session import PostgresSession
from assetc.adapters.protocol import FrameForm, Statement, WarehouseError
from assetc.definitions.relation import Relation

TABLE = Relation(None, "public", "t")
UTC = dt.UTC

ROWS: dict[str, tuple[str, list[Any]]] = {
    "flag": ("boolean", [True, False, None]),
    "small": ("smallint", [1, -1, None]),
    "number": ("integer", [1, -(2**31), None]),
    "large": ("bigint", [2**62, -1, None]),
    "half": ("double precision", [0.5, float("inf"), None]),
    "money": ("numeric(12,2)", [Decimal("1.50"), Decimal("-9999999999.99"), None]),
    "word": ("text", ['it\'s "x", \\ \t\nüß', "", None]),
    "null_word": ("text", ["NULL", "\\N", None]),
    "raw": ("bytea", [b"\x00\xff'\\", b"", None]),
    "day": ("date", [dt.date(2026, 1, 2), dt.date(1, 1, 1), None]),
    "clock": ("time without time zone", [dt.time(1, 2, 3, 4), dt.time(0, 0), None]),
    "at": (
        "timestamp without time zone",
        [dt.datetime.fromisoformat("2026-01-02 03:04:05.000006"), dt.datetime.fromisoformat("1900-01-01"), None],
    ),
    "moment": (
        "timestamp with time zone",
        [dt.datetime(2026, 1, 2, 3, 4, 5, 6, UTC), dt.datetime(1970, 1, 1, tzinfo=UTC), None],
    ),
    "id": ("uuid", [uuid.UUID(int=1), uuid.UUID(int=2**128 - 1), None]),
    "span": ("interval", [dt.timedelta(days=3, hours=-2, microseconds=5), dt.timedelta(0), None]),
    "numbers": ("integer[]", [[1, None, 3], [], None]),
    "words": ("text[]", [["a,b", 'q"', "\\", "{}", "", None, "NULL"], [], None]),
    "days": ("date[]", [[dt.date(2026, 1, 2)], [], None]),
}


@pytest.fixture
def session() -> Iterator[PostgresSession]:
    parsed = adapter.parse({**emptied_fields(), "schema": "public"}, "")
    assert isinstance(parsed, PostgresOutput)
    warehouse = parsed.connect()
    warehouse.create_schemas([TABLE])
    made = warehouse.session()
    assert isinstance(made, PostgresSession)
    made.execute(Statement("set timezone = 'UTC'"))
    yield made
    warehouse.close()


def read(session: PostgresSession, form: FrameForm, query: str = "select * from public.t") -> Any:
    return session.read(Statement(query)).frame(form)


def test_every_type_there_and_back(session: PostgresSession) -> None:
    """Written as an Arrow table, read by the driver, then read as dicts, as Arrow, and written once more."""
    schema = {"small": pa.int16(), "number": pa.int32(), "money": pa.decimal128(12, 2), "numbers": pa.list_(pa.int32())}
    table = pa.table({name: pa.array(_storable(name, values), schema.get(name)) for name, (_, values) in ROWS.items()})
    made = session.write(TABLE, table)
    assert made == 3
    types = {column.name: column.type for column in session.columns(TABLE)}
    expected = {name: kind for name, (kind, _) in ROWS.items()}
    assert types == {**expected, "id": types["id"]}
    names, rows = session.query("select * from public.t")
    for place, name in enumerate(names):
        assert [row[place] for row in rows] == _storable(name, ROWS[name][1]), name
    again = Relation(None, "public", "again")
    session.write(again, read(session, "pyarrow"))
    assert {column.name: column.type for column in session.columns(again)} == types
    assert session.query("select * from public.again") == (names, rows)


def _storable(name: str, values: list[Any]) -> list[Any]:
    """Arrow, as DuckDB writes it, has no uuid: it is a text."""
    return [value and str(value) for value in values] if name == "id" else values


@pytest.mark.parametrize("name", [name for name in ROWS if name != "half"])
def test_what_the_server_has_is_what_a_body_gets(session: PostgresSession, name: str) -> None:
    kind, values = ROWS[name]
    session.execute(Statement(f"create table public.t (n int, v {kind})"))
    native = session.native
    for number, value in enumerate(values):
        native.execute("insert into public.t values (%s, %s)", [number, value])
    assert [row["v"] for row in read(session, "dicts", "select v from public.t order by n")] == values
    session.write(Relation(None, "public", "copy"), read(session, "duckdb", "select n, v from public.t"))
    assert [row[0] for row in session.query("select v from public.copy order by n")[1]] == _storable(name, values)


def test_frames_have_the_types_of_duckdbs(session: PostgresSession) -> None:
    session.execute(
        Statement(
            "create table public.t as select 1 as i, 1.5::numeric(8,2) as m, sum(x::bigint) as s, now() as at,"
            " '{\"a\": [1]}'::jsonb as j from generate_series(1, 3) as g (x)"
        )
    )
    frame = read(session, "pandas")
    assert isinstance(frame, pd.DataFrame)
    assert [str(kind) for kind in frame.dtypes][:3] == ["int32", "object", "float64"]
    polar = read(session, "polars")
    assert isinstance(polar, pl.DataFrame)
    assert polar.schema["m"] == pl.Decimal(8, 2)
    assert read(session, "pyarrow").schema.field("s").type == pa.float64()
    assert read(session, "dicts", "select j from public.t") == [{"j": '{"a": [1]}'}]


def test_structures_become_jsonb(session: PostgresSession) -> None:
    session.write(TABLE, [{"s": {"x": 1, "y": [1, 2]}, "l": [[1], [2, 3]], "d": [{"a": 1}]}])
    assert {column.type for column in session.columns(TABLE)} == {"jsonb"}
    assert session.query("select * from public.t")[1] == [({"x": 1, "y": [1, 2]}, [[1], [2, 3]], [{"a": 1}])]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select 1 as a, 2 as a", [{"a": 1, "a_1": 2}]),
        ("select 1 as x where false", []),
        ("values (1, 'a'), (2, null)", [{"column1": 1, "column2": "a"}, {"column1": 2, "column2": None}]),
        ("with a as (select 1 as x) select x, array[x] as l from a; ", [{"x": 1, "l": [1]}]),
        ("show server_version_num", [{"server_version_num": "15"}]),
        ("insert into public.held values (7) returning x", [{"x": 7}]),
        (
            "select '10.0.0.1'::inet as i, 'a'::char(3) as c, '[1,3)'::int4range as r",
            [{"i": "10.0.0.1", "c": "a  ", "r": "[1,3)"}],
        ),
        ("select 1 as x -- a comment", [{"x": 1}]),
        ("select ';' as x; -- a comment", [{"x": ";"}]),
    ],
)
def test_any_query_can_be_read(session: PostgresSession, query: str, rows: list[dict[str, Any]]) -> None:
    session.execute(Statement("create table public.held (x int)"))
    found = read(session, "dicts", query)
    if "server_version_num" in query:
        found = [{"server_version_num": found[0]["server_version_num"][:2]}]
        rows = [{"server_version_num": str(session.native.info.server_version)[:2]}]
    assert found == rows


def test_a_large_table_is_whole(session: PostgresSession) -> None:
    session.write(TABLE, pl.DataFrame({"n": range(300_000), "word": ["w" * 20] * 300_000}))
    assert read(session, "polars", "select sum(n) as s, count(*) as n from public.t").rows() == [
        (44999850000.0, 300_000)
    ]
    assert read(session, "polars")["n"].sum() == 44999850000


def test_a_failed_write_says_why(session: PostgresSession) -> None:
    with pytest.raises(WarehouseError, match="invalid byte sequence"):
        session.write(TABLE, [{"word": "a\x00b"}])


WITHOUT_DRIVER = """
import sys
sys.modules["psycopg"] = None
from assetc.adapters.postgres.adapter import adapter
from assetc.adapters.protocol import WarehouseError
from assetc.compiler.operation import CreateView
from assetc.definitions.relation import Relation
output = adapter.parse({"host": "h", "user": "u", "password": "p", "dbname": "d"}, "")
print(output.identity, output, adapter.render(CreateView(Relation("d", "s", "v"), "select 1 as x"))[0].sql)
try:
    output.connect()
except WarehouseError as error:
    print(error, "|", error.hint)
"""


def test_the_driver_is_needed_only_to_open() -> None:
    said = subprocess.run([sys.executable, "-c", WITHOUT_DRIVER], capture_output=True, text=True, check=True).stdout
    assert said == (
        'postgres h:5432 d.public <PostgresOutput> create or replace view "d"."s"."v" as\nselect 1 as x\n'
        "the driver of PostgreSQL is not installed | Install it: pip install 'assetc[postgres]'\n"
    )
