"""Whether what a Python asset returns is kept as a value and not as a table."""

from __future__ import annotations

import re

from assetc.compiler.python.reading import PythonAsset

TABLE_ANNOTATIONS = (
    "DataFrame",
    "LazyFrame",
    "Table",
    "RecordBatch",
    "DuckDBPyRelation",
    "list[dict",
    "List[Dict",
    "List[dict",
)
OPEN_ANNOTATION = re.compile(
    r"(Any|object|Output|MaterializeResult)"
    r"|(Async)?(Iterator|Iterable|Generator)(\[(Any|Output|MaterializeResult)\b[^\[]*\])?"
)
"""Annotations that do not say what kind of value is returned, without their modules."""


def is_stored_as_value(python: PythonAsset) -> bool:
    """Whether the annotation of a Python asset says that its value is not a table."""
    if python.is_dbt_model or python.sql is not None or python.returns is None or python.returns.is_none:
        return False
    annotation = python.returns.annotation.replace(" ", "").strip("\"'")
    if OPEN_ANNOTATION.fullmatch(re.sub(r"\w+\.", "", annotation)):
        return False
    return not any(table in annotation for table in TABLE_ANNOTATIONS)
