"""The figures as a page: one table a size, with ratios, and what they were measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.bench import Measured

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PACKAGES = ("assetc", "sqlglot", "sqlglotc", "duckdb", "jinja2", "msgspec")


def table(lines: Sequence[Measured]) -> Iterator[str]:
    """One size: each command with its ratio to a floor that was measured in turns with it."""
    yield "| command | CPU | memory | ratio | goal |"
    yield "|---|---:|---:|---|---|"
    for line in lines:
        ratio = f"{line.ratio:.2f} x {line.floor}" if line.floor else "a floor"
        goal = f"≤ {line.goal} x" if line.goal else ""
        yield f"| {line.name} | {line.cost.cpu:.2f} s | {line.cost.memory:.0f} MB | {ratio} | {goal} |"


def facts(dbt: str | None) -> Iterator[str]:
    """What the figures belong to."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    yield f"- Measured on {datetime.now(UTC):%Y-%m-%d}: {machine}."
    yield f"- The load of the machine at the end was {load} (1, 5 and 15 minutes); above 0 it was not ours alone."
    yield f"- Python {platform.python_version()}, {', '.join(_versions())}."
    if dbt is not None:
        told = subprocess.run((dbt, "--version"), capture_output=True, text=True, check=True).stdout
        core, adapter = re.search(r"installed:\s*(\S+)", told), re.search(r"duckdb:\s*(\S+)", told)
        names = f"dbt-core {core[1] if core else '?'}, dbt-duckdb {adapter[1] if adapter else '?'}"
        yield f"- {names}; each of its commands was measured once."


def write_page(page: Path, sections: Iterable[str]) -> None:
    """Put the figures between the markers of a page; the rest of it stays."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    text = "\n".join(sections)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
