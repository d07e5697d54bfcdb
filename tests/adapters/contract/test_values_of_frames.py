"""Frames keep what they hold on the way into a warehouse and back, whatever library they are of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from contract_target import TARGETS, Target, open_target
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres_server import emptied_fields

from assetc.adapters.protocol import FrameForm, Refused, Statement
from assetc.adapters.tables import frames_of

AT = dt.datetime.fromisoformat("2026-01-01 00:00:00")
SPENT = pd.DataFrame({"id": [1, 1, 2], "kind": ["a", "b", "b"], "amount": [3, 4, 5]})


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    """All targets, open for the many examples of a property."""
    folder: Path = tmp_path_factory.mktemp("frames")
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(open_target(name, folder, emptied_fields() if name == "postgres" else None))
            for name in TARGETS
        }


def back(target: Target, table: object, form: FrameForm) -> Any:
    """The table as it comes back."""
    target.run("t", table)
    return frames_of(target.session.read(Statement(f"select * from {target.name('t')}"))).frame(form)


# What becomes of names


def columns(target: Target, table: object) -> list[str]:
    target.run("t", table)
    return target.columns("t")


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (SPENT.groupby("id").agg(spent=("amount", "sum")), ["id", "spent"]),
        (SPENT.groupby(["id", "kind"])[["amount"]].sum(), ["id", "kind", "amount"]),
        (SPENT.groupby("id").agg({"amount": ["sum", "max"]}), ["id", "amount_sum", "amount_max"]),
        (SPENT.set_index([SPENT.id, SPENT.kind.rename(None)]).drop(columns="id"), ["id", "level_1", "kind", "amount"]),
        (SPENT[SPENT.amount > 3], ["id", "kind", "amount"]),
        (SPENT.sort_values("amount", ascending=False), ["id", "kind", "amount"]),
        (SPENT.rename_axis("row"), ["row", "id", "kind", "amount"]),
        (SPENT.describe(), ["index", "id", "amount"]),
        (pd.DataFrame({"x": [1]}, index=pd.to_datetime(["2026-01-02"])), ["index", "x"]),
        (pd.DataFrame(columns=["a", "b"]), ["a", "b"]),
        (pd.DataFrame([[1, 2]]), ["0", "1"]),
        (SPENT.pivot_table(index="id", columns="kind", values="amount"), ["id", "a", "b"]),
    ],
)
def test_the_columns_of_a_frame(target: Target, table: object, names: list[str]) -> None:
    assert columns(target, table) == names


def test_the_values_of_an_index_are_stored(target: Target) -> None:
    target.run("t", SPENT.groupby("id").agg(spent=("amount", "sum")))
    assert target.table("t") == [(1, 7), (2, 5)]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (SPENT.set_index("id", drop=False), "`id` twice"),
        (SPENT.rename_axis("Kind"), "`Kind` and `kind`"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "`a` twice"),
        (pd.DataFrame([[1, 2]], columns=["a", "A"]), "`a` and `A`"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), "`1` twice"),
        (pl.DataFrame({"a": [1], "A": [2]}), "`a` and `A`"),
        (pl.LazyFrame({"a": [1], "A": [2]}), "`a` and `A`"),
        (pa.table([[1], [2]], names=["a", "a"]), "`a` twice"),
        (pa.table([[1], [2]], names=["a", "a"]).to_reader(), "`a` twice"),
        ([{"a": 1, "A": 2}], "`a` and `A`"),
        ([{"a": 1}, {"A": 2}], "`a` and `A`"),
    ],
)
def test_two_columns_of_one_name_are_refused(target: Target, table: object, said: str) -> None:
    with pytest.raises(Refused) as refused:
        target.run("t", table)
    assert refused.value.diagnostic.code == "E194"
    assert refused.value.diagnostic.message == f"the table has two columns of one name: {said}"


# What becomes of values


@pytest.mark.parametrize("late", [1.5, Decimal("1.125"), 2**40, "fig", dt.date(2026, 1, 2)])
def test_no_sample_decides(target: Target, late: object) -> None:
    first: object = AT if isinstance(late, dt.date) else 1
    target.run("t", pd.DataFrame({"x": [*[first] * 3000, late]}, dtype=object))
    assert target.rows(f"select count(*) from {target.name('t')} where cast(x as varchar(40)) like '{late}%'") == [(1,)]


OBJECTS: tuple[Callable[[list[Any]], object], ...] = (
    lambda values: pd.DataFrame({"x": values}, dtype=object),
    lambda values: [{"x": value} for value in values],
)


@pytest.mark.parametrize("form", OBJECTS)
@pytest.mark.parametrize("values", [[Decimal("1e-20"), Decimal(10) ** 30], [Decimal("1" * 30 + "." + "1" * 9)]])
def test_digits_that_no_decimal_holds_are_refused(
    target: Target, form: Callable[[list[Any]], object], values: list[Any]
) -> None:
    with pytest.raises(Refused, match="decimals that 38 digits cannot hold"):
        target.run("t", form(values))


WHOLE = st.integers(-(2**63), 2**63 - 1)
DAYS = st.dates(dt.date(1700, 1, 1), dt.date(2200, 1, 1))
MOMENTS = st.datetimes(AT.replace(year=1700), AT.replace(year=2200)).map(lambda at: at.replace(fold=0))
TEXTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=8)
DECIMALS = st.decimals(-(10**12), 10**12, places=4)
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "whole": WHOLE,
    "large": st.integers(-(10**30), 10**30),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "flag": st.booleans(),
    "text": TEXTS,
    "day": DAYS,
    "moment": MOMENTS,
    "decimal": DECIMALS,
    "time": st.times().map(lambda at: at.replace(fold=0)),
    "uuid": st.uuids(),
    "bytes": st.binary(max_size=8),
    "interval": st.timedeltas(dt.timedelta(days=-9999), dt.timedelta(days=9999)),
}


def plain(value: Any) -> Any:
    """A value as Python has it; what stands for NULL is None."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, pd.Timestamp | pd.Timedelta):
        return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value.to_pytimedelta()
    if isinstance(value, np.generic):
        return value.item()
    return bytes(value) if isinstance(value, bytearray) else value


