"""Listings and rows in a narrow terminal, and as JSON."""

from __future__ import annotations

import pytest

from assetc.cli.text.text import width_of


@pytest.mark.parametrize("columns", [80, 40])
def test_listings_fit(assetc, shop, monkeypatch, columns):
    assetc("build -s +customers")
    assetc("retry")
    monkeypatch.setenv("COLUMNS", str(columns))
    query = "select 1 as id, repeat('wide ', 30) as a, repeat('数据', 30) as b, null as c, '' as d"
    for line in ("runs list", "runs list --all-targets", "runs show", "checks list", "asset list", "show orders"):
        said = assetc(line)
        assert said.code == 0 and said.out
        assert max(map(width_of, said.out.splitlines())) <= columns, line
    said = assetc("show --inline", query)
    assert max(map(width_of, said.out.splitlines())) <= columns
    assert "NULL" in said.out and "…" in said.out


def test_what_there_is_no_room_for_is_told(assetc, shop, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    said = assetc("show --inline", f"select {', '.join(f'{number} as column_{number}' for number in range(9))}")
    assert "column_0  column_1" in said.out and "column_8" not in said.out
    assert "5 columns not shown for want of room (column_4, column_5, column_6 ...): --json shows all" in said.err
    monkeypatch.delenv("COLUMNS")
    assert "column_8" in assetc("show --inline", "select 1 as column_8").out


def test_numbers_that_json_does_not_have_are_texts(assetc, shop):
    query = "select 'NaN'::double as a, ['-Infinity'::float] as b, 12345678901234567890.10::decimal(38, 2) as c"
    expected = '{"a":"NaN","b":["-Infinity"],"c":12345678901234567890.10}'
    assert assetc("show --json --inline", query).out == f"[{expected}]\n"
    assert assetc("show --output json --inline", query).out == f'{{"node":"inline_query","show":[{expected}]}}\n'
