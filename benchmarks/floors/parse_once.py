"""Parses each SQL file below a folder once, with the collector off, and does nothing else."""

import gc
import sys
from pathlib import Path

from sqlglot.dialects.dialect import Dialect

gc.disable()
DIALECT = Dialect.get_or_raise("duckdb")
for path in sorted(Path(sys.argv[1]).rglob("*.sql")):
    DIALECT.parse(path.read_text())