def rows(frame: Any) -> list[Any]:
    if isinstance(frame, pa.Table):
        return list(frame["x"].to_pylist())
    if isinstance(frame, pl.DataFrame):
        return frame["x"].to_list()
    return [plain(value) for value in frame["x"]]


TABLES = st.lists(
    st.fixed_dictionaries({name: st.none() | kind for name, kind in KINDS.items()}), min_size=1, max_size=4
)


@pytest.mark.parametrize("name", sorted(TARGETS))
@settings(deadline=None, max_examples=15)
@given(table=TABLES)
def test_values_of_python_come_back(targets: dict[str, Target], name: str, table: list[dict[str, Any]]) -> None:
    """Through objects of pandas, and then through dicts; the types stay what they were."""
    target = targets[name]
    given = sorted(repr([plain(value) for value in map(row.get, KINDS)]) for row in table)
    once = back(target, pd.DataFrame(table, columns=list(KINDS), dtype=object), "pandas")
    assert sorted(repr([plain(value) for value in row]) for row in once.itertuples(index=False)) == given
    types = target.types("t")
    again = back(target, once, "dicts")
    assert sorted(repr([plain(value) for value in row.values()]) for row in again) == given
    told = {column for column in KINDS if any(row[column] is not None for row in table)}
    assert {name: kind for name, kind in target.types("t").items() if name in told} == {
        name: kind for name, kind in types.items() if name in told
    }


# The types of each library

PANDAS: dict[str, Callable[[], pd.Series]] = {
    "Int64": lambda: pd.Series([2**60 + 1, None], dtype="Int64"),
    "Int8": lambda: pd.Series([1, None], dtype="Int8"),
    "UInt64": lambda: pd.Series([2**64 - 1, None], dtype="UInt64"),
    "Float64": lambda: pd.Series([1.5, None], dtype="Float64"),
    "boolean": lambda: pd.Series([True, None], dtype="boolean"),
    "string": lambda: pd.Series(["a", None], dtype="string"),
    "zoned": lambda: pd.Series(pd.to_datetime(["2026-01-01", None]).tz_localize("Europe/Berlin")),
    "seconds": lambda: pd.Series(np.array(["2026-01-01"], dtype="datetime64[s]")),
    "durations": lambda: pd.Series(pd.to_timedelta(["1 days 00:00:01", None])),
    "category": lambda: pd.Series(["a", None], dtype="category"),
    "category of days": lambda: pd.Series([dt.date(2026, 1, 2), None], dtype="category"),
    "category of decimals": lambda: pd.Series([Decimal("1.50"), None], dtype="category"),
    "category of whole numbers": lambda: pd.Series(pd.Categorical([2**60 + 1, None])),
    "Arrow's decimals": lambda: pd.Series([Decimal("1.10")], dtype=pd.ArrowDtype(pa.decimal128(10, 2))),
    "Arrow's days": lambda: pd.Series([dt.date(2026, 1, 2), None], dtype=pd.ArrowDtype(pa.date32())),
    "Arrow's whole numbers": lambda: pd.Series([2**60 + 1, None], dtype="int64[pyarrow]"),
    "lists": lambda: pd.Series([["a"], None]),
}


