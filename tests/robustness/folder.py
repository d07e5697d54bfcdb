"""A project in a folder of its own: its files, its commands in processes of their own, and its tables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

COMMAND = (sys.executable, "-m", "assetc")
WAREHOUSE = Path(".assetc", "warehouse.duckdb")

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a project."""

    root: Path

    def write(self, files: Mapping[str, str | bytes]) -> Folder:
        for path, text in files.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def assetc(self, *words: str, **environment: str) -> Said:
        """Run a command to its end. A traceback is never an answer."""
        with self.start(*words, **environment) as process:
            out, err = process.communicate(timeout=120)
        assert "Traceback (most recent call last)" not in err, err
        return Said(process.returncode, out, err)

    def start(self, *words: str, command: tuple[str, ...] = COMMAND, **environment: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [*command, *words],
            cwd=self.root,
            env=clean_environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def query(self, sql: str, warehouse: Path = WAREHOUSE) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.root / warehouse) as connection:
            return connection.execute(sql).fetchall()

    def tables(self, warehouse: Path = WAREHOUSE) -> Rows:
        """The rows of every relation but the ledger's, by schema and name, in an order that does not depend on time."""
        with duckdb.connect(self.root / warehouse) as connection:
            names = connection.execute(
                "select table_schema, table_name from information_schema.tables where table_name <> 'assetc_ledger'"
            ).fetchall()
            return {
                f"{schema}.{name}": connection.execute(f'select * from "{schema}"."{name}" order by all').fetchall()
                for schema, name in sorted(names)
            }


def clean_environment(**environment: str) -> dict[str, str]:
    """The environment of this process without what would configure a command, and with a wide, grey terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSETC_", "DBT_"))}
    return {**kept, "NO_COLOR": "1", "COLUMNS": "160", **environment}
