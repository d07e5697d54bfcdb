"""Incremental assets whose first rows do not tell the types of their columns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from contract_target import Target

from assetc.adapters.protocol import Refused
from assetc.compiler.asset import DeclaredColumn

MIDNIGHT = dt.datetime.fromisoformat("2026-01-02 00:00:00")
AT = dt.datetime.fromisoformat("2026-01-02 03:00:00")
INCREMENTAL = {"materialized": "incremental"}


def add(target: Target, *batches: object, **settings: object) -> None:
    """The batches as they come, one run after the other."""
    for batch in batches:
        target.run("t", batch, step_id=f"{len(target.ledger_entries())}", **{**INCREMENTAL, **settings})


def refusal(target: Target, batch: object, **settings: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        target.run("t", batch, step_id="refused", **{**INCREMENTAL, **settings})
    return refused.value.diagnostic.code, refused.value.diagnostic.message


VALUES = {
    "text": "fig",
    "date": dt.date(2026, 1, 2),
    "moment": dt.datetime.fromisoformat("2026-01-02 03:04:00"),
    "amount": Decimal("1.25"),
    "number": 1.5,
    "large": 2**40,
    "flag": True,
}
FIRST = {
    "dicts": lambda: [dict.fromkeys(VALUES)],
    "objects": lambda: pd.DataFrame([dict.fromkeys(VALUES)], dtype=object),
    "floats": lambda: pd.DataFrame([dict.fromkeys(VALUES, np.nan)]),
    "no rows": lambda: pd.DataFrame(columns=list(VALUES)),
    "a query": lambda: f"select {', '.join(f'null as {name}' for name in VALUES)}",
}


@pytest.mark.parametrize("first", FIRST)
def test_a_column_without_values_takes_the_type_of_the_first_that_come(target: Target, first: str) -> None:
    add(target, FIRST[first](), [VALUES], [dict.fromkeys(VALUES)])
    assert tuple(VALUES.values()) in target.table("t")
    types = target.types("t")
    assert (types["text"], types["date"], types["large"], types["flag"]) == ("VARCHAR", "DATE", "BIGINT", "BOOLEAN")


def test_queries_without_values_come_before_and_after_others(target: Target) -> None:
    add(
        target, "select 1 as id, null as day", "select 2 as id, date '2026-01-02' as day", "select 3 as id, null as day"
    )
    assert target.table("t") == [(1, None), (2, dt.date(2026, 1, 2)), (3, None)]
    assert target.types("t")["day"] == "DATE"


@pytest.mark.parametrize("policy", ["ignore", "append_new_columns", "sync_all_columns", "fail"])
@pytest.mark.parametrize("key", [{}, {"unique_key": ("id",)}, {"unique_key": ("id",), "incremental_strategy": "merge"}])
def test_so_it_is_with_every_strategy_and_policy(target: Target, policy: str, key: dict[str, object]) -> None:
    first, second = [{"id": 1, "word": None}], [{"id": 2, "word": "fig"}]
    add(target, first, second, on_schema_change=policy, **key)
    assert target.table("t") == [(1, None), (2, "fig")]


def test_a_declared_type_wins(target: Target) -> None:
    columns = (DeclaredColumn("id"), DeclaredColumn("n", type="bigint"), DeclaredColumn("Word", type="text"))
    add(target, [{"id": 1, "n": None, "word": None}], columns=columns)
    assert target.types("t") == {"id": "INTEGER", "n": "BIGINT", "word": "VARCHAR"}
    add(target, [{"id": 1, "n": 2, "word": None}], columns=columns)
    assert target.types("t")["n"] == "BIGINT"


def test_categories_are_texts(target: Target) -> None:
    def kinds(*names: object) -> pd.DataFrame:
        return pd.DataFrame({"c": pd.Categorical(list(names))})

    add(target, kinds("x", "y"), kinds("z"))
    assert (target.types("t"), target.table("t")) == ({"c": "VARCHAR"}, [("x",), ("y",), ("z",)])
    target.run("u", kinds(2**60 + 1, None), step_id="u")
    assert target.table("u") == [(2**60 + 1,), (None,)]


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (1, 1.5, (1.0, 1.5)),
        (1, 2**40, (1, 2**40)),
        (Decimal("1.5"), Decimal("12.125"), (Decimal("1.500"), Decimal("12.125"))),
        (1, Decimal("2.5"), (Decimal("1.0"), Decimal("2.5"))),
        (dt.date(2026, 1, 2), AT, (MIDNIGHT, AT)),
        (2**40, 3, (2**40, 3)),
        (1.5, 3, (1.5, 3.0)),
    ],
)
def test_numbers_become_wider_and_never_others(target: Target, first: object, second: object, kept: object) -> None:
    add(target, [{"x": first}], [{"x": second}])
    assert {row[0] for row in target.table("t")} == set(kept)  # type: ignore[call-overload]


def test_what_no_type_holds_is_refused(target: Target) -> None:
    add(target, [{"x": 2**60 + 1}])
    code, message = refusal(target, [{"x": 1.5}])
    assert (code, message.partition(" (")[0]) == ("E195", "new values of `x`")
    assert target.table("t") == [(2**60 + 1,)]


def test_a_query_whose_values_would_be_rounded_is_refused(target: Target) -> None:
    add(target, "select 1 as x")
    assert refusal(target, "select 1.5 as x")[0] == "E195"
    add(target, "select 2 as x", "select cast(3.0 as double precision) as x", on_schema_change="ignore")
    assert target.table("t") == [(1,), (2,), (3,)]
    target.run("t", "select 1.5 as x", step_id="synced", on_schema_change="sync_all_columns", **INCREMENTAL)
    assert [float(str(row[0])) for row in target.table("t")] == [1.0, 1.5, 2.0, 3.0]
