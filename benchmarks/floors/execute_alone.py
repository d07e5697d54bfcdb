"""Executes a file of statements, one after the other, on one connection: DuckDB with nothing around it."""

import sys
from pathlib import Path

import duckdb

with duckdb.connect(sys.argv[1]) as connection:
    for statement in Path(sys.argv[2]).read_text().split(";\n\n"):
        connection.execute(statement)