def same(first: list[Any], second: list[Any]) -> bool:
    """Moments are the same in any zone, and arrays are lists."""
    lists = [[list(each) if isinstance(each, np.ndarray) else each for each in values] for values in (first, second)]
    return lists[0] == lists[1]


@pytest.mark.parametrize("kind", PANDAS)
def test_the_types_of_pandas(target: Target, kind: str) -> None:
    column = PANDAS[kind]()
    given = [None if each is pd.NA or each is pd.NaT or each != each else plain(each) for each in column]
    once = back(target, pd.DataFrame({"x": column}), "pandas")
    assert same(rows(once), given)
    assert same(rows(back(target, once, "pandas")), given)


POLARS: dict[str, Callable[[], pl.Series]] = {
    "decimal": lambda: pl.Series([Decimal("1.10"), None], dtype=pl.Decimal(10, 2)),
    "categorical": lambda: pl.Series(["x", None], dtype=pl.Categorical),
    "enum": lambda: pl.Series(["x", None], dtype=pl.Enum(["x", "y"])),
    "whole": lambda: pl.Series([2**60 + 1, None]),
    "day": lambda: pl.Series([dt.date(2026, 1, 2), None]),
    "time": lambda: pl.Series([dt.time(1, 2, 3, 4), None]),
    "duration": lambda: pl.Series([dt.timedelta(days=3, microseconds=1), None]),
    "milliseconds": lambda: pl.Series([AT], dtype=pl.Datetime("ms")),
    "bytes": lambda: pl.Series([b"\x00\xff", None]),
    "list": lambda: pl.Series([[1, 2], None]),
}


@pytest.mark.parametrize("kind", POLARS)
def test_the_types_of_polars(target: Target, kind: str) -> None:
    column = POLARS[kind]()
    once = back(target, pl.DataFrame({"x": column}), "polars")
    assert rows(once) == column.to_list()
    assert rows(back(target, once, "polars")) == column.to_list()


PYARROW: dict[str, Callable[[], pa.Array]] = {
    "dictionary": lambda: pa.array(["x", None]).dictionary_encode(),
    "decimal": lambda: pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
    "duration": lambda: pa.array([dt.timedelta(days=3, microseconds=1), None], pa.duration("us")),
    "list": lambda: pa.array([["a"], None]),
    "day": lambda: pa.array([dt.date(2026, 1, 2), None]),
    "whole": lambda: pa.array([2**60 + 1, None]),
    "seconds": lambda: pa.array([AT], pa.timestamp("s")),
}


@pytest.mark.parametrize("kind", PYARROW)
def test_the_types_of_pyarrow(target: Target, kind: str) -> None:
    column = PYARROW[kind]()
    once = back(target, pa.table({"x": column}), "pyarrow")
    assert [plain_interval(each) for each in rows(once)] == column.to_pylist()


def plain_interval(value: Any) -> Any:
    """DuckDB gives intervals as months, days and nanoseconds."""
    if not isinstance(value, pa.MonthDayNano):
        return value
    return dt.timedelta(days=value.days, microseconds=value.nanoseconds // 1000)


def test_structures(target: Target) -> None:
    table = pa.table({"x": pa.array([{"a": 1, "b": "c"}, None])})
    target.run("t", table)
    assert len(target.table("t")) == 2
    if target.adapter.name == "duckdb":
        assert target.table("t") == [(None,), ({"a": 1, "b": "c"},)]
