"""SQL of a Python body may read its local frames by name; no other SQL may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from assetc.adapters.duckdb.adapter import adapter
from assetc.adapters.duckdb.session import DuckDbSession
from assetc.adapters.protocol import Statement, WarehouseError

FRAME = pd.DataFrame({"x": [1, 2]})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DuckDbSession]:
    parsed = adapter.parse({"path": "w.duckdb"}, str(tmp_path))
    assert not isinstance(parsed, tuple)
    warehouse = parsed.connect()
    opened = warehouse.session()
    assert isinstance(opened, DuckDbSession)
    yield opened
    warehouse.close()


def test_a_local_frame_is_read_by_its_name(session: DuckDbSession) -> None:
    frames = {"frame": FRAME, "other": pl.DataFrame({"y": [3]})}
    assert session.execute(Statement("create temp table t1 as select * from frame, other", frames=frames)) == 2
    assert session.execute(Statement("create or replace table outt as select * from t1", frames={})) == 2
    assert session.query("select * from outt order by x")[1] == [(1, 3), (2, 3)]
    assert session.read(Statement("select sum(x) as x from frame", frames=frames)).frame("dicts") == [{"x": 3}]


def test_a_table_wins_over_a_local_frame(session: DuckDbSession) -> None:
    session.execute(Statement("create table o as select 7 as x"))
    session.execute(Statement("create table d as select * from o", frames={"o": FRAME}))
    assert session.query("select * from d")[1] == [(7,)]


def test_a_frame_is_gone_after_the_statement(session: DuckDbSession) -> None:
    session.execute(Statement("create table d as select * from frame", frames={"frame": FRAME}))
    with pytest.raises(WarehouseError, match="frame"):
        session.query("select * from frame")


@pytest.mark.parametrize("name", ["statement", "sql", "frames", "self", "FRAME", "pd", "list"])
def test_no_variable_of_ours_is_ever_a_table(session: DuckDbSession, name: str) -> None:
    query = f"create table d as select * from {name}"
    with pytest.raises(WarehouseError, match="does not exist"):
        session.execute(Statement(query))
    assert session.execute(Statement(query, frames={name: FRAME})) == 2


def test_values_that_are_no_frames_do_not_matter(session: DuckDbSession) -> None:
    frames = {"number": 1, "text": "a", "frame": FRAME}
    assert session.read(Statement("select count(*) as n from frame", frames=frames)).frame("dicts") == [{"n": 2}]
