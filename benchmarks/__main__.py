"""`python -m benchmarks`: measure, print, and write the page."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Measured, make_bench, measured
from benchmarks.report import facts, table, write_page

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "benchmarks.md"


def main() -> None:
    """Measure each size in a folder of its own."""
    options = _options()
    tables: list[str] = []
    for size in options.models:
        print(f"{size} models", flush=True)
        lines = list(_measured(size, options))
        tables += ["", f"## {size:,} models", "", *table(lines)]
    sections = [*facts(options.dbt), *tables]
    print("\n".join(sections))
    if not options.no_page:
        write_page(PAGE, sections)


def _measured(size: int, options: argparse.Namespace) -> Iterator[Measured]:
    with tempfile.TemporaryDirectory(prefix="assetc-bench-") as folder:
        bench = make_bench(size, Path(folder))
        for line in measured(bench, options.dbt, runs=size <= options.most_run):
            print(f"  {line.name}: {line.cost.cpu:.2f} s, {line.cost.memory:.0f} MB", flush=True)
            yield line


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--models", type=int, nargs="+", default=[1000], metavar="N", help="sizes of the project")
    parser.add_argument("--dbt", default=shutil.which("dbt"), metavar="PATH", help="a dbt with dbt-duckdb, as the peer")
    parser.add_argument("--no-dbt", dest="dbt", action="store_const", const=None, help="no peer")
    parser.add_argument("--most-run", type=int, default=2000, metavar="N", help="largest project that is also run")
    parser.add_argument("--no-page", action="store_true", help="print the figures and leave the page as it is")
    return parser.parse_args()


if __name__ == "__main__":
    main()
