"""How a new table gets its rows: from a query, a CSV file or a Python value."""

from __future__ import annotations

from assetc.compiler.materialization.build import Build, CsvFile, Query, TableValue
from assetc.compiler.materialization.python_table import load_table_value
from assetc.compiler.materialization.seed import load_csv_file
from assetc.compiler.operation import CreateTable, Operations
from assetc.definitions.relation import Relation


def fill(build: Build, relation: Relation) -> Operations:
    """Create `relation` with the content of the build; one without a schema is temporary."""
    temporary = relation.schema is None
    match build.content:
        case Query(sql):
            yield CreateTable(relation, sql, temporary)
        case CsvFile() as csv_file:
            yield from load_csv_file(build, csv_file, relation)
        case TableValue(value):
            yield from load_table_value(build, value, relation)
