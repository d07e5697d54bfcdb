"""Seeds: types, empty fields, delimiters, and rows that cannot be loaded."""

from __future__ import annotations

from decimal import Decimal

import pytest
from contract_target import Target

from assetc.adapters.protocol import Refused, WarehouseError

TYPED = """id,amount,day,at,iso,flag,word,code,empty,big
1,1.5,2026-01-02,2026-01-02 03:04:05,2026-01-03T00:00:00Z,true,fig,007,,3000000000
2,2,2026-01-03,2026-01-02 03:04:05,2026-01-03T00:00,FALSE,"a, ""b""\nc",12,,1
"""


def test_types_are_those_that_all_values_allow(target: Target) -> None:
    assert target.run("s", target.write("s.csv", TYPED), materialized="seed") == 2
    assert target.types("s") == {
        "id": "INTEGER",
        "amount": "DOUBLE",
        "day": "DATE",
        "at": "TIMESTAMP",
        "iso": "TIMESTAMP",
        "flag": "BOOLEAN",
        "word": "VARCHAR",
        "code": "INTEGER",
        "empty": "INTEGER",
        "big": "BIGINT",
    }
    assert target.rows(f"select word, code, empty, big from {target.name('s')}") == [
        ('a, "b"\nc', 12, None, 1),
        ("fig", 7, None, 3000000000),
    ]


def test_configured_types_win(target: Target) -> None:
    path = target.write("s.csv", "code,price\n007,1\n")
    target.run("s", path, materialized="seed", column_types={"code": "text", "Price": "decimal(10,2)"})
    assert target.types("s") == {"code": "VARCHAR", "price": "DECIMAL(10,2)"}
    target.run("s", path, materialized="seed", column_types={"cod": "text"})
    assert [(report.code, report.hint) for report in target.reports] == [("W271", "Did you mean code?")]


@pytest.mark.parametrize(
    ("text", "settings", "columns", "rows"),
    [
        ("a,b\n", {}, ["a", "b"], []),
        ("a,b", {}, ["a", "b"], []),
        ("a;b\n1;x,y\n", {"delimiter": ";"}, ["a", "b"], [(1, "x,y")]),
        ("a\tb\n1\tx\n", {"delimiter": "\\t"}, ["a", "b"], [(1, "x")]),
        ("\ufeffa,b\r\n1,x\r\n2,y\r\n", {}, ["a", "b"], [(1, "x"), (2, "y")]),
        ('größe,select,"a ""b"""\n1,2,ü\n', {}, ["größe", "select", 'a "b"'], [(1, 2, "ü")]),
        ('a,b\n1,\n2,""\n', {}, ["a", "b"], [(1, None), (2, None)]),
        ("a\n2026-01-01\n2026-13-45\n", {}, ["a"], [("2026-01-01",), ("2026-13-45",)]),
        ("a\n2026-01-01\nx\n", {}, ["a"], [("2026-01-01",), ("x",)]),
        ("a\ntrue\n1\n", {}, ["a"], [("1",), ("true",)]),
        ("a\n1e3\n2\n", {}, ["a"], [(1000,), (2,)]),
        ("a\n123456789.123456789\n1.5\n", {}, ["a"], [(Decimal("1.500000000"),), (Decimal("123456789.123456789"),)]),
        ('a,b\n1,\n,true\n"",\n', {}, ["a", "b"], [(1, None), (None, None), (None, True)]),
        ("a\nnull\nx\n", {}, ["a"], [("null",), ("x",)]),
        (
            "a\n2026-01-01 00:00:00\n2026-01-01T00:00:00\n",
            {},
            ["a"],
            [("2026-01-01 00:00:00",), ("2026-01-01T00:00:00",)],
        ),
    ],
)
def test_the_form_of_a_file(
    target: Target, text: str, settings: dict[str, object], columns: list[str], rows: list[tuple[object, ...]]
) -> None:
    target.run("s", target.write("s.csv", text), materialized="seed", **settings)
    assert target.columns("s") == columns
    assert target.table("s") == rows


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("", "E177", "seeds/s.csv:1", "empty"),
        ("a,b\n1,x\n2\n", "E175", "seeds/s.csv:3", "Expected Number of Columns: 2 Found: 1"),
        ("a,b\n1,x\n2,y,z\n", "E175", "seeds/s.csv:3", "Expected Number of Columns: 2 Found: 3"),
        ('a,b\n1,"x\n2,y\n', "E175", "seeds/s.csv:2", "unterminated quote"),
        (b"a,b\n1,x\n2,\xff\n", "E175", "seeds/s.csv:3", "unicode"),
        ("a,A\n1,2\n", "E175", "seeds/s.csv:1", "`A` stands twice"),
        ("a,,c\n1,2,3\n", "E175", "seeds/s.csv:1", "column 2 has no name"),
    ],
)
def test_a_file_that_cannot_be_loaded(target: Target, text: str, code: str, place: str, words: str) -> None:
    target.run("s", "select 1 as kept")
    with pytest.raises(Refused, match=words) as refusal:
        target.run("s", target.write("s.csv", text), materialized="seed")
    assert refusal.value.diagnostic.code == code
    assert refusal.value.diagnostic.span is not None
    assert refusal.value.diagnostic.span.where == place
    assert target.columns("s") == ["kept"]


def test_a_value_that_does_not_fit_its_configured_type(target: Target) -> None:
    path = target.write("s.csv", "a,b\n1,x\nq,y\n")
    with pytest.raises(Refused, match='Could not convert string "q"') as refusal:
        target.run("s", path, materialized="seed", column_types={"a": "bigint"})
    assert str(refusal.value.diagnostic.span).startswith("seeds/s.csv:3")


def test_an_unknown_type_is_the_warehouses_error(target: Target) -> None:
    with pytest.raises(WarehouseError, match="nonsense"):
        target.run("s", target.write("s.csv", "a\n1\n"), materialized="seed", column_types={"a": "nonsense"})


def test_a_path_is_not_a_pattern(target: Target) -> None:
    folder = target.folder / "it's [a] *"
    folder.mkdir()
    path = folder / "s?.csv"
    path.write_text("a\n1\n")
    target.run("s", path, materialized="seed")
    assert target.table("s") == [(1,)]
