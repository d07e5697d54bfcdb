"""The columns of a CSV file, whose types are the same in every warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetc.adapters.seed_file import read_seed


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("1 2147483647 -2147483648", "INTEGER"),
        ("1 2147483648", "BIGINT"),
        ("1e3 2.0 3.", "INTEGER"),
        ("9100000000000000001 9100000000000000002 5", "BIGINT"),
        ("9223372036854775807 -9223372036854775807", "BIGINT"),
        ("9223372036854775808 1", "HUGEINT"),
        ("123456789012345678901234567890 1", "HUGEINT"),
        ("1234567890123456789012345678901234567890 1", "VARCHAR"),
        ("12345678901234567.89 10.00", "DECIMAL(19,2)"),
        ("12345678901234567 -1.5", "DECIMAL(18,1)"),
        ("123456789.123456789 .5 007", "DECIMAL(18,9)"),
        ("0.00000000000000000012345678901234567 1", "DECIMAL(36,35)"),
        ("12345678901234567.1 0.1234567890123456789012", "VARCHAR"),
        ("123456789.123456789 1e-3", "VARCHAR"),
        ("1234567890.12345 1.50000000000000000000", "DOUBLE"),
        ("1.5 0.30000000000000004 1e300", "DOUBLE"),
        ("2026-01-02 2026-1-3", "DATE"),
        ("true FALSE", "BOOLEAN"),
        ("null NULL", "INTEGER"),
        ("true 1", "VARCHAR"),
    ],
)
def test_a_type_keeps_every_digit(tmp_path: Path, values: str, found: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text("\n".join(("x", *values.split(), "")))
    assert [column.type for column in read_seed(path, "seeds/s.csv", ",", keeps_zeros=False).columns] == [found]


@pytest.mark.parametrize(
    ("values", "found"),
    [("00701 12345", "VARCHAR"), ("1.5 007.0", "VARCHAR"), ("0 0.5 -0.25", "DOUBLE"), ("0 10 100", "INTEGER")],
)
def test_zeros_before_a_number_can_be_kept(tmp_path: Path, values: str, found: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text("\n".join(("x", *values.split(), "")))
    assert [column.type for column in read_seed(path, "seeds/s.csv", ",", keeps_zeros=True).columns] == [found]
