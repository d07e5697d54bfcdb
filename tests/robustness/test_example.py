"""The example project of this checkout has the same rows in every warehouse."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from folder import Folder, Rows
from postgres_server import postgres_fields, profiles_file, tables_in

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def in_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    shop = example(tmp_path_factory.mktemp("duckdb"))
    said = shop.assetc("build")
    assert said.code == 0, said.err
    return comparable(shop.tables())


def example(root: Path) -> Folder:
    for name in ("models", "seeds", "macros", "checks"):
        shutil.copytree(ROOT / name, root / name)
    return Folder(root).write({"assetc.toml": 'name = "shop"\n'})


def comparable(tables: Rows) -> Rows:
    """Numbers by their value: a double here is a numeric there, which is an int when it is whole."""
    return {
        name: sorted((tuple(_plain(value) for value in row) for row in rows), key=repr) for name, rows in tables.items()
    }


def _plain(value: object) -> object:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return format(Decimal(str(value)).normalize(), "f")
    return value


def test_the_example_has_in_postgres_the_rows_that_it_has_in_duckdb(in_duckdb: Rows, tmp_path: Path) -> None:
    fields = postgres_fields(tmp_path)
    shop = example(tmp_path).write({"profiles.yml": profiles_file(fields)})
    said = shop.assetc("build")
    assert said.code == 0, said.err
    found = comparable(tables_in(fields))
    assert found.keys() == in_duckdb.keys()
    for name, rows in in_duckdb.items():
        assert found[name] == rows, name
    assert len(in_duckdb) == 19
    again = shop.assetc("run", "--changed")
    assert again.code == 0, again.err
    assert comparable(tables_in(fields)) == in_duckdb
