"""A package that is not installed is named with the extra of assetc that installs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT = """
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name.split('.')[0]!r}}", name=name.split(".")[0])
sys.meta_path.insert(0, Without())
from assetc.cli.main import main
sys.exit(main(["run", "--log-format", "json", *sys.argv[1:]]))
"""
FILES = {
    "assetc.toml": 'name = "shop"\n',
    "models/orders.sql": "select 1 as id",
    "models/assets.py": """
from assetc import asset
@asset
def unannotated(orders) -> list[dict]: return []
@asset
def as_pandas(orders: "pd.DataFrame") -> list[dict]: return []
@asset
def as_polars(orders: "pl.DataFrame") -> list[dict]: return []
@asset
def as_lazy(orders: "pl.LazyFrame") -> list[dict]: return []
@asset
def as_pyarrow(orders: "pa.Table") -> list[dict]: return []
@asset
def by_pandas(context) -> list[dict]: return context.sql("select * from orders").df()
@asset
def by_polars(context) -> list[dict]: return context.sql("select * from orders").pl()
""",
}


@pytest.mark.parametrize("names", [("pandas", "numpy", "polars", "pyarrow"), ("pandas", "polars", "pyarrow")])
def test_the_extra_that_is_missing_is_named(tmp_path, names):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    program = [sys.executable, "-c", WITHOUT.format(names=set(names))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    for asset in ("unannotated", "as_pandas", "by_pandas", "as_polars", "as_lazy", "by_polars", "as_pyarrow"):
        (line,) = [each for each in done.stderr.splitlines() if '"asset.failed"' in each and f'"{asset}"' in each]
        extra = {"polars": "polars", "lazy": "polars", "pyarrow": "pyarrow"}.get(asset.partition("_")[2], "pandas")
        assert f"pip install 'assetc[{extra}]'" in line, line
